"""A rep's own bar: proposed only where the rep's own history tells leads apart."""

from datetime import timedelta

import pytest

from leads.models import User
from sla.lab import bars
from sla.models import AgreementVersion, Handoff
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def work(rep: User, version: AgreementVersion, grid: str, won: int, lost: int) -> None:
    for number in range(won + lost):
        Handoff.objects.create(
            lead=factories.make_lead(),
            version=version,
            team=rep.team,
            rep=rep,
            grid=grid,
            state="won" if number < won else "lost",
            offered_at=NOW - timedelta(days=60),
            ended_at=NOW,
            is_ended=True,
        )


def test_a_bar_is_proposed_where_wins_tell_cells_apart() -> None:
    cast, version = factories.cast(), factories.signed_version()
    work(cast.rep, version, "A1", won=25, lost=10)
    work(cast.rep, version, "C3", won=1, lost=34)
    found = bars.proposed(bars.trials(cast.rep, NOW))
    assert found
    assert "C3" not in found.cells
    assert "A1" in found.cells
    assert (found.inside.k, found.outside.n) == (25, 35)
    assert bars.proposed(bars.trials(cast.other_rep, NOW)) is None


def test_a_bar_says_what_it_would_have_kept_of_accepted_and_won() -> None:
    cast, version = factories.cast(), factories.signed_version()
    work(cast.rep, version, "A1", won=20, lost=10)
    work(cast.rep, version, "B3", won=4, lost=6)
    work(cast.rep, version, "C3", won=1, lost=9)
    mild, middle, best = bars.trials(cast.rep, NOW)
    assert [(one.accepted.k, one.accepted.n) for one in (mild, middle, best)] == [
        (40, 50), (30, 50), (30, 50),
    ]  # fmt: skip
    assert (mild.won.k, mild.won.n, middle.won.k) == (24, 25, 20)
    assert not middle.has_enough


def test_few_cases_propose_nothing() -> None:
    cast, version = factories.cast(), factories.signed_version()
    work(cast.rep, version, "A1", won=10, lost=0)
    work(cast.rep, version, "C3", won=0, lost=10)
    assert bars.proposed(bars.trials(cast.rep, NOW)) is None
