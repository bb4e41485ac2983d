"""Fit, and where fit and engagement place a lead: the cell of the grid, the priority tier."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from sla.scoring.engagement import shown


class Cell(Protocol):
    """What scoring reads of a priority tier."""

    @property
    def code(self) -> str: ...
    @property
    def grid(self) -> tuple[str, ...] | None: ...


class FitPart(NamedTuple):
    """One rule of the customer profile: its points and whether the lead meets it (None: unknown)."""

    label: str
    points: float
    value: bool | None


@dataclass(frozen=True)
class Fit:
    """Who the lead is, as points from 0 to 100, and until when that holds."""

    value: float
    parts: tuple[FitPart, ...] = ()
    valid_until: datetime | None = None


def fit(parts: Sequence[FitPart], valid_until: datetime | None = None) -> Fit:
    """Add the points of the rules that are met and hold the sum within 0 and 100."""
    total = sum(part.points for part in parts if part.value)
    return Fit(max(0, min(100, total)), tuple(parts), valid_until)


@dataclass(frozen=True)
class GridTerms:
    """Lower bounds of the grid's rows and columns; below B is C, below 2 is 3."""

    fit_a: float
    fit_b: float
    engagement_1: float
    engagement_2: float

    def bar(self, cell: str) -> float | None:
        """Return the engagement below which a lead leaves its cell; None where there is none."""
        return self.engagement_1 if cell[1] == "1" else self.engagement_2 if cell[1] == "2" else None


CELLS = tuple(f"{row}{column}" for row in "ABC" for column in "123")


def grid(fit: float | None, engagement: float, terms: GridTerms) -> str:
    """Place a lead in the grid, A1 to C3, by shown scores; unknown fit is C."""
    row_score, column_score = shown(fit or 0), shown(engagement)
    row = "A" if row_score >= terms.fit_a else "B" if row_score >= terms.fit_b else "C"
    column = "1" if column_score >= terms.engagement_1 else "2" if column_score >= terms.engagement_2 else "3"
    return row + column


def tier(cell: str, tiers: Iterable[Cell]) -> str:
    """Return the code of the first tier that takes a cell; a tier without cells takes all."""
    return next(tier.code for tier in tiers if tier.grid is None or cell in tier.grid)
