"""Many frozen facts judged column by column, against the evaluator that judges them one by one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.models import Lead, Team
from sla import readiness, scoring, standings
from sla.lab import backtest
from sla.lab.asking import Asked
from sla.models import AgreementVersion, Handoff, Snapshot
from sla.readiness import TouchFact
from tests import factories
from tests.factories import NOW
from tests.sla.lab.past import asked
from tests.sla.readiness.invented import AT, criteria, facts

pytestmark = pytest.mark.django_db
LEADS = 5
_SAME_NAME = ("employees", "budget", "timing_on", "attributes", "fit")
_TEXTS = ("industry", "title", "country", "budget_currency", "met_role")


@pytest.fixture
def handoffs() -> list[Handoff]:
    version, team = factories.signed_version(now=NOW), factories.team()
    return [_handoff(version, team, factories.make_lead(now=AT, created_at=AT)) for _ in range(LEADS)]


def _handoff(version: AgreementVersion, team: Team, lead: Lead) -> Handoff:
    return Handoff.objects.create(lead=lead, version=version, team=team, state="accepted", offered_at=AT)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(criteria, criteria, st.lists(facts(), min_size=LEADS, max_size=LEADS))
def test_rows_are_judged_like_the_facts_they_were(
    handoffs: list[Handoff], data: dict[str, Any], other: dict[str, Any], known: list[readiness.Facts]
) -> None:
    with transaction.atomic():
        frozen = [_frozen(*pair) for pair in zip(handoffs, known, strict=True)]
        question = asked(data, against=other)
        found = backtest.run(question).figures
        again = backtest.run(question).figures
        transaction.set_rollback(True)
    assert found == again, "columns made of rows and columns that were kept tell different things"
    judged = [standings.facts_from_snapshot(snapshot) for snapshot in frozen]
    assert question.against is not None
    assert found["draft"]["passed"]["k"] == _passing(question.draft.gate, judged)
    assert found["against"]["passed"]["k"] == _passing(question.against, judged)
    assert [_told(effect) for effect in found["criteria"]] == list(_one_by_one(question, judged))


def test_a_window_is_open_at_its_far_end(handoffs: list[Handoff]) -> None:
    ages = [
        timedelta(days=20),
        timedelta(days=20, seconds=-1),
        timedelta(days=7),
        timedelta(days=6, hours=23),
    ]
    for handoff, age in zip(handoffs, ages, strict=False):
        _frozen(handoff, readiness.Facts(touches=(TouchFact(AT - age, "prospect", "attended"),)))
    wide, narrow = ({"touches": {}, "at_least": 1, "within_days": days} for days in (20, 7))
    found = backtest.run(asked({"any": [wide, narrow]})).figures["criteria"]
    assert [effect["met"] for effect in found] == [3, 1]


def _frozen(handoff: Handoff, known: readiness.Facts) -> Snapshot:
    level = known.engagement.value if known.engagement else scoring.ZERO
    return Snapshot.objects.create(
        handoff=handoff,
        taken_at=AT,
        **{name: getattr(known, name) or "" for name in _TEXTS},
        **{name: getattr(known, name) for name in _SAME_NAME},
        level=None if level == scoring.ZERO else level,
        touches=[
            [(AT - at).total_seconds(), side, kind, evidence, reached, pk]
            for at, side, kind, evidence, reached, pk in known.touches or ()
        ],
    )


def _passing(gate: readiness.Compiled, judged: list[readiness.Facts]) -> int:
    return sum(gate.value(known, AT) is True for known in judged)


def _told(effect: dict[str, Any]) -> tuple[int, ...]:
    return effect["met"], effect["missed"], LEADS - effect["met"] - effect["missed"], effect["passes_without"]


def _one_by_one(question: Asked, judged: list[readiness.Facts]) -> Any:
    gate = question.draft.gate
    vectors = [gate.vector(known, AT) for known in judged]
    for place, (path, _) in enumerate(gate.leaves):
        said = [vector[place] for vector in vectors]
        rest = readiness.without(gate.criterion, path)
        without = _passing(readiness.compile(rest), judged) if rest else LEADS
        yield said.count(True), said.count(False), said.count(None), without
