"""Fit and engagement of a lead, the grid and tiers they lead to, and intervals around shares."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol

#: Levels count half-lives from here; moving it would re-date every stored level.
LANDMARK = datetime(2020, 1, 1, tzinfo=UTC)
ZERO = -math.inf


class Touch(Protocol):
    """What scoring reads of a touch."""

    @property
    def at(self) -> datetime: ...
    @property
    def side(self) -> str: ...
    @property
    def kind(self) -> str: ...


class Cell(Protocol):
    """What scoring reads of a priority tier."""

    @property
    def code(self) -> str: ...
    @property
    def grid(self) -> tuple[str, ...] | None: ...


class LateTouch(ValueError):
    """A touch older than the latest of its capped kind: recount the lead from its touches."""


class Level(NamedTuple):
    """A decaying score as one number: log2 of the score it would have at LANDMARK."""

    value: float
    half_life_days: float


@dataclass(frozen=True)
class PointsRule:
    """Points for one kind of touch; the decayed sum of the kind never exceeds `cap`."""

    side: str
    kind: str
    points: float
    cap: float | None = None


@dataclass(frozen=True)
class EngagementTerms:
    """How engagement is counted: one half-life for all kinds, points per kind."""

    half_life_days: float
    rules: tuple[PointsRule, ...] = ()

    def rule(self, side: str, kind: str) -> PointsRule | None:
        """Return the rule of a kind of touch, None where it earns nothing."""
        return next((rule for rule in self.rules if (rule.side, rule.kind) == (side, kind)), None)


@dataclass(frozen=True)
class Part:
    """The share of one kind of touch in the engagement: its own level, touches and points so far."""

    value: float
    count: int
    given: float
    latest_at: datetime


@dataclass(frozen=True)
class ScorePart:
    """One line of an explained score: so many touches gave so much, worth `now` today."""

    side: str
    kind: str
    count: int
    given: float
    now: float


@dataclass(frozen=True)
class Engagement:
    """The engagement of one lead, kept per (side, kind) because caps hold per kind."""

    half_life_days: float
    parts: Mapping[tuple[str, str], Part] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        """Sum the parts into the one level that is stored, compared and indexed."""
        return Level(_log_sum([part.value for part in self.parts.values()]), self.half_life_days)

    @property
    def latest_at(self) -> datetime | None:
        """Return the time of the latest touch that earned points."""
        return max((part.latest_at for part in self.parts.values()), default=None)

    def to_json(self) -> dict[str, Any]:
        """Return what a JSON column keeps: {"half_life_days", "parts": [[side, kind, level, …]]}."""
        parts = [
            [side, kind, part.value, part.count, part.given, part.latest_at.isoformat()]
            for (side, kind), part in sorted(self.parts.items())
        ]
        return {"half_life_days": self.half_life_days, "parts": parts}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Engagement":
        """Read what `to_json` wrote."""
        parts = {
            (side, kind): Part(value, count, given, datetime.fromisoformat(latest_at))
            for side, kind, value, count, given, latest_at in data["parts"]
        }
        return cls(data["half_life_days"], parts)


def nothing(terms: EngagementTerms) -> Engagement:
    """Return the engagement of a lead without touches."""
    return Engagement(terms.half_life_days)


def add(engagement: Engagement, touch: Touch, terms: EngagementTerms) -> Engagement:
    """Add one touch in constant time.

    The cap acts at this moment: after adding, the decayed sum of the kind is
    min(cap, sum + points). Raises LateTouch for a touch older than the latest
    of a capped kind, because order matters there and there only.
    """
    rule = terms.rule(touch.side, touch.kind)
    if rule is None:
        return engagement
    key = (rule.side, rule.kind)
    before = engagement.parts.get(key, Part(ZERO, 0, 0.0, touch.at))
    if rule.cap is not None and touch.at < before.latest_at:
        raise LateTouch(f"{rule.kind} at {touch.at} is older than {before.latest_at}")
    age = _half_lives(touch.at, terms.half_life_days)
    value = _log_sum([before.value, age + math.log2(rule.points)])
    given = rule.points
    if rule.cap is not None and value > (ceiling := age + math.log2(rule.cap)):
        value = ceiling
        given = rule.cap - _power(before.value - age)
    part = Part(value, before.count + 1, before.given + given, max(before.latest_at, touch.at))
    return Engagement(engagement.half_life_days, {**engagement.parts, key: part})


def from_touches(touches: Iterable[Touch], terms: EngagementTerms) -> Engagement:
    """Count the engagement anew from all touches of a lead, in any order."""
    engagement = nothing(terms)
    for touch in sorted(touches, key=lambda touch: touch.at):
        engagement = add(engagement, touch, terms)
    return engagement


def parts(engagement: Engagement, at: datetime) -> tuple[ScorePart, ...]:
    """Explain a score line by line, the largest share first."""
    age, shares = _half_lives(at, engagement.half_life_days), engagement.parts.items()
    lines = [ScorePart(*key, part.count, part.given, _power(part.value - age)) for key, part in shares]
    return tuple(sorted(lines, key=lambda line: (-line.now, line.side, line.kind)))


def score_at(level: Level, at: datetime) -> float:
    """Return the score at a moment: 2^(level − half-lives since LANDMARK)."""
    return _power(level.value - _half_lives(at, level.half_life_days))


def shown(score: float) -> int:
    """Round half up to the whole number that pages print and every bar is compared with."""
    return math.floor(score + 0.5)


def reaching(bar: float) -> Callable[[Level, datetime], bool]:
    """Return the test whether a shown score reaches a whole-number bar."""
    if bar <= 0:
        return lambda level, at: True
    needed = math.log2(bar - 0.5)
    return lambda level, at: level[0] - _half_lives(at, level[1]) >= needed


def crossing(level: Level, bar: float) -> datetime | None:
    """Return the moment from which the shown score is below the bar, if no touch comes.

    None when there is none: the score is zero, or the bar is not above zero.
    """
    if bar <= 0 or level.value == ZERO:
        return None
    ages = level.value - math.log2(bar - 0.5)
    # One microsecond more than rounding may take away: at this moment it is surely below.
    return LANDMARK + timedelta(days=ages * level.half_life_days, microseconds=1)


def level_needed(bar: float, at: datetime, half_life_days: float) -> float:
    """Return the stored level from which the shown score reaches the bar: a filter for an index."""
    return math.log2(bar - 0.5) + _half_lives(at, half_life_days) if bar > 0 else ZERO


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


class Interval(NamedTuple):
    """Bounds of a share, each from 0 to 1."""

    low: float
    high: float


def wilson(k: int, n: int, z: float = 1.96) -> Interval:
    """Return the Wilson score interval of k successes in n trials; (0, 1) without trials.

    Wilson, E. B. (1927), JASA 22:209-212.
    """
    if n == 0:
        return Interval(0.0, 1.0)
    share, square = k / n, z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = z * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return Interval(middle - reach if k else 0.0, middle + reach if k < n else 1.0)


def truth(won: int, n: int, followed_share: float | None, bar: float, needed_share: float) -> str:
    """Judge a definition by its close rate: `proved`, `refuted`, `too_early` or `untested`.

    `n` are mature account opportunities that were followed up, `followed_share` the share of
    mature ones that were; below `needed_share` nothing is said, however the few were won.
    """
    if followed_share is not None and followed_share < needed_share:
        return "untested"
    low, high = wilson(won, n)
    if low > bar:
        return "proved"
    return "refuted" if high < bar else "too_early"


def _half_lives(at: datetime, half_life_days: float) -> float:
    return (at - LANDMARK).total_seconds() / 86_400 / half_life_days


def _power(exponent: float) -> float:
    return math.exp2(min(1023.0, exponent))


def _log_sum(values: Sequence[float]) -> float:
    """Add numbers given as log2 without leaving log2; a raw weight overflows after 1,023 half-lives."""
    highest = max(values, default=ZERO)
    if highest == ZERO:
        return ZERO
    return highest + math.log2(sum(2.0 ** (value - highest) for value in values))
