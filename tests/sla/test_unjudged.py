"""Touches that no agreement looks at change no standing: nobody is judged by them, the clocks hear them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from leads import setbased
from leads.models import FactChange, Lead, Touch
from sla import clocks, handoffs, intake
from sla.models import Clock, Handoff, Standing
from tests import factories
from tests.factories import NOW, agreement_data

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
OF_SALES = {"touches": {"sides": ["sales"]}, "at_least": 1, "within_days": 30}
OF_ANYBODY = {"touches": {"sides": []}, "at_least": 1, "within_days": 30}


def worked(**changes: Any) -> Lead:
    """Return an accepted lead of which nothing is new, under an agreement with changes."""
    factories.cast()
    factories.signed_version(**changes)
    lead = factories.ready_lead()
    intake.drain(now=NOW)
    handoff = Handoff.objects.get(lead=lead)
    handoffs.accept(handoff=handoff, actor=handoff.rep, now=NOW)
    intake.drain(now=NOW)
    assert not FactChange.objects.exists()
    return lead


def called(lead: Lead, **said: Any) -> Touch:
    said = {"side": "sales", "kind": "call", "reached": True, "happened_at": NOW + HOUR, **said}
    return intake.add_touch(lead=lead, now=NOW + HOUR, **said)


def first_touch(lead: Lead) -> str:
    return Clock.objects.get(lead=lead, commitment__code="first_touch").state


def judged_again(lead: Lead) -> bool:
    assert not FactChange.objects.exists()
    return Standing.objects.get(lead=lead).judged_at == NOW + HOUR


def test_call_stops_its_clock_and_judges_nobody() -> None:
    lead = worked()
    called(lead)
    assert (first_touch(lead), judged_again(lead)) == ("met", False)
    called(lead, side="prospect", kind="downloaded")
    assert judged_again(lead)


def with_gate(code: str) -> dict[str, Any]:
    gates = agreement_data()["gates"]
    return {"gates": {**gates, code: {"any": [gates[code], OF_SALES]}}}


def with_points() -> dict[str, Any]:
    engagement = agreement_data()["engagement"]
    points = [*engagement["points"], {"side": "sales", "kind": "call", "points": 5, "cap": None}]
    return {"engagement": {**engagement, "points": points}}


def with_signifier() -> dict[str, Any]:
    stages = agreement_data()["stages"]
    sign = {"label": "Somebody spoke", "when": OF_ANYBODY}
    return {"stages": [{**one, "signifier": sign} if one["code"] == "sql" else one for one in stages]}


def with_profile() -> dict[str, Any]:
    fit = agreement_data()["fit"]
    return {
        "fit": [*fit, {"label": "Called", "points": 5, "when": {**OF_SALES, "touches": {"kinds": ["call"]}}}]
    }


@pytest.mark.parametrize(
    "changes",
    [with_gate("readiness"), with_gate("qualification"), with_points(), with_signifier(), with_profile()],
    ids=["readiness", "qualification", "points", "signifier", "profile"],
)
def test_call_that_an_agreement_looks_at_judges_its_lead(changes: dict[str, Any]) -> None:
    lead = worked(**changes)
    called(lead)
    assert (first_touch(lead), judged_again(lead)) == ("met", True)


def test_call_on_a_lead_that_waits_for_its_judge_is_judged_with_it() -> None:
    lead = worked()
    intake.edit(lead=lead, changes={"title": "CFO"}, now=NOW)
    FactChange.objects.create(lead=lead, since=NOW)
    called(lead)
    assert (first_touch(lead), judged_again(lead)) == ("met", True)


def test_call_whose_clocks_fail_is_kept_and_told_by_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    lead = worked()

    def broken(**_told: Any) -> None:
        raise RuntimeError("no clock today")

    with monkeypatch.context() as patch:
        patch.setattr(clocks, "hear_touches", broken)
        touch = called(lead)
    assert list(Touch.objects.filter(side="sales")) == [touch]
    assert (first_touch(lead), FactChange.objects.get().error) == (
        "running",
        "RuntimeError('no clock today')",
    )
    intake.drain(now=NOW + 2 * HOUR)
    assert first_touch(lead) == "met"


@pytest.mark.parametrize("is_followed", [False, True], ids=["ends", "is followed by another"])
def test_call_is_told_again_where_its_clock_was_changed_meanwhile(
    monkeypatch: pytest.MonkeyPatch, is_followed: bool
) -> None:
    given = agreement_data()["commitments"]
    lead = worked(commitments=[one for one in given if is_followed or one["kind"] != "upkeep"])

    def changed_nothing(*_rows: Any, **_how: Any) -> Callable[[], list[int]]:
        return list

    with monkeypatch.context() as patch:
        patch.setattr(setbased, "update_ahead", changed_nothing)
        touch = called(lead)
    assert list(Touch.objects.filter(side="sales")) == [touch]
    assert (first_touch(lead), FactChange.objects.exists()) == ("running", True)
    intake.drain(now=NOW + 2 * HOUR)
    assert first_touch(lead) == "met"


def test_call_known_by_its_id_is_written_once() -> None:
    lead, other = worked(), factories.make_lead()
    intake.drain(now=NOW)
    first = called(lead, source="crm", external_id="1", evidence=1)
    assert first_touch(lead) == "running"  # a status alone proves nothing here
    again = called(lead, source="crm", external_id="1", evidence=4)
    assert (again.pk, first_touch(lead)) == (first.pk, "met")
    assert called(other, source="crm", external_id="1").lead_id == lead.pk
    assert Touch.objects.filter(side="sales").count() == 1


@pytest.mark.parametrize("bad", [{"kind": "downloaded"}, {"happened_at": NOW + 2 * HOUR}])
def test_call_that_cannot_be_is_refused(bad: dict[str, Any]) -> None:
    lead = worked()
    with pytest.raises(intake.InvalidTouch):
        called(lead, **bad)
    assert not Touch.objects.filter(side="sales").exists()
