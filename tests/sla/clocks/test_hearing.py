"""Clocks hear events: when they start, in the past too, by whose hours, and what their log says."""

from datetime import UTC, date, datetime, timedelta

import pytest

from leads.choices import Stage
from leads.models import Absence, OutboxMessage
from sla import clocks, handoffs, intake
from sla.choices import Event
from sla.invariants import histories
from sla.models import Clock
from tests import factories
from tests.factories import NOW
from tests.sla.scene import MINUTE, accepted, clocks_of, committed, offered, qualified, scene, states_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
#: What two clocks of one promise on one lead have in common.
ALIKE = (
    *("kind", "side", "lead", "calendar_key", "calendar_revision", "allowance", "unit", "state", "seq"),
    *("started_at", "elapsed", "running_since", "due_at", "due_on", "next_at", "next_step"),
)


def became_ready(at, **changes):
    play = scene(**changes)
    lead = factories.ready_lead()
    clocks.hear(event=Event.BECAME_READY, lead=lead, now=NOW, at=at)
    return play, lead


def test_hand_over_starts_when_the_gate_was_met():
    play, lead = became_ready(NOW - HOUR)
    clock = Clock.objects.get(kind="hand_over")
    assert (clock.started_at, clock.due_at) == (NOW - HOUR, NOW + 3 * HOUR)
    assert (clock.handoff, clock.lead, clock.side, clock.rep) == (None, lead, "marketing", None)
    handoffs.offer(lead=lead, actor=play.marketer, now=NOW + HOUR)
    assert Clock.objects.get(kind="hand_over").state == "met"


def test_start_in_the_past_is_late_at_once_and_told_once():
    became_ready(NOW - timedelta(days=7))
    clock = Clock.objects.get(kind="hand_over")
    assert (clock.state, clock.breached_at) == ("breached", clock.due_at)
    assert [event.event for event in clock.events.order_by("seq")] == [
        "started",
        "warned",
        "breached",
        "escalated",
    ]
    assert OutboxMessage.objects.filter(kind__startswith="clock").count() == 1


def test_ready_twice_starts_one_clock():
    _play, lead = became_ready(NOW - HOUR)
    clocks.hear(event=Event.BECAME_READY, lead=lead, now=NOW)
    assert Clock.objects.filter(kind="hand_over").count() == 1


def test_no_longer_ready_cancels_hand_over_and_times_nurturing():
    _play, lead = became_ready(NOW - HOUR)
    lead.stage = Stage.NURTURING
    lead.save()
    clocks.hear(event=Event.CEASED_READY, lead=lead, now=NOW)
    states = {clock.kind: clock.state for clock in Clock.objects.filter(lead=lead)}
    assert states == {"hand_over": "cancelled", "nurture_stale": "running"}


def test_stage_without_a_stale_time_has_no_clock():
    handoff = accepted(scene())
    lead = handoff.lead
    lead.stage = Stage.RECYCLED
    lead.save()
    clocks.hear(event=Event.ENTERED_MARKETING, lead=lead, now=NOW)
    assert "nurture_stale" not in states_of(handoff)


def nobody_ready():
    unmet = {"fact": "employees", "op": ">", "value": 10**6}
    return {**factories.agreement_data()["gates"], "readiness": unmet}


def test_sleeper_woken_by_a_new_agreement_keeps_the_one_clock_it_has():
    stages = factories.agreement_data()["stages"]
    days = {"nurturing": 10, "recycled": 10, "sal": 5}
    stages = [{**one, "stale_after_business_days": days.get(one["code"])} for one in stages]
    play = scene(stages=stages)
    handoff = offered(play)
    handoffs.decline(handoff=handoff, actor=play.rep, reason="no_budget", note="None", now=NOW + MINUTE)
    tomorrow, own = NOW + timedelta(days=1), Clock.objects.filter(lead=handoff.lead, kind="nurture_stale")
    renewed = factories.signed_version(stages=stages, gates=nobody_ready(), now=tomorrow)
    intake.drain(now=tomorrow)
    handoffs.wake(handoff=handoff, now=tomorrow + MINUTE)
    assert list(own.values_list("version", "state")) == [(play.version.pk, "running")]

    at = tomorrow + HOUR
    intake.add_touch(lead=handoff.lead, side="marketing", kind="mail", happened_at=at, now=at)
    found = own.order_by("id").values_list("version", "state")
    assert list(found) == [(play.version.pk, "met"), (renewed.pk, "running")]


def test_two_clocks_of_one_promise_are_followed_by_one():
    _play, lead = became_ready(NOW)
    lead.stage = Stage.NURTURING
    lead.save()
    clocks.hear(event=Event.CEASED_READY, lead=lead, now=NOW)
    old = Clock.objects.get(lead=lead, kind="nurture_stale")
    renewed = factories.signed_version(now=NOW, gates=nobody_ready())
    intake.drain(now=NOW)
    promise = renewed.commitments.get(code=old.commitment.code)
    # As they were left behind by an earlier release.
    Clock.objects.create(commitment=promise, version=renewed, **{name: getattr(old, name) for name in ALIKE})
    clocks.hear(event=Event.MARKETING_REFRESH, lead=lead, now=NOW + HOUR)
    found = Clock.objects.filter(lead=lead, kind="nurture_stale").order_by("id")
    assert [clock.state for clock in found] == ["met", "met", "running"]


def test_commitment_that_is_off_starts_no_clock():
    off = committed(factories.timed("decide", "sales", 2, "business_hours", is_on=False))
    assert set(states_of(offered(scene(commitments=off)))) == {"touch_from_offer"}


def test_stage_with_another_stale_time_counts_again_from_the_start():
    stages = factories.agreement_data()["stages"]
    days = {"nurturing": 10, "sal": 5, "sql": 8}
    stages = [{**one, "stale_after_business_days": days.get(one["code"])} for one in stages]
    handoff = qualified(scene(stages=stages))
    clock = clocks_of(handoff)["upkeep"]
    assert (clock.allowance, clock.started_at, clock.state) == (8, NOW, "running")
    assert clock.due_at == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    assert clocks.replay(clock, NOW).state == clocks.state_of(clock)


def test_clock_by_the_reps_own_hours_skips_days_away():
    commitments = committed(factories.timed("decide", "sales", 8, "business_hours", whose_hours="rep"))
    play = scene(commitments=commitments)
    Absence.objects.create(user=play.rep, first_on=date(2026, 11, 19), last_on=date(2026, 11, 20))
    clock = clocks_of(offered(play))["decide"]
    # An hour short of eight today, two days away, the weekend: Monday at ten in Berlin.
    assert clock.due_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_carried_clock_goes_on_by_the_next_reps_hours():
    commitments = committed(factories.timed("decide", "sales", 4, "business_hours", whose_hours="rep"))
    play = scene(commitments=commitments)
    late = {**factories.WORKING_HOURS, "hours": {"wed": [["12:00", "20:00"]]}}
    play.cast.other_rep.calendar = factories.calendar("late", late)
    play.cast.other_rep.save()
    handoff = offered(play)
    handoffs.reroute(handoff=handoff, actor=play.rep, now=NOW + HOUR, to=play.cast.other_rep)
    clock = Clock.objects.get(kind="decide", scope="lead")
    # One hour had passed; three more from noon in Berlin, eleven in UTC.
    assert (clock.due_at, clock.calendar_key) == (datetime(2026, 11, 18, 14, 0, tzinfo=UTC), "late")


def by_the_reps_hours():
    """Offer a lead to somebody who is away for a month from tomorrow, by whose hours the touch is due."""
    own = factories.timed(
        "first_touch",
        "sales",
        16,
        "business_hours",
        code="touch_from_offer",
        whose_hours="rep",
        params={"from": "offer"},
    )
    play = scene(commitments=committed(own))
    Absence.objects.create(user=play.rep, first_on=date(2026, 11, 19), last_on=date(2026, 12, 18))
    return play, offered(play)


def apart_from_log():
    return list(histories.clock_apart_from_log(NOW + HOUR))


def test_clock_in_the_pool_counts_by_the_teams_hours_not_by_those_of_whoever_let_it_go():
    _play, handoff = by_the_reps_hours()
    hop = handoffs.pool(handoff=handoff, now=NOW + HOUR)
    # Sixteen hours are two working days, of which the first is today.
    assert clocks_of(hop)["touch_from_offer"].due_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert apart_from_log() == []


def test_clock_out_of_the_pool_counts_by_the_hours_of_whoever_took_it():
    play, handoff = by_the_reps_hours()
    hop = handoffs.pool(handoff=handoff, now=NOW + HOUR)
    Absence.objects.create(user=play.cast.other_rep, first_on=date(2026, 11, 19), last_on=date(2026, 11, 19))
    handoffs.accept(handoff=hop, actor=play.cast.other_rep, now=NOW + 2 * HOUR)
    clock = clocks_of(hop)["touch_from_offer"]
    assert (clock.rep, clock.due_at) == (play.cast.other_rep, datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    assert apart_from_log() == []


def test_clock_given_back_to_the_pool_counts_by_the_teams_hours_again():
    play, handoff = by_the_reps_hours()
    hop = handoffs.pool(handoff=handoff, now=NOW + HOUR)
    before = clocks_of(hop)["touch_from_offer"].due_at
    Absence.objects.create(user=play.cast.other_rep, first_on=date(2026, 11, 19), last_on=date(2026, 11, 19))
    handoffs.accept(handoff=hop, actor=play.cast.other_rep, now=NOW + 2 * HOUR)
    handoffs.undo(handoff=hop, actor=play.cast.other_rep, now=NOW + 2 * HOUR + MINUTE)
    clock = clocks_of(hop)["touch_from_offer"]
    assert (clock.rep, clock.due_at) == (None, before)
    assert apart_from_log() == []


def test_log_names_who_and_when_it_was_noticed():
    play = scene()
    handoff = accepted(play)
    met = clocks_of(handoff)["decide"].events.get(event="met")
    assert (met.actor_id, met.happened_at, met.noticed_at) == (play.rep.pk, NOW, NOW)


def test_late_but_not_yet_swept_is_met_late():
    play = scene()
    handoff = offered(play)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW + 3 * HOUR)
    clock = clocks_of(handoff)["decide"]
    assert (clock.state, clock.breached_at, clock.lateness) == ("met", NOW + 2 * HOUR, HOUR)


def test_number_of_queries_does_not_grow_with_clocks_of_other_leads(django_assert_max_num_queries):
    play = scene()
    for _ in range(3):
        accepted(play)
    handoff = offered(play)
    with django_assert_max_num_queries(30):
        handoffs.accept(handoff=handoff, actor=play.rep, now=NOW + MINUTE)
