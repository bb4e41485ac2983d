"""Frozen facts kept as columns: as good as their rows, whatever happens to those."""

from typing import Any

import pytest

from leads.choices import Role
from leads.models import Team
from sla import erasure
from sla.lab import backtest, frozen
from sla.models import AgreementVersion, FrozenColumn, Snapshot
from sla.standings.columns import Column
from tests import factories
from tests.factories import NOW
from tests.sla.lab.past import DAY, asked, handed

pytestmark = pytest.mark.django_db
LARGE = {"fact": "employees", "op": ">=", "value": 50}
CRITERION = {"all": [LARGE, {"fact": "title", "op": "contains", "value": "plant"}]}


@pytest.fixture
def version() -> AgreementVersion:
    return factories.signed_version(now=NOW)


@pytest.fixture
def team() -> Team:
    return factories.team()


def told(criterion: dict[str, Any]) -> list[tuple[int, int]]:
    """Return of each criterion how many meet and miss it."""
    found = backtest.run(asked(criterion)).figures["criteria"]
    return [(effect["met"], effect["missed"]) for effect in found]


def test_kept_columns_are_what_is_judged(version: AgreementVersion, team: Team) -> None:
    """The control of the tests below: were the rows read each time, they would hold whatever is kept."""
    handoff = handed(version, team, employees=10)
    assert told(LARGE) == [(0, 1)]
    place = handoff.pk % frozen.SPAN
    FrozenColumn.objects.update(packed=Column.of([500], [place], frozen.SPAN).packed())
    assert told(LARGE) == [(1, 0)]


def test_a_handoff_frozen_since_is_judged_too(version: AgreementVersion, team: Team) -> None:
    handed(version, team, employees=10)
    assert told(LARGE) == [(0, 1)]
    handed(version, team, employees=100)
    assert told(LARGE) == [(1, 1)]
    assert FrozenColumn.objects.count() == 1


def test_columns_hold_the_handoffs_of_every_question(version: AgreementVersion, team: Team) -> None:
    handed(version, team, employees=10, days_ago=90)
    handed(version, team, employees=100, days_ago=20)
    lately = backtest.run(asked(LARGE, start_at=NOW - 30 * DAY))
    assert lately.figures["handoffs"] == 1
    (kept,) = FrozenColumn.objects.all()
    assert set(Column.unpacked(kept.packed).known()) == {10, 100}


def test_what_an_erasure_empties_is_not_kept(version: AgreementVersion, team: Team) -> None:
    handoff = handed(version, team, state="lost", employees=100, title="Plant manager")
    assert told(CRITERION) == [(1, 0), (1, 0)]
    before = Snapshot.objects.values().get()
    erasure.erase(lead=handoff.lead, now=NOW, actor=factories.user(Role.OPERATIONS, None, "Olga Brandt"))
    assert told(CRITERION) == [(1, 0), (0, 0)]
    after = Snapshot.objects.values().get()
    assert {name for name in before if before[name] != after[name]} <= set(Snapshot.PERSONAL)
    assert {kept.name for kept in FrozenColumn.objects.all()} == {"employees"}
