"""Engagement that decays by one half-life, kept as one number whose log2 never needs a recount."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
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

    @cached_property
    def level(self) -> float:
        """The points as log2."""
        return math.log2(self.points)

    @cached_property
    def ceiling(self) -> float:
        """The cap as log2, without bound where there is none."""
        return math.inf if self.cap is None else math.log2(self.cap)


@dataclass(frozen=True)
class EngagementTerms:
    """How engagement is counted: one half-life for all kinds, points per kind."""

    half_life_days: float
    rules: tuple[PointsRule, ...] = ()

    @cached_property
    def by_kind(self) -> dict[tuple[str, str], PointsRule]:
        """The rules by side and kind of touch; what is not there earns nothing."""
        return {(rule.side, rule.kind): rule for rule in reversed(self.rules)}


class Part(NamedTuple):
    """The share of one kind of touch in the engagement: its own level, touches and points so far."""

    value: float
    touches: int
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
            [side, kind, part.value, part.touches, part.given, part.latest_at.isoformat()]
            for (side, kind), part in sorted(self.parts.items())
        ]
        return {"half_life_days": self.half_life_days, "parts": parts}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Engagement":
        """Read what `to_json` wrote."""
        parts = {
            (side, kind): Part(value, touches, given, datetime.fromisoformat(latest_at))
            for side, kind, value, touches, given, latest_at in data["parts"]
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
    rule = terms.by_kind.get((touch.side, touch.kind))
    if rule is None:
        return engagement
    key = (rule.side, rule.kind)
    part = _added(engagement.parts.get(key), (touch.at,), rule, terms.half_life_days)
    return Engagement(engagement.half_life_days, {**engagement.parts, key: part})


def from_touches(touches: Iterable[Touch], terms: EngagementTerms) -> Engagement:
    """Count the engagement anew from all touches of a lead, in any order."""
    rules, half_life_days = terms.by_kind, terms.half_life_days
    moments: dict[tuple[str, str], list[datetime]] = {}
    for touch in touches:
        key = (touch.side, touch.kind)
        if key in rules:
            moments.setdefault(key, []).append(touch.at)
    parts = {key: _added(None, sorted(some), rules[key], half_life_days) for key, some in moments.items()}
    return Engagement(half_life_days, parts)


def _added(before: Part | None, moments: Sequence[datetime], rule: PointsRule, half_life_days: float) -> Part:
    """Return the part of a kind after more touches of it, given by their moments; raises LateTouch."""
    level, count, given, latest_at = before or (ZERO, 0, 0.0, moments[0])
    gained, ceiling = rule.level, rule.ceiling
    for at in moments:
        if at < latest_at:
            if rule.cap is not None:
                raise LateTouch(f"{rule.kind} at {at} is older than {latest_at}")
        else:
            latest_at = at
        age = (at - LANDMARK).total_seconds() / 86_400 / half_life_days
        # To the last bit what `_log_sum` says of the two, without a call for each touch.
        gain, points = age + gained, rule.points
        apart = level - gain
        value = (gain if apart <= 0 else level) + math.log2(1.0 + 2.0 ** -abs(apart))
        if value > age + ceiling:
            value = age + ceiling
            points = (rule.cap or 0) - _power(level - age)
        level, given = value, given + points
    return Part(level, count + len(moments), given, latest_at)


def parts(engagement: Engagement, at: datetime) -> tuple[ScorePart, ...]:
    """Explain a score line by line, the largest share first."""
    age, shares = _half_lives(at, engagement.half_life_days), engagement.parts.items()
    lines = [ScorePart(*key, part.touches, part.given, _power(part.value - age)) for key, part in shares]
    return tuple(sorted(lines, key=lambda line: (-line.now, line.side, line.kind)))


def score_at(level: Level, at: datetime) -> float:
    """Return the score at a moment: 2^(level − half-lives since LANDMARK)."""
    return _power(log_score_at(level, at))


def log_score_at(level: Level, at: datetime) -> float:
    """Return log2 of the score at a moment: the level that at LANDMARK means the same."""
    return level.value - _half_lives(at, level.half_life_days)


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
