"""What the owner does with accepted work, and leg two from qualifier to closer."""

from datetime import timedelta
from decimal import Decimal

import pytest

from leads import facts
from leads.choices import Stage
from leads.models import AuditEntry, Deal, Lead, OutboxMessage
from sla import handoffs
from sla.models import Clock, Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import MINUTE, accepted, clocks_of, offered, offered_on_two, qualified, scene, states_of

pytestmark = pytest.mark.django_db


def test_qualify_with_the_gate_met_needs_no_exception():
    play = scene()
    handoff = accepted(play)
    for kind in ("budget", "need"):
        facts.learn_bant(lead=handoff.lead, kind=kind, known_at=NOW, now=NOW, amount=Decimal(1), text="x")
    done = handoffs.qualify(handoff=handoff, actor=play.rep, now=NOW, exception="Not needed")
    assert (done.state, done.qualified_at, done.exception) == ("qualified", NOW, "")
    assert Lead.objects.get(pk=done.lead_id).stage == Stage.SQL


def test_qualify_below_the_gate_explains_what_is_missing():
    play = scene()
    with pytest.raises(handoffs.GateNotMet) as refused:
        handoffs.qualify(handoff=accepted(play), actor=play.rep, now=NOW)
    assert len(refused.value.verdict.leaves) == 4


def test_qualify_by_named_exception_keeps_its_words():
    assert qualified(scene()).exception == "Known from before"


def test_qualify_meets_its_clock_and_ends_persistence():
    states = states_of(qualified(scene()))
    assert (states["qualify_or_return"], states["persistence"], states["upkeep"]) == (
        "met",
        "cancelled",
        "running",
    )


def test_win_closes_the_deal_it_wrote_down():
    play = scene()
    handoff = handoffs.convert(handoff=qualified(play), actor=play.rep, now=NOW)
    done = handoffs.win(
        handoff=handoff,
        actor=play.rep,
        now=NOW + MINUTE,
        amount=Decimal(1000),
        currency="EUR",
        margin=Decimal("0.4"),
    )
    deal = Deal.objects.get()
    assert (done.state, done.closed_at, done.is_ended) == ("won", NOW + MINUTE, True)
    assert Lead.objects.get(pk=done.lead_id).stage == Stage.CUSTOMER
    assert (deal.state, deal.amount, deal.margin) == ("won", Decimal(1000), Decimal("0.4"))
    assert Clock.objects.open().filter(lead=done.lead).count() == 0


def test_win_writes_no_second_deal_beside_that_of_another_system():
    play = scene()
    handoff = handoffs.convert(handoff=qualified(play), actor=None, now=NOW)
    factories.won_deal(handoff.lead, closed_at=NOW + MINUTE, amount=Decimal(5))
    handoffs.win(handoff=handoff, actor=None, now=NOW + MINUTE)
    assert Deal.objects.count() == 1


def test_lose_keeps_a_reason_of_the_agreement():
    play = scene()
    handoff = handoffs.convert(handoff=qualified(play), actor=play.rep, now=NOW)
    with pytest.raises(handoffs.UnknownReason):
        handoffs.lose(handoff=handoff, actor=play.rep, now=NOW, reason="moon")
    done = handoffs.lose(handoff=handoff, actor=play.rep, now=NOW, reason="no_budget")
    assert (done.state, done.reason_code) == ("lost", "no_budget")
    assert Lead.objects.get(pk=done.lead_id).stage == Stage.LOST


def test_rate_is_for_whoever_took_the_lead():
    play = scene()
    handoff = accepted(play)
    with pytest.raises(handoffs.NotYours):
        handoffs.rate(handoff=handoff, actor=play.marketer, quality="worse", now=NOW)
    rated = handoffs.rate(handoff=handoff, actor=play.rep, quality="better", now=NOW)
    assert (rated.quality, rated.quality_at, rated.seq) == ("better", NOW, handoff.seq)


def test_nudge_is_logged_and_told_and_changes_nothing():
    play = scene()
    handoff = offered(play)
    before = Handoff.objects.values().get(pk=handoff.pk)
    handoffs.nudge(handoff=handoff, actor=play.marketer, now=NOW)
    assert Handoff.objects.values().get(pk=handoff.pk) == before
    assert AuditEntry.objects.filter(verb="nudge").count() == 1
    assert OutboxMessage.objects.get(kind="handoff.nudge").recipient == play.rep
    with pytest.raises(handoffs.NotYours):
        handoffs.nudge(handoff=handoff, actor=play.cast.stranger, now=NOW)


def test_leg_two_is_judged_by_the_version_of_leg_one():
    play = scene()
    second = offered_on_two(play)
    first = Handoff.objects.get(lead=second.lead, leg=1)
    assert (second.version_id, second.tier, second.cycle) == (first.version_id, first.tier, 1)
    lead = Lead.objects.get(pk=second.lead_id)
    assert (lead.stage, lead.owner, first.is_ended) == (Stage.SQL, play.closer, False)


def test_accept_on_leg_two_converts_leg_one():
    play = scene()
    done = handoffs.accept(handoff=offered_on_two(play), actor=play.closer, now=NOW + MINUTE)
    first = Handoff.objects.get(lead=done.lead, leg=1)
    assert (first.state, first.is_ended, first.converted_at) == ("converted", True, NOW + MINUTE)
    assert Lead.objects.get(pk=done.lead_id).stage == Stage.OPPORTUNITY
    assert not Clock.objects.open().filter(handoff=first).exists()


def test_decline_on_leg_two_leaves_the_lead_with_the_qualifier():
    play = scene()
    done = handoffs.decline(
        handoff=offered_on_two(play), actor=play.closer, reason="no_budget", now=NOW + MINUTE
    )
    lead = Lead.objects.get(pk=done.lead_id)
    first = Handoff.objects.get(lead=lead, leg=1)
    assert (lead.stage, lead.owner, first.state, first.is_ended) == (Stage.SQL, play.rep, "qualified", False)
    assert "acknowledge" not in states_of(done)


def test_hand_back_on_leg_two_gives_leg_one_back_to_the_qualifier():
    play = scene()
    taken = handoffs.accept(handoff=offered_on_two(play), actor=play.closer, now=NOW)
    handoffs.hand_back(handoff=taken, actor=play.closer, reason="no_budget", now=NOW + MINUTE)
    lead = Lead.objects.get(pk=taken.lead_id)
    first = Handoff.objects.get(lead=lead, leg=1)
    assert (lead.stage, lead.owner, first.state, first.is_ended) == (Stage.SQL, play.rep, "qualified", False)
    upkeep = clocks_of(first)["upkeep"]
    assert (upkeep.handoff, upkeep.state) == (first, "running")
    again = handoffs.offer(lead=lead, actor=play.rep, leg=2, now=NOW + 2 * MINUTE)
    assert (again.cycle, again.rep) == (2, play.other_closer)


def test_win_belongs_to_the_last_leg():
    play = scene()
    taken = handoffs.accept(handoff=offered_on_two(play), actor=play.closer, now=NOW)
    done = handoffs.win(handoff=taken, actor=play.closer, now=NOW + timedelta(days=20))
    assert done.state == "won"
    assert Lead.objects.get(pk=done.lead_id).stage == Stage.CUSTOMER
