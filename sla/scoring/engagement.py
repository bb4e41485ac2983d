"""Engagement that decays by one half-life, kept as one number whose log2 never needs a recount."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from math import exp2
from typing import NamedTuple, Protocol

#: Levels count half-lives from here; moving it would re-date every stored level.
LANDMARK = datetime(2020, 1, 1, tzinfo=UTC)
ZERO = -math.inf
_LANDMARK, _DAY = LANDMARK.timestamp(), 86_400


class Touch(Protocol):
    """What scoring reads of a touch."""

    @property
    def at(self) -> datetime: ...
    @property
    def side(self) -> str: ...
    @property
    def kind(self) -> str: ...


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

    @cached_property
    def by_kind(self) -> dict[tuple[str, str], PointsRule]:
        """The rules by side and kind of touch; what is not there earns nothing."""
        return {(rule.side, rule.kind): rule for rule in reversed(self.rules)}


@dataclass(slots=True)
class Part:
    """The share of one kind of touch: its score when the latest came, its touches and points so far."""

    #: Seconds since the epoch.
    latest_at: float
    score: float = 0.0
    touches: int = 0
    given: float = 0.0


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
        shares = self.parts.values()
        if not shares:
            return Level(ZERO, self.half_life_days)
        latest_at, half_life = max(part.latest_at for part in shares), self.half_life_days * _DAY
        score = sum([part.score * exp2((part.latest_at - latest_at) / half_life) for part in shares])
        return Level(math.log2(score) + (latest_at - _LANDMARK) / half_life, self.half_life_days)


def from_touches(touches: Iterable[Touch], terms: EngagementTerms) -> Engagement:
    """Count the engagement from all touches of a lead, which ascend by time.

    The cap acts at the moment of a touch: after it, the decayed sum of the kind is min(cap, sum + points).
    """
    parts: dict[tuple[str, str], Part] = {}
    rules, half_life = terms.by_kind, terms.half_life_days * _DAY
    for touch in touches:
        key = (touch.side, touch.kind)
        rule = rules.get(key)
        if rule is None:
            continue
        at = touch.at.timestamp()
        part = parts.get(key)
        if part is None:
            part = parts[key] = Part(at)
        points = rule.points
        score = part.score * exp2((part.latest_at - at) / half_life) + points
        if rule.cap is not None and score > rule.cap:
            points -= score - rule.cap
            score = rule.cap
        part.latest_at, part.score = at, score
        part.touches += 1
        part.given += points
    return Engagement(terms.half_life_days, parts)


def parts(engagement: Engagement, at: datetime) -> tuple[ScorePart, ...]:
    """Explain a score line by line, the largest share first."""
    now, half_life = at.timestamp(), engagement.half_life_days * _DAY
    lines = [
        ScorePart(*key, part.touches, part.given, part.score * exp2((part.latest_at - now) / half_life))
        for key, part in engagement.parts.items()
    ]
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
    return exp2(min(1023.0, exponent))
