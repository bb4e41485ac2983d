"""Breaches disputed and answered by machines, as people do it on the page of a clock."""

import pytest

from sla.models import Clock, Dispute
from tests import company
from tests.company import Company
from tests.portal.api.conftest import Caller, problem

pytestmark = pytest.mark.django_db


def late_clock(at: Company) -> Clock:
    """Return the clock of an offer that the rep let pass."""
    handoff = company.every_state(at)["late_offer"]
    return Clock.objects.late().get(handoff=handoff, scope="lead", kind="decide")


def test_breach_is_disputed_once_and_answered_for_good(at: Company) -> None:
    clock = late_clock(at)
    rep, answers = Caller(at.cast.rep), Caller(at.cast.marketing_manager)
    address = f"/clocks/{clock.pk}/dispute/"
    made = rep("POST", address, {"reason": "The line was down."})
    assert (made.status_code, made.json()["asked_by"]["name"]) == (201, at.cast.rep.name)
    problem(rep("POST", address, {"reason": "Again."}), 409, "already_disputed")
    assert [one["clock"] for one in answers.get("/disputes/")["results"]] == [clock.pk]
    assert rep.get("/disputes/")["results"] == []

    address = f"/disputes/{clock.pk}/"
    refused = problem(answers("POST", f"{address}answer/", {"is_granted": False}), 422, "words_needed")
    assert refused["errors"][0]["pointer"] == "/note"
    granted = answers("POST", f"{address}answer/", {"is_granted": True})
    assert (granted.status_code, granted.json()["is_granted"]) == (200, True)
    problem(answers("POST", f"{address}answer/", {"is_granted": True}), 409, "already_answered")
    assert rep.get(address)["answered_by"]["name"] == at.cast.marketing_manager.name
    assert rep.get(f"/clocks/{clock.pk}/")["is_excused"] is True
    assert answers.get("/disputes/")["results"] == []


def test_clock_that_is_not_late_is_not_disputed(at: Company) -> None:
    handoff = company.offered(at, "Own Ltd")
    clock = Clock.objects.open().get(handoff=handoff, scope="lead", kind="decide")
    answer = Caller(at.cast.rep)("POST", f"/clocks/{clock.pk}/dispute/", {"reason": "The line was down."})
    problem(answer, 409, "nothing_to_dispute")
    assert not Dispute.objects.exists()
