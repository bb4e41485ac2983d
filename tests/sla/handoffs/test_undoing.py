"""Undo: within two minutes, by the same person, when nothing else has happened, without a trace in time."""

from datetime import timedelta

import pytest

from leads.choices import Stage
from leads.models import Lead, OutboxMessage, StageChange
from sla import clocks, handoffs
from sla.models import Clock, Handoff, Refusal
from tests import factories
from tests.factories import NOW
from tests.sla.scene import (
    MINUTE,
    Scene,
    accepted,
    clocks_of,
    hear_touch,
    offered,
    offered_on_two,
    scene,
    states_of,
)

pytestmark = pytest.mark.django_db
COLUMNS = [
    field.attname
    for field in Handoff._meta.concrete_fields
    if field.name not in ("seq", "undo_until", "undo_seqs")
]
TIMED = (
    "state",
    "due_at",
    "due_on",
    "next_at",
    "next_step",
    "running_since",
    "elapsed",
    "ended_at",
    "rep_id",
)


def row(handoff):
    return Handoff.objects.values(*COLUMNS).get(pk=handoff.pk)


def running(handoff):
    open_clocks = Clock.objects.open().filter(lead=handoff.lead).order_by("id")
    return list(open_clocks.values_list("id", *TIMED))


def decline(play: Scene, handoff: Handoff, at):
    return handoffs.decline(handoff=handoff, actor=play.rep, reason="no_budget", now=at)


def accept(play: Scene, handoff: Handoff, at):
    return handoffs.accept(handoff=handoff, actor=play.rep, now=at)


def hand_back(play: Scene, handoff: Handoff, at):
    return handoffs.hand_back(handoff=handoff, actor=play.rep, reason="bad_data", note="No", now=at)


@pytest.mark.parametrize(
    ("bring", "move"),
    [(offered, accept), (offered, decline), (accepted, hand_back)],
    ids=lambda one: one.__name__,
)
def test_undo_restores_handoff_lead_and_clocks(bring, move):
    play = scene()
    handoff = bring(play)
    lead = Lead.objects.get(pk=handoff.lead_id)
    before = (row(handoff), lead.stage, lead.owner_id, lead.team_id, running(handoff))
    done = move(play, handoff, NOW + 5 * MINUTE)
    assert row(done) != before[0]
    undone = handoffs.undo(handoff=done, actor=play.rep, now=NOW + 6 * MINUTE)
    lead = Lead.objects.get(pk=handoff.lead_id)
    assert (row(undone), lead.stage, lead.owner_id, lead.team_id, running(handoff)) == before
    assert StageChange.objects.filter(lead=lead).order_by("seq").last().cause == "undo"
    assert not Refusal.objects.filter(pk=handoff.pk).exists()


def test_undone_move_is_never_told():
    play = scene()
    done = accept(play, offered(play), NOW)
    handoffs.undo(handoff=done, actor=play.rep, now=NOW + MINUTE)
    kinds = OutboxMessage.objects.filter(kind__startswith="handoff").values_list("kind", flat=True)
    assert list(kinds) == ["handoff.offer"]


def test_clocks_after_undo_are_as_their_log_tells():
    play = scene()
    done = accept(play, offered(play), NOW + 5 * MINUTE)
    handoffs.undo(handoff=done, actor=play.rep, now=NOW + 6 * MINUTE)
    clock = clocks_of(done)["decide"]
    assert clocks.replay(clock, NOW).state == clocks.state_of(clock)
    assert [event.event for event in clock.events.order_by("seq")] == ["started", "met", "undone"]


def test_accept_after_undo_starts_afresh():
    play = scene()
    done = accept(play, offered(play), NOW)
    handoffs.undo(handoff=done, actor=play.rep, now=NOW + MINUTE)
    accept(play, done, NOW + 3 * MINUTE)
    clock = clocks_of(done)["first_touch"]
    assert (clock.state, clock.started_at) == ("running", NOW + 3 * MINUTE)


def test_undo_of_pool_accept_gives_it_back_to_the_pool():
    play = scene()
    pooled = handoffs.pool(handoff=offered(play), now=NOW)
    done = accept(play, pooled, NOW + MINUTE)
    undone = handoffs.undo(handoff=done, actor=play.rep, now=NOW + 2 * MINUTE)
    assert (undone.rep, Lead.objects.get(pk=done.lead_id).owner) == (None, None)
    assert clocks_of(done)["touch_from_offer"].rep is None


def test_undo_after_two_minutes_is_refused():
    play = scene()
    done = accept(play, offered(play), NOW)
    with pytest.raises(handoffs.UndoOver):
        handoffs.undo(handoff=done, actor=play.rep, now=NOW + 2 * MINUTE)


def test_undo_by_somebody_else_is_refused():
    play = scene()
    done = accept(play, offered(play), NOW)
    with pytest.raises(handoffs.UndoOver):
        handoffs.undo(handoff=done, actor=play.cast.sales_manager, now=NOW + MINUTE)


def test_undo_after_another_move_is_refused():
    play = scene()
    done = decline(play, offered(play), NOW)
    handoffs.acknowledge(handoff=done, actor=play.marketer, now=NOW + MINUTE)
    with pytest.raises(handoffs.UndoOver):
        handoffs.undo(handoff=done, actor=play.rep, now=NOW + MINUTE)
    assert states_of(done)["acknowledge"] == "met"


def test_undo_after_a_touch_is_refused():
    play = scene()
    done = accept(play, offered(play), NOW)
    touch = factories.add_touch(done.lead, "call", side="sales", ago=timedelta(0), now=NOW + MINUTE)
    hear_touch(done.lead, touch, now=NOW + MINUTE)
    with pytest.raises(handoffs.UndoOver):
        handoffs.undo(handoff=done, actor=play.rep, now=NOW + MINUTE)


def test_undo_twice_is_refused():
    play = scene()
    done = accept(play, offered(play), NOW)
    handoffs.undo(handoff=done, actor=play.rep, now=NOW + MINUTE)
    with pytest.raises(handoffs.UndoOver):
        handoffs.undo(handoff=done, actor=play.rep, now=NOW + MINUTE)


def test_qualify_cannot_be_undone():
    play = scene()
    handoff = accepted(play)
    done = handoffs.qualify(handoff=handoff, actor=play.rep, now=NOW, exception="Known")
    with pytest.raises(handoffs.UndoOver):
        handoffs.undo(handoff=done, actor=play.rep, now=NOW)


def test_undo_on_leg_two_opens_leg_one_again():
    play = scene()
    second = offered_on_two(play)
    first = Handoff.objects.get(lead=second.lead, leg=1)
    before = (row(first), running(second))
    done = handoffs.accept(handoff=second, actor=play.closer, now=NOW + MINUTE)
    handoffs.undo(handoff=done, actor=play.closer, now=NOW + 2 * MINUTE)
    assert (row(first), running(second)) == before
    assert Lead.objects.get(pk=second.lead_id).stage == Stage.SQL
