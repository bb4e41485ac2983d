"""A new agreement judges by what was counted before, and says the same as if all were counted again."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from leads import touches
from leads.choices import KINDS_OF_SIDE
from leads.models import FactChange, Lead
from sla import intake, standings
from sla.models import Clock, Handoff, Standing
from sla.standings import judging
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def gate(*criteria: dict[str, Any]) -> dict[str, Any]:
    """Gates of which that of readiness asks for all of these."""
    return {**factories.agreement_data()["gates"], "readiness": {"all": list(criteria)}}


def reaching(score: int) -> dict[str, Any]:
    return gate({"score": "engagement", "op": ">=", "value": score})


def touched(days: int, at_least: int = 1) -> dict[str, Any]:
    return {"touches": {"sides": ["prospect"]}, "at_least": at_least, "within_days": days}


def judged_company() -> None:
    """Leads of all kinds, judged by an agreement that asks for much engagement."""
    factories.cast()
    factories.signed_version(gates=reaching(60))
    draw = random.Random(3)
    for _ in range(40):
        industry = draw.choice(["Machinery", ""])
        lead = factories.make_lead(employees=draw.choice([10, 120]), industry=industry)
        for ago in draw.sample(range(1, 300), draw.choice([0, 1, 5, 12])):
            side = draw.choice(["prospect", "prospect", "marketing"])
            kind = draw.choice(KINDS_OF_SIDE[side])
            touches.add(lead=lead, side=side, kind=kind, happened_at=NOW - ago * DAY / 4, now=NOW)
    intake.drain(now=NOW)


def outcome(judging: Callable[[], object]) -> list[Any]:
    """What judging leads to, taken back again."""
    with transaction.atomic():
        judging()
        rows: list[Any] = [*Standing.objects.order_by("pk").values_list()]
        rows += Lead.objects.order_by("pk").values_list("pk", "stage", "stage_since")
        rows += Handoff.objects.order_by("pk").values_list("lead", "state", "ready_at", "version")
        rows += Clock.objects.order_by("pk").values_list("lead", "kind", "state", "started_at")
        transaction.set_rollback(True)
    return rows


@pytest.mark.parametrize(
    "changes",
    [
        {"gates": reaching(20)},
        {"gates": reaching(90)},
        {"gates": gate(touched(60, at_least=2), {"fact": "employees", "op": ">=", "value": 50})},
        {"gates": gate({"score": "fit", "op": ">=", "value": 30}), "fit": [
            {"label": "Comes back", "points": 40, "when": touched(40, at_least=2)}
        ]},
        {"gates": reaching(60), "grid": {"fit": {"A": 60, "B": 20}, "engagement": {"1": 30, "2": 5}}},
        {"engagement": {"half_life_days": 5, "points": [
            {"side": "prospect", "kind": "downloaded", "points": 20, "cap": None}
        ]}},
    ],
)  # fmt: skip
def test_a_new_agreement_judges_as_if_every_fact_were_new(changes: dict[str, Any]) -> None:
    judged_company()
    factories.signed_version(now=NOW + DAY, **changes)
    assert {one.marks == one.renewals == 1 for one in FactChange.objects.all()} == {True}
    renewed = outcome(lambda: intake.drain(now=NOW + DAY))
    FactChange.objects.update(renewals=0)
    anew = outcome(lambda: intake.drain(now=NOW + DAY))
    assert renewed == anew


def test_a_touch_that_comes_before_the_judgement_is_counted() -> None:
    judged_company()
    lead = Lead.objects.get(pk=min(Standing.objects.values_list("pk", flat=True)))
    factories.signed_version(now=NOW + DAY, gates=reaching(70))
    touches.add(lead=lead, side="prospect", kind="attended", happened_at=NOW, now=NOW + DAY)
    intake.drain(now=NOW + DAY)
    told = standings.explain(lead=lead, now=NOW + DAY)
    assert Standing.objects.get(pk=lead.pk).level == told.engagement.level.value


def test_engagement_is_counted_again_only_for_a_reason() -> None:
    """Without this the tests above would pass, too, if it were counted again for everybody."""
    judged_company()
    Standing.objects.update(level=7.0)
    factories.signed_version(now=NOW + DAY, gates=reaching(70))
    intake.drain(now=NOW + DAY)
    assert set(Standing.objects.values_list("level", flat=True)) == {7.0}
    terms = {"half_life_days": 7, "points": factories.agreement_data()["engagement"]["points"]}
    factories.signed_version(now=NOW + 2 * DAY, gates=reaching(70), engagement=terms)
    intake.drain(now=NOW + 2 * DAY)
    assert 7.0 not in Standing.objects.values_list("level", flat=True)


def written(changes: dict[str, Any]) -> tuple[list[str], int]:
    """Let a new agreement judge again; return how standings were written, and how many of them changed."""
    columns = ("pk", "is_ready", "ready_since", "fit", "level", "grid", "tier", "recheck_at")
    before = set(Standing.objects.values_list(*columns))
    version = factories.signed_version(now=NOW + DAY, **changes)
    with CaptureQueriesContext(connection) as caught:
        intake.drain(now=NOW + DAY)
    assert set(Standing.objects.values_list("version", "judged_at")) == {(version.pk, NOW + DAY)}
    begins = ('UPDATE "sla_standing"', 'INSERT INTO "sla_standing"')
    ways = [one["sql"].split()[0] for one in caught if one["sql"].startswith(begins)]
    return ways, len(set(Standing.objects.values_list(*columns)) - before)


def test_a_standing_that_stays_is_told_its_version_alone() -> None:
    judged_company()
    assert written({"gates": reaching(60)}) == (["UPDATE"], 0)


def test_a_standing_that_changes_is_written_whole() -> None:
    judged_company()
    grid = {"fit": {"A": 60, "B": 20}, "engagement": {"1": 30, "2": 5}}
    ways, changed = written({"gates": reaching(60), "grid": grid})
    assert ways == ["UPDATE", "INSERT"]
    assert 0 < changed < Standing.objects.count()


def test_a_touch_that_comes_before_a_standing_is_confirmed_stays_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged_company()
    calm = Lead.objects.get(pk=min(Standing.objects.filter(level=None).values_list("pk", flat=True)))
    factories.signed_version(now=NOW + DAY, gates=reaching(60))
    honest, arriving = judging._write, [calm]

    def slow(*told: Any) -> None:
        if arriving:
            lead = arriving.pop()
            intake.add_touch(lead=lead, side="prospect", kind="attended", happened_at=NOW, now=NOW + DAY)
        honest(*told)

    monkeypatch.setattr(judging, "_write", slow)
    for _ in range(2):
        intake.drain(now=NOW + DAY)
        told = standings.explain(lead=calm, now=NOW + DAY)
        assert Standing.objects.get(pk=calm.pk).level == told.engagement.level.value
    assert not FactChange.objects.exists()


def test_engagement_that_lasts_for_years_is_counted_again() -> None:
    """A touch leaves the count when it is a year old, and of such points much would be left by then."""
    points = factories.agreement_data()["engagement"]["points"]
    lasting = {"half_life_days": 200, "points": points}
    factories.cast()
    factories.signed_version(gates=reaching(60), engagement=lasting)
    lead = factories.make_lead()
    touches.add(lead=lead, side="prospect", kind="attended", happened_at=NOW - 300 * DAY, now=NOW)
    intake.drain(now=NOW)
    later = NOW + 100 * DAY
    factories.signed_version(now=later, gates=reaching(70), engagement=lasting)
    intake.drain(now=later)
    assert Standing.objects.get(pk=lead.pk).level is None
