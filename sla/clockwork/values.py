"""What a clock is made of: its terms, its state, and the entries of its log."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sla.businesstime import UNITS

WARN, BREACH = 0, 1
"""The first two steps of every clock; from 2 on they are the rungs of its ladder."""

_NOTHING: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: what is done how long after the due time."""

    amount: float
    unit: str
    action: str

    def __post_init__(self) -> None:
        """Refuse a length that cannot be counted."""
        _check_length(self.amount, self.unit)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was promised: an allowance, the share of it after which to warn, the ladder in climbing order."""

    amount: float
    unit: str
    warn_at: float | None = None
    rungs: tuple[Rung, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a length that cannot be counted and a warning that would not precede the breach."""
        _check_length(self.amount, self.unit)
        if self.warn_at is not None and not 0 < self.warn_at < 1:
            raise ValueError(f"A clock warns after a share between 0 and 1, not {self.warn_at!r}.")

    @property
    def first_step(self) -> int:
        """Tell with which step a fresh clock begins."""
        return BREACH if self.warn_at is None else WARN


class State(NamedTuple):
    """Where a clock stands.

    `elapsed` is what had passed by the last pause, in the measure of the terms' unit; what passes since then
    is counted from `running_since`, which is None while the clock is paused or over. A paused clock has no
    due time. A breached clock goes on until met or cancelled; its due time stays the one it missed, even in a
    pause. `next_at` is the moment of `next_step`, None when nothing will happen by itself. `lateness` is
    known once a breached clock is met.
    """

    phase: str
    started_at: datetime
    running_since: datetime | None
    elapsed: timedelta = timedelta(0)
    due_at: datetime | None = None
    due_on: date | None = None
    next_at: datetime | None = None
    next_step: int = WARN
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    ended_at: datetime | None = None
    lateness: timedelta | None = None
    excused: bool = False
    seq: int = 0


class Entry(NamedTuple):
    """One line of a clock's log: what happened, when it happened, and when it was noticed.

    `step` is set for warned, breached and escalated. `detail` can be stored as JSON. `notify` marks the one
    line of a go that somebody should hear of; it is advice to the writer and not part of the log.
    """

    seq: int
    event: str
    step: int | None
    happened_at: datetime
    noticed_at: datetime
    due_before: datetime | None = None
    due_after: datetime | None = None
    detail: dict[str, Any] = _NOTHING
    notify: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of a clock's life: `running`, `paused`, or `closed` hours in which it did not count."""

    kind: str
    from_at: datetime
    to_at: datetime


def _check_length(amount: float, unit: str) -> None:
    if unit not in UNITS or not amount >= 0:
        raise ValueError(f"A clock cannot count {amount!r} {unit!r}.")
