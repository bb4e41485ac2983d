"""From rep to rep: the lead's clocks run on, a new owner gets clocks of their own."""

from datetime import timedelta

import pytest

from leads.models import Lead, OutboxMessage
from sla import handoffs
from sla.models import Clock, Handoff
from tests.factories import NOW
from tests.sla.scene import LATER, MINUTE, accepted, offered, qualified, scene

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def decide_clocks(handoff):
    rows = Clock.objects.filter(lead=handoff.lead, kind="decide").order_by("id")
    return [(clock.scope, clock.state, clock.rep, clock.due_at) for clock in rows]


def test_reroute_writes_the_next_hop_of_the_cycle():
    play = scene()
    old = offered(play)
    hop = handoffs.reroute(handoff=old, actor=play.rep, now=NOW + MINUTE, reason="territory")
    old.refresh_from_db()
    assert (old.state, old.is_ended, old.reason_code, old.decided_by) == (
        "rerouted",
        True,
        "territory",
        play.rep,
    )
    assert (hop.state, hop.cycle, hop.hop, hop.tier) == ("offered", 1, 2, old.tier)
    assert hop.rep not in (None, play.rep)
    assert Lead.objects.get(pk=hop.lead_id).owner == hop.rep
    kinds = OutboxMessage.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["handoff.offer", "handoff.reroute", "handoff.offer"]


def test_reroute_carries_the_clock_and_gives_the_new_rep_a_fresh_one():
    play = scene()
    old = offered(play)
    hop = handoffs.reroute(handoff=old, actor=play.rep, now=NOW + HOUR, to=play.cast.other_rep)
    other = play.cast.other_rep
    assert decide_clocks(hop) == [
        ("lead", "running", other, NOW + 2 * HOUR),
        ("person", "running", other, NOW + 3 * HOUR),
    ]
    carried = Clock.objects.get(kind="decide", scope="lead").events.order_by("seq").last()
    assert (carried.event, carried.detail) == ("carried", {"handoff": old.pk, "rep": play.rep.pk})


def test_second_reroute_ends_the_personal_clock_of_the_first():
    play = scene()
    first = handoffs.reroute(handoff=offered(play), actor=play.rep, now=NOW, to=play.cast.other_rep)
    manager = play.cast.sales_manager
    hop = handoffs.reroute(handoff=first, actor=manager, now=NOW + MINUTE, to=play.cast.qualifier)
    assert [state for _scope, state, _rep, _due in decide_clocks(hop)] == [
        "running",
        "cancelled",
        "running",
    ]


def test_reroute_with_open_question_lets_the_decision_run_on():
    play = scene()
    handoff = offered(play)
    handoffs.ask(handoff=handoff, actor=play.rep, text="Which plant?", now=NOW)
    hop = handoffs.reroute(handoff=handoff, actor=play.rep, now=NOW + HOUR, to=play.cast.other_rep)
    states = {clock.kind: clock.state for clock in Clock.objects.filter(lead=hop.lead, scope="lead")}
    assert (states["decide"], states["answer"]) == ("running", "cancelled")


def test_reroute_after_the_last_hop_goes_to_the_pool():
    play = scene(routing={"method": "round_robin", "max_hops": 2})
    second = handoffs.reroute(handoff=offered(play), actor=play.rep, now=NOW)
    pooled = handoffs.reroute(handoff=second, actor=second.rep, now=NOW)
    assert (pooled.hop, pooled.rep, pooled.expires_at) == (3, None, None)
    assert pooled.trace == {"method": "pool", "why": "max_hops"}
    with pytest.raises(handoffs.TooManyHops):
        handoffs.reroute(handoff=pooled, actor=play.cast.sales_manager, now=NOW)


def test_reroute_for_unknown_reason_is_refused():
    play = scene()
    with pytest.raises(handoffs.UnknownReason):
        handoffs.reroute(handoff=offered(play), actor=play.rep, now=NOW, reason="moon")


def test_expire_before_its_time_is_refused():
    play = scene()
    handoff = offered(play)
    with pytest.raises(handoffs.Changed):
        handoffs.expire(handoff=handoff, now=handoff.expires_at - MINUTE)


def test_expire_offers_to_somebody_else():
    play = scene()
    handoff = offered(play)
    hop = handoffs.expire(handoff=handoff, now=LATER)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.decided_by, handoff.ended_at) == ("expired", None, LATER)
    assert hop.rep not in (None, play.rep)


def test_expire_to_the_pool_when_the_agreement_says_so():
    play = scene(expiry={"after": {"amount": 2, "unit": "business_days"}, "to": "pool"})
    hop = handoffs.expire(handoff=offered(play), now=LATER)
    assert (hop.rep, hop.team, Lead.objects.get(pk=hop.lead_id).owner) == (None, play.cast.sales, None)


def test_reassign_changes_owner_and_starts_personal_clocks():
    play = scene()
    handoff = accepted(play)
    other = play.cast.other_rep
    moved = handoffs.reassign(handoff=handoff, to=other, actor=play.cast.sales_manager, now=NOW + HOUR)
    assert (moved.state, moved.rep, Lead.objects.get(pk=moved.lead_id).owner) == ("accepted", other, other)
    first_touch = Clock.objects.filter(commitment__code="first_touch").order_by("id")
    assert [(clock.scope, clock.rep, clock.due_at) for clock in first_touch] == [
        ("lead", other, NOW + 4 * HOUR),
        ("person", other, NOW + 5 * HOUR),
    ]


def test_reassign_to_somebody_away_or_to_the_same_is_refused():
    play = scene()
    handoff = accepted(play)
    play.cast.other_rep.is_paused = True
    play.cast.other_rep.save()
    for to in (play.cast.other_rep, play.rep, play.cast.marketer):
        with pytest.raises(handoffs.NotEligible):
            handoffs.reassign(handoff=handoff, to=to, actor=play.cast.sales_manager, now=NOW)


def test_ladder_hands_worked_lead_to_somebody_else():
    play = scene()
    handoff = qualified(play)
    moved = handoffs.hand_on(handoff=handoff, now=NOW + HOUR)
    assert moved.pk == handoff.pk
    assert moved.rep not in (None, play.rep)


def test_ladder_reroutes_an_offer():
    play = scene()
    hop = handoffs.hand_on(handoff=offered(play), now=NOW)
    assert (hop.hop, Handoff.objects.count()) == (2, 2)
