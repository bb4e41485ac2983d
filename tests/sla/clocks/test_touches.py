"""Touches: first touch, contact, the agreed attempts, freshness, a sign to wake up."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.choices import Evidence
from leads.models import Touch
from sla import agreements, clocks, handoffs
from sla.choices import Event
from sla.models import ActionRow, Clock
from tests import factories
from tests.factories import NOW
from tests.sla.scene import (
    MINUTE,
    Scene,
    accepted,
    clocks_of,
    committed,
    hear_touch,
    offered,
    scene,
    states_of,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def touched(handoff, kind="call", *, side="sales", at=NOW + 30 * MINUTE, noticed_at=None, **fields):
    touch = factories.add_touch(handoff.lead, kind, side=side, ago=timedelta(0), now=at, **fields)
    hear_touch(handoff.lead, touch, now=noticed_at or at)
    return touch


def test_first_sales_touch_stops_both_first_touch_clocks_at_its_own_time():
    handoff = accepted(scene())
    touch = touched(handoff, noticed_at=NOW + DAY)
    clock = clocks_of(handoff)["first_touch"]
    assert (clock.state, clock.ended_at) == ("met", NOW + 30 * MINUTE)
    assert clocks_of(handoff)["touch_from_offer"].state == "met"
    assert clock.events.order_by("seq").last().detail == {"touch": touch.pk}


@pytest.mark.parametrize(
    "fields",
    [
        {"is_automatic": True},
        {"evidence": Evidence.STATUS},
        {"side": "marketing", "kind": "mail"},
        {"side": "prospect", "kind": "opened"},
        {"at": NOW - MINUTE},
    ],
    ids=["automatic", "only a status", "by Marketing", "by the prospect", "before acceptance"],
)
def test_what_is_no_sales_touch_leaves_the_clock_running(fields):
    handoff = accepted(scene())
    touched(handoff, **fields)
    assert states_of(handoff)["first_touch"] == "running"


def test_contact_ends_persistence_as_kept():
    handoff = accepted(scene())
    touched(handoff, reached=True)
    assert states_of(handoff)["persistence"] == "met"


def test_attempt_alone_leaves_persistence_running():
    handoff = accepted(scene())
    touched(handoff, reached=False)
    assert states_of(handoff)["persistence"] == "running"


def attempts(handoff, days, kinds):
    for day, kind in zip(days, kinds, strict=True):
        touched(handoff, kind, at=NOW + day * DAY + 10 * MINUTE)


@pytest.mark.parametrize(
    ("days", "kinds", "state"),
    [
        ([0, 1, 2], ["call", "mail", "call"], "met"),
        ([0, 1], ["call", "mail"], "running"),
        ([0, 0, 1], ["call", "mail", "call"], "running"),
        ([0, 1, 2], ["call", "call", "call"], "running"),
    ],
    ids=["enough", "too few", "too few days", "one channel"],
)
def test_persistence_counts_attempts_days_and_channels(days, kinds, state):
    terms = {"attempts": 3, "days": 3, "channels": 2}
    commitments = committed(factories.timed("persistence", "sales", 6, "business_days", params=terms))
    handoff = accepted(scene(commitments=commitments))
    attempts(handoff, days, kinds)
    assert states_of(handoff)["persistence"] == state


def test_persistence_is_kept_at_the_attempt_that_completes_it():
    terms = {"attempts": 2, "days": 2, "channels": 1}
    commitments = committed(factories.timed("persistence", "sales", 6, "business_days", params=terms))
    handoff = accepted(scene(commitments=commitments))
    attempts(handoff, [0, 1], ["call", "call"])
    assert clocks_of(handoff)["persistence"].ended_at == NOW + DAY + 10 * MINUTE


def test_attempts_before_a_reassignment_count_for_the_side_that_made_them():
    terms = {"attempts": 3, "days": 3, "channels": 1}
    commitments = committed(factories.timed("persistence", "sales", 6, "business_days", params=terms))
    play = scene(commitments=commitments)
    handoff = accepted(play)
    attempts(handoff, [0, 1], ["call", "call"])
    handoffs.reassign(handoff=handoff, to=play.cast.other_rep, actor=None, now=NOW + DAY + 20 * MINUTE)
    attempts(handoff, [2], ["call"])
    found = Clock.objects.filter(lead=handoff.lead, kind="persistence").order_by("id")
    assert [(clock.scope, clock.state) for clock in found] == [("lead", "met"), ("person", "running")]


def upkeep(handoff):
    rows = Clock.objects.filter(lead=handoff.lead, kind="upkeep").order_by("id")
    return [(clock.state, clock.started_at) for clock in rows]


def test_sales_touch_keeps_the_lead_fresh_and_starts_the_next_span():
    handoff = accepted(scene())
    touched(handoff)
    assert upkeep(handoff) == [("met", NOW), ("running", NOW + 30 * MINUTE)]


def test_same_touch_heard_twice_counts_once():
    handoff = accepted(scene())
    touch = touched(handoff)
    hear_touch(handoff.lead, touch, now=NOW + DAY)
    assert len(upkeep(handoff)) == 2


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"side": "prospect", "kind": "replied"}, 2),
        ({"side": "prospect", "kind": "visited", "evidence": Evidence.TWO_WAY}, 2),
        ({"side": "prospect", "kind": "opened"}, 1),
        ({"side": "marketing", "kind": "mail"}, 1),
    ],
    ids=["reply", "two-way", "opening", "mail of Marketing"],
)
def test_only_two_way_contact_refreshes_besides_sales(fields, count):
    handoff = accepted(scene())
    touched(handoff, **fields)
    assert len(upkeep(handoff)) == count


def test_dated_next_step_refreshes():
    handoff = accepted(scene())
    clocks.hear(event=Event.SALES_REFRESH, lead=handoff.lead, now=NOW + DAY)
    assert upkeep(handoff) == [("met", NOW), ("running", NOW + DAY)]


def test_marketing_touch_is_the_first_nurture_touch():
    play = scene()
    handoff = refused(play)
    touched(handoff, "mail", side="marketing")
    assert states_of(handoff)["nurture"] == "met"


def test_touch_that_a_refusal_waits_for_asks_to_wake():
    handoff = refused(scene(), wake_trigger="prospect.attended")
    touched(handoff, "visited", side="prospect")
    assert ActionRow.objects.count() == 0
    touch = touched(handoff, "attended", side="prospect")
    row = ActionRow.objects.get()
    assert (row.action, row.handoff_id, row.key) == (
        "wake",
        handoff.pk,
        f"wake:{handoff.pk}:touch:{touch.pk}",
    )


def test_any_of_several_signs_asks_to_wake():
    handoff = refused(scene(), wake_trigger="prospect.attended prospect.submitted")
    touched(handoff, "visited", side="prospect")
    touched(handoff, "submitted", side="prospect")
    assert [row.handoff_id for row in ActionRow.objects.all()] == [handoff.pk]


def refused(play: Scene, **said):
    handoff = offered(play)
    return handoffs.decline(handoff=handoff, actor=play.rep, reason="no_budget", now=NOW, **said)


def test_opt_out_cancels_outreach_and_nothing_else():
    handoff = accepted(scene())
    clocks.hear(event=Event.OPTED_OUT, lead=handoff.lead, now=NOW + MINUTE)
    assert states_of(handoff) == {
        "decide": "met",
        "touch_from_offer": "cancelled",
        "first_touch": "cancelled",
        "persistence": "cancelled",
        "qualify_or_return": "running",
        "upkeep": "running",
    }


SPOKEN = (
    (10, "call", "sales", {"reached": False}),
    (40, "mail", "marketing", {}),
    (60 * 24, "mail", "sales", {"reached": False}),
    (60 * 24 + 5, "opened", "prospect", {"is_automatic": True}),
    (60 * 48, "voicemail", "sales", {"reached": False}),
    (60 * 49, "replied", "prospect", {}),
    (60 * 72, "call", "sales", {"reached": True}),
)


def told(lead) -> list[clocks.Told]:
    rows = Touch.objects.filter(lead=lead).order_by("happened_at", "pk")
    return [clocks.Told(*row) for row in rows.values_list(*clocks.Told._fields)]


def speak(lead, actor):
    for minutes, kind, side, fields in SPOKEN:
        at = NOW + minutes * MINUTE
        factories.add_touch(lead, kind, side=side, ago=timedelta(0), now=at, actor=actor, **fields)


def life(handoff):
    """Return the clocks of a handoff's lead as their logs tell, without ids."""
    own = Clock.objects.filter(lead=handoff.lead).order_by("commitment_id", "started_at", "pk")
    return [
        (
            clock.kind,
            clock.state,
            clock.due_at,
            [
                (line.seq, line.event, line.happened_at, line.due_after, line.actor_id)
                for line in clock.events.order_by("seq")
            ],
        )
        for clock in own
    ]


def test_touches_heard_together_do_what_they_do_one_after_the_other():
    play = scene()
    apart, *together = [accepted(play) for _ in range(3)]
    for handoff in (apart, *together):
        speak(handoff.lead, play.rep)
    now = NOW + 4 * DAY
    for touch in told(apart.lead):
        clocks.hear_touches(heard=[(apart.lead, [touch])], now=now)
    clocks.hear_touches(heard=[(one.lead, told(one.lead)) for one in together], now=now)
    assert len(life(apart)) == 6 + 5  # upkeep began anew with each touch of Sales and with the answer
    assert life(apart) == life(together[0]) == life(together[1])


def test_touches_of_many_leads_take_as_many_statements_as_of_two():
    play = scene()
    counts = []
    for number in (2, 10):
        heard = [accepted(play) for _ in range(number)]
        for handoff in heard:
            speak(handoff.lead, play.rep)
        agreements.forget()
        with CaptureQueriesContext(connection) as seen:
            clocks.hear_touches(heard=[(one.lead, told(one.lead)) for one in heard], now=NOW + 4 * DAY)
        counts.append(len(seen) - number)  # `told` reads each lead's touches
    # SQLite cuts long inserts.
    assert counts[1] <= counts[0] + 1
