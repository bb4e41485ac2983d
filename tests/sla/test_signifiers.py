"""Key signifiers lead on: along the table only, if shown since Sales accepted, once, and also by waiting."""

from datetime import date, timedelta
from typing import Any

import pytest

from leads.models import AuditEntry, Lead, OutboxMessage
from sla import agreements, handoffs, intake
from sla.models import Handoff, Standing
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, accepted, scene

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MEETING = {"touches": {"sides": ["sales"], "kinds": ["meeting"]}, "at_least": 1, "within_days": 30}
ASKED = {"touches": {"sides": ["prospect"], "kinds": ["replied"]}, "at_least": 1, "within_days": 30}
ONE_LEG = factories.two_legs()[:1]


def stages(**signifiers: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the usual stages, some of them with a key signifier."""
    return [
        {**one, "signifier": {"label": "Shown", "when": signifiers[one["code"]]}}
        if one["code"] in signifiers
        else one
        for one in factories.agreement_data()["stages"]
    ]


@pytest.fixture
def play() -> Scene:
    return scene(legs=ONE_LEG, stages=stages(sql=MEETING, opportunity=ASKED))


def meet(lead: Lead, at: Any) -> None:
    intake.add_touch(lead=lead, side="sales", kind="meeting", reached=True, happened_at=at, now=at)


def know(lead: Lead, at: Any) -> None:
    """Let what the qualification gate of the usual agreement asks for be known."""
    intake.learn(lead=lead, kind="budget", amount=90_000, currency="EUR", known_at=at, now=at)
    intake.learn(lead=lead, kind="need", text="Packing", known_at=at, now=at)


def stage_of(lead: Lead) -> str:
    return str(Lead.objects.values_list("stage", flat=True).get(pk=lead.pk))


def test_a_meeting_with_the_gate_met_qualifies_and_the_log_says_that_nobody_did(play: Scene) -> None:
    handoff = accepted(play)
    know(handoff.lead, NOW + HOUR)
    assert stage_of(handoff.lead) == "sal"
    meet(handoff.lead, NOW + 2 * HOUR)
    handoff.refresh_from_db()
    assert (stage_of(handoff.lead), handoff.state) == ("sql", "qualified")
    entry = AuditEntry.objects.get(stream=f"lead:{handoff.lead_id}", verb="qualify")
    assert entry.actor_id is None
    assert OutboxMessage.objects.get(kind="handoff.qualify").recipient == play.rep


def test_a_meeting_alone_qualifies_nobody_whose_gate_is_not_met(play: Scene) -> None:
    handoff = accepted(play)
    meet(handoff.lead, NOW + HOUR)
    assert stage_of(handoff.lead) == "sal"
    know(handoff.lead, NOW + 2 * HOUR)
    assert stage_of(handoff.lead) == "sql"


def test_the_next_stage_follows_its_own_signifier(play: Scene) -> None:
    handoff = accepted(play)
    know(handoff.lead, NOW + HOUR)
    meet(handoff.lead, NOW + HOUR)
    intake.add_touch(lead=handoff.lead, side="prospect", kind="replied", happened_at=NOW + DAY, now=NOW + DAY)
    handoff.refresh_from_db()
    assert (stage_of(handoff.lead), handoff.state) == ("opportunity", "converted")


def test_what_was_shown_in_an_earlier_round_moves_nobody_again(play: Scene) -> None:
    first = accepted(play)
    know(first.lead, NOW + HOUR)
    meet(first.lead, NOW + HOUR)
    first.refresh_from_db()
    handoffs.hand_back(handoff=first, actor=play.rep, reason="no_budget", note="Later", now=NOW + DAY)
    handoffs.wake(handoff=first, now=NOW + 2 * DAY)
    factories.add_touch(first.lead, ago=timedelta(0), now=NOW + 2 * DAY)
    lead = Lead.objects.get(pk=first.lead_id)
    intake.drain_lead(lead_id=lead.pk, now=NOW + 2 * DAY)
    again = Handoff.objects.open().get(lead=lead)
    handoffs.accept(handoff=again, actor=again.rep, now=NOW + 3 * DAY)
    for hours in (1, 2, 3):
        intake.add_touch(
            lead=lead,
            side="prospect",
            kind="opened",
            happened_at=NOW + 3 * DAY + hours * HOUR,
            now=NOW + 3 * DAY + hours * HOUR,
        )
    assert stage_of(lead) == "sal"


def test_a_lead_goes_each_way_once_however_often_it_is_judged(play: Scene) -> None:
    handoff = accepted(play)
    know(handoff.lead, NOW + HOUR)
    meet(handoff.lead, NOW + HOUR)
    before = handoff.lead.stage_changes.count()
    for hours in range(2, 6):
        meet(handoff.lead, NOW + hours * HOUR)
        intake.drain(now=NOW + hours * HOUR)
    assert handoff.lead.stage_changes.count() == before


def test_on_two_legs_only_the_closer_makes_the_opportunity() -> None:
    play = scene(stages=stages(sql=MEETING, opportunity=MEETING))
    handoff = accepted(play)
    know(handoff.lead, NOW + HOUR)
    for hours in (1, 2, 3):
        meet(handoff.lead, NOW + hours * HOUR)
    assert stage_of(handoff.lead) == "sql"


def test_no_signifier_stands_in_for_a_decision_or_a_verdict() -> None:
    play = scene(legs=ONE_LEG, stages=stages(mql=ASKED, sal=ASKED, customer=ASKED, lost=ASKED))
    small = factories.make_lead(employees=5)
    handoff = accepted(play)
    for lead in (small, handoff.lead):
        intake.add_touch(lead=lead, side="prospect", kind="replied", happened_at=NOW + HOUR, now=NOW + HOUR)
    assert (stage_of(small), stage_of(handoff.lead)) == ("inquiry", "sal")


def test_waiting_alone_shows_a_signifier_that_is_about_timing() -> None:
    scene(stages=stages(nurturing={"bant": "timing", "within_days": 90}))
    lead = factories.make_lead(employees=5)
    intake.learn(lead=lead, kind="timing", on=date(2027, 3, 31), known_at=NOW, now=NOW)
    assert stage_of(lead) == "inquiry"
    due = Standing.objects.get(pk=lead.pk).recheck_at
    assert due is not None
    intake.drain(now=due - HOUR)
    assert stage_of(lead) == "inquiry"
    intake.drain(now=due + HOUR)
    assert stage_of(lead) == "nurturing"


def test_a_version_that_takes_effect_moves_who_shows_its_signifier() -> None:
    play = scene(legs=ONE_LEG)
    small = factories.make_lead(employees=5)
    intake.add_touch(lead=small, side="prospect", kind="replied", happened_at=NOW, now=NOW)
    intake.drain(now=NOW)
    assert stage_of(small) == "inquiry"
    text = {**agreements.export(play.version), "stages": stages(nurturing=ASKED)}
    factories.signed_version(data={**text, "starts_on": (NOW + DAY).date().isoformat()}, now=NOW + DAY)
    intake.drain(now=NOW + DAY)
    assert stage_of(small) == "nurturing"
