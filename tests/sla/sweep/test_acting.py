"""Moves that dates and ladders ask for: made once, one by one, tried again when nobody can take the lead."""

from datetime import timedelta

import pytest

from leads.choices import Stage
from leads.models import Absence, Lead, OutboxMessage
from sla import handoffs, sweep
from sla.models import ActionRow, Handoff
from sla.sweep import acting
from tests import factories
from tests.factories import NOW
from tests.sla.scene import LATER, MINUTE, accepted, committed, offered, scene

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def ladder(action):
    rungs = [{"after": {"amount": 1, "unit": "business_hours"}, "action": action}]
    return committed(
        factories.timed("decide", "sales", 2, "business_hours", ladder=rungs),
        factories.timed(
            "first_touch", "sales", 4, "business_hours", ladder=rungs, params={"from": "acceptance"}
        ),
    )


def test_offer_that_nobody_decided_expires():
    handoff = offered(scene())
    report = sweep.run(LATER)
    handoff.refresh_from_db()
    assert (report.expired, handoff.state, Handoff.objects.open().get(lead=handoff.lead).hop) == (
        1,
        "expired",
        2,
    )


def test_recycled_lead_wakes_on_its_day_and_is_judged():
    play = scene()
    handoff = offered(play)
    handoffs.decline(handoff=handoff, actor=play.rep, reason="no_budget", now=NOW)
    wake_at = handoff.refusal.wake_at
    assert sweep.run(wake_at - MINUTE).woken == 0
    report = sweep.run(wake_at)
    assert (report.woken, report.drained >= 1) == (1, True)
    assert Lead.objects.get(pk=handoff.lead_id).stage == Stage.NURTURING


def test_ladder_reroutes_a_late_offer():
    play = scene(commitments=ladder("reassign"))
    handoff = offered(play)
    report = sweep.run(NOW + 3 * HOUR)
    hop = Handoff.objects.open().get(lead=handoff.lead)
    assert (report.actions, hop.hop, hop.rep == play.rep) == (1, 2, False)


def test_ladder_puts_a_late_offer_into_the_pool():
    play = scene(commitments=ladder("pool"))
    handoff = offered(play)
    sweep.run(NOW + 3 * HOUR)
    assert Handoff.objects.open().get(lead=handoff.lead).rep is None


def test_ladder_reassigns_worked_leads():
    play = scene(commitments=ladder("reassign"))
    handoff = accepted(play)
    sweep.run(NOW + 5 * HOUR)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.rep == play.rep) == ("accepted", False)


def test_second_run_makes_no_move_twice():
    offered(scene())
    sweep.run(LATER)
    before = Handoff.objects.count()
    report = sweep.run(LATER)
    assert (report.expired, report.actions, Handoff.objects.count()) == (0, 0, before)


def test_move_that_somebody_forestalled_is_done_with():
    play = scene()
    handoff = offered(play)
    acting.ask(LATER)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW)
    assert acting.act(LATER) == {"moot": 1}
    row = ActionRow.objects.get()
    assert (row.done_at, row.error) == (
        LATER,
        "AlreadyDecided: Rita Rep accepted this lead on 18 Nov, 09:00.",
    )


def test_move_that_finds_nobody_rests_longer_each_time():
    play = scene(commitments=ladder("reassign"))
    accepted(play)
    for person in (play.cast.other_rep, play.cast.stranger, play.cast.qualifier):
        person.is_paused = True
        person.save()
    now = NOW + 5 * HOUR
    sweep.run(now)
    row = ActionRow.objects.get()
    assert (row.attempts, row.due_at, row.done_at) == (1, now + 5 * MINUTE, None)
    acting.act(now + 5 * MINUTE)
    row.refresh_from_db()
    assert (row.attempts, row.due_at) == (2, now + 15 * MINUTE)


def others(play):
    return (play.cast.other_rep, play.cast.stranger, play.cast.qualifier)


def test_ladder_gives_nothing_to_somebody_absent_or_full():
    play = scene(commitments=ladder("reassign"))
    handoff = accepted(play)
    absent, full, free = others(play)
    Absence.objects.create(user=absent, first_on=NOW.date(), last_on=LATER.date())
    full.max_open = 0
    full.save()
    sweep.run(NOW + 5 * HOUR)
    handoff.refresh_from_db()
    assert handoff.rep == free


def test_nobody_at_work_raises_one_alarm():
    play = scene(commitments=ladder("reassign"))
    accepted(play)
    accepted(play)
    for person in others(play):
        Absence.objects.create(user=person, first_on=NOW.date(), last_on=LATER.date())
    now = NOW + 5 * HOUR
    sweep.run(now)
    acting.act(now + 5 * MINUTE)
    assert OutboxMessage.objects.filter(kind="handoff.unplaced").count() == 1


def test_ladder_gives_worked_leads_on_as_often_as_agreed_and_no_more():
    play = scene(commitments=ladder("reassign"), routing={"method": "round_robin", "max_hops": 2})
    handoff = accepted(play)
    for number in range(2):
        key = {"key": f"reassign:test:{number}", "action": "reassign", "handoff": handoff}
        ActionRow.objects.create(**key, created_at=NOW, due_at=NOW + number * MINUTE)
        acting.act(NOW + HOUR + number * MINUTE)
    first, second = ActionRow.objects.order_by("due_at")
    assert (first.error, second.error[:11]) == ("", "TooManyHops")
    assert second.done_at == NOW + HOUR + MINUTE


def test_move_that_fails_blocks_no_other():
    play = scene()
    bad, good = offered(play), offered(play)
    acting.ask(LATER)
    ActionRow.objects.filter(handoff=bad).update(action="dance")
    taken = acting.act(LATER)
    good.refresh_from_db()
    assert (taken, good.state) == ({"failed": 1, "expire": 1}, "expired")


def test_moves_that_keep_failing_shut_no_later_one_out(monkeypatch):
    monkeypatch.setattr(acting, "BATCH", 3)
    play = scene()
    bad = [offered(play) for _ in range(3)]
    acting.ask(LATER)
    ActionRow.objects.update(action="dance")
    assert acting.act(LATER) == {"failed": 3}
    good = offered(play, now=NOW + MINUTE)
    later = LATER + 5 * MINUTE  # the three are to be tried again, and stood in line before
    acting.ask(later)
    acting.act(later)
    acting.act(later)
    good.refresh_from_db()
    assert (good.state, ActionRow.objects.filter(handoff__in=bad, attempts__gte=1).count()) == ("expired", 3)
