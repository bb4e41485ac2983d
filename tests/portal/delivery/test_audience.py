"""Who is told of what: whoever has to act or gave it away, never who did it."""

from datetime import timedelta
from typing import Any

import pytest

from leads.models import User
from portal import delivery
from portal.models import Notice
from sla import handoffs, sweep
from sla.models import Handoff
from tests.factories import NOW
from tests.portal.delivery.post import leave
from tests.sla.scene import Scene, accepted, offered, offered_on_two

pytestmark = pytest.mark.django_db
AFTER_UNDO = NOW + timedelta(minutes=3)


def told(kind: str) -> set[str]:
    """Hand everything out and return who was told of a kind of message."""
    delivery.fan_out(now=NOW + timedelta(days=30))
    return set(Notice.objects.filter(message__kind=kind).values_list("recipient__name", flat=True))


def clock(play: Scene, handoff: Handoff, side: str, action: str = "notify_owner", **data: Any) -> None:
    leave("clock.breached", key=f"{side}:{action}", subject_id=0,
          data={"kind": "decide", "side": side, "handoff": handoff.pk, "action": action, **data})  # fmt: skip


def test_acceptance_is_told_to_whoever_offered(play: Scene) -> None:
    accepted(play)
    assert told("handoff.accept") == {play.marketer.name}


def test_acceptance_on_leg_two_is_told_to_the_qualifier(play: Scene) -> None:
    handoff = offered_on_two(play)
    handoffs.accept(handoff=handoff, actor=play.closer, now=NOW)
    handoffs.hand_back(handoff=handoff, actor=play.closer, reason="no_budget", now=NOW + timedelta(hours=1))
    assert told("handoff.hand_back") == {play.rep.name}


def test_automatic_offer_that_is_accepted_is_told_to_marketing(play: Scene) -> None:
    handoff = offered(play)
    Handoff.objects.filter(pk=handoff.pk).update(offered_by=None)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW)
    assert told("handoff.accept") == {play.marketer.name}


def test_late_ruling_is_told_to_the_referee(play: Scene) -> None:
    handoff = handoffs.decline(handoff=offered(play), actor=play.rep, reason="no_budget", now=NOW)
    handoffs.contest(handoff=handoff, actor=play.marketer, note="It is known.", now=NOW)
    # Three business days are allowed; on Friday afternoon most of them is used up, on Monday all.
    for days in (2, 6):
        sweep.run(NOW + timedelta(days=days, hours=6))
    delivery.fan_out(now=NOW + timedelta(days=14))
    rulings = Notice.objects.filter(message__kind__startswith="clock.", message__data__kind="rule")
    late = rulings.filter(message__kind__in=["clock.warned", "clock.breached"])
    assert set(late.values_list("recipient__name", flat=True)) == {play.referee.name}


def test_late_decision_in_a_pool_is_told_to_the_pool(play: Scene) -> None:
    pooled = handoffs.pool(handoff=offered(play), now=NOW)
    clock(play, pooled, "sales")
    assert told("clock.breached") == {
        play.rep.name, play.cast.other_rep.name, play.cast.qualifier.name
    }  # fmt: skip


@pytest.mark.parametrize(
    ("side", "action", "who"),
    [
        ("sales", "notify_owner", {"rep"}),
        ("sales", "notify_manager", {"sales_manager"}),
        ("sales", "reassign", {"rep", "sales_manager"}),
        ("marketing", "notify_owner", {"marketer"}),
        ("marketing", "notify_manager", {"marketing_manager"}),
        ("referee", "notify_manager", {"leader", "referee"}),
    ],
)
def test_ladder_tells_the_side_that_is_late(play: Scene, side: str, action: str, who: set[str]) -> None:
    clock(play, accepted(play), side, action)
    expected = {getattr(play if name in ("rep", "referee") else play.cast, name).role for name in who}
    found = told("clock.breached")
    assert set(User.objects.filter(name__in=found).values_list("role", flat=True)) == expected


def test_team_without_a_manager_is_a_matter_for_leaders(play: Scene) -> None:
    handoff = offered_on_two(play)
    clock(play, handoff, "sales", "notify_manager")
    assert told("clock.breached") == {play.cast.leader.name, play.referee.name}


def test_new_owner_of_a_worked_lead_is_told_in_a_sentence(play: Scene) -> None:
    """The message names both people where others name moments."""
    cast = play.cast
    accepted = handoffs.accept(handoff=offered(play), actor=play.rep, now=NOW)
    handoffs.reassign(handoff=accepted, actor=cast.sales_manager, to=cast.other_rep, now=NOW)
    assert told("handoff.reassign")
    for notice in Notice.objects.filter(message__kind="handoff.reassign"):
        assert delivery.told(notice, is_visible=False).sentence == "A lead has a new owner."


def test_rep_is_told_when_somebody_else_passes_the_lead_on_but_not_of_own_acts(play: Scene) -> None:
    handoffs.reroute(handoff=offered(play), actor=play.cast.sales_manager, to=play.cast.other_rep, now=NOW)
    assert told("handoff.reroute") == {play.rep.name}


def test_own_act_is_told_to_nobody(play: Scene) -> None:
    handoffs.reroute(handoff=offered(play), actor=play.rep, to=play.cast.other_rep, now=NOW)
    assert told("handoff.reroute") == set()


def test_whoever_a_message_names_is_told_also_without_a_recipient(play: Scene) -> None:
    leave("clock.disputed", data={"told": [play.cast.leader.pk]})
    assert told("clock.disputed") == {play.cast.leader.name}


def test_expired_offer_is_told_to_who_had_it_and_to_the_manager(play: Scene) -> None:
    handoffs.expire(handoff=offered(play), now=NOW + timedelta(days=2, hours=1))
    assert told("handoff.expire") == {play.rep.name, play.cast.sales_manager.name}


def test_review_is_told_to_whoever_signs(play: Scene) -> None:
    leave("agreement.review_due", subject_type="version", data={"due_on": "2026-12-01", "days": 13})
    roles = {"marketing_manager", "sales_manager", "leader"}
    found = told("agreement.review_due")
    assert set(User.objects.filter(name__in=found).values_list("role", flat=True)) == roles
    told_to_one = delivery.told(Notice.objects.all()[0], is_visible=False)
    assert told_to_one.sentence == "The agreement is to be reviewed by 1 Dec 2026."


def test_outage_is_told_once_with_its_times(play: Scene) -> None:
    times = {"from": "2026-11-18T06:00:00+00:00", "to": "2026-11-18T08:30:00+00:00"}
    leave("outage.summary", subject_type="outage",
          data={**times, "side": "referee", "team": None, "action": "notify_owner"})  # fmt: skip
    assert told("outage.summary") == {play.referee.name}
    sentence = delivery.told(Notice.objects.get(), is_visible=False).sentence
    assert "from 18 Nov, 06:00 to 18 Nov, 08:30" in sentence
