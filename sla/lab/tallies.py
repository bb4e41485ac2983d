"""Counting rows of the past by what both gates say of them; small enough to travel between processes."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sla.lab.panel import Panel, Vector, Verdicts
from sla.lab.rows import FACTS, Chunk, Past, Won, moment, outcome

#: Most handoffs named of each kind of change; the number is always the whole one.
NAMED = 500
#: What is known of an account: seen when mature, followed up, won, bought elsewhere.
MATURE, WORKED, WON, ELSEWHERE = 1, 2, 4, 8


@dataclass(slots=True)
class Counts:
    """Handoffs and what became of them; `timed` are those of which follow-up can be told."""

    n: int = 0
    accepted: int = 0
    declined: int = 0
    timed: int = 0
    worked: int = 0
    won: int = 0

    def count(self, is_accepted: bool | None, is_worked: bool | None, is_won: bool) -> None:
        """Count one handoff."""
        self.n += 1
        if is_accepted:
            self.accepted += 1
        elif is_accepted is not None:
            self.declined += 1
        if is_worked is not None:
            self.timed += 1
            self.worked += is_worked
        self.won += is_won

    def add(self, other: "Counts") -> None:
        self.n += other.n
        self.accepted += other.accepted
        self.declined += other.declined
        self.timed += other.timed
        self.worked += other.worked
        self.won += other.won


@dataclass(slots=True)
class Group:
    """All handoffs of which the two gates say the same."""

    #: By index of the month, 0 for offers without a date.
    months: dict[int, Counts] = field(default_factory=dict)
    teams: Counter[int] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    #: account → what is known of it, as flags.
    accounts: dict[int, int] = field(default_factory=dict)
    #: Whole days from offer to win → how often.
    days: Counter[int] = field(default_factory=Counter)
    amount: float = 0.0
    margin: float = 0.0
    named: list[int] = field(default_factory=list)
    named_won: list[int] = field(default_factory=list)

    @property
    def counts(self) -> Counts:
        """Return all months together."""
        total = Counts()
        for counts in self.months.values():
            total.add(counts)
        return total

    def add(self, other: "Group") -> None:
        for month, counts in other.months.items():
            self.months.setdefault(month, Counts()).add(counts)
        self.teams.update(other.teams)
        self.reasons.update(other.reasons)
        for account, flags in other.accounts.items():
            self.accounts[account] = self.accounts.get(account, 0) | flags
        self.days.update(other.days)
        self.amount += other.amount
        self.margin += other.margin
        self.named = [*self.named, *other.named][:NAMED]
        self.named_won = [*self.named_won, *other.named_won][:NAMED]


@dataclass(slots=True)
class Tally:
    """What was counted of some rows: by verdict of both gates, and by vector of leaves."""

    groups: dict[Verdicts, Group] = field(default_factory=dict)
    vectors: dict[Vector, Counts] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        for verdicts, group in other.groups.items():
            self.groups.setdefault(verdicts, Group()).add(group)
        for vector, counts in other.vectors.items():
            self.vectors.setdefault(vector, Counts()).add(counts)


class Fate(NamedTuple):
    """What became of one handoff; follow-up is unknown where the offer has no date."""

    is_accepted: bool | None
    is_worked: bool | None
    is_won: bool
    is_elsewhere: bool = False
    days: int | None = None
    deals: tuple[Won, ...] = ()


@dataclass(frozen=True, slots=True)
class Counting:
    """What counting needs besides the rows: the gates, the versions' half-lives, months, maturity."""

    panel: Panel
    half_lives: Mapping[int, float]
    #: The first moment of each month that is told apart, ascending.
    months: Sequence[datetime]
    mature_before: datetime


def count(chunk: Chunk, by: Counting) -> Tally:
    """Judge and count the rows of a chunk."""
    tally, panel = Tally(), by.panel
    judge = panel.judge()
    verdicts: dict[Vector, tuple[Group, Counts]] = {}
    for row in chunk.rows:
        past = Past._make(row[:FACTS])
        taken_at = moment(past.taken_at)
        assert taken_at is not None
        vector = judge(row, taken_at, by.half_lives[past.version])
        found = verdicts.get(vector)
        if found is None:
            group = tally.groups.setdefault(panel.verdicts(vector), Group())
            found = verdicts[vector] = group, tally.vectors.setdefault(vector, Counts())
        offered_at = taken_at if past.offered_at == past.taken_at else moment(past.offered_at)
        fate = _fate(past, offered_at, chunk)
        found[1].count(fate.is_accepted, fate.is_worked, fate.is_won)
        _count_into(found[0], past, offered_at, fate, by)
    return tally


def _count_into(group: Group, past: Past, offered_at: datetime | None, fate: Fate, by: Counting) -> None:
    month = bisect_right(by.months, offered_at) if offered_at else 0
    counts = group.months.get(month)
    if counts is None:
        counts = group.months[month] = Counts()
    counts.count(fate.is_accepted, fate.is_worked, fate.is_won)
    group.teams[past.team] += 1
    if past.reason:
        group.reasons[past.reason] += 1
    if offered_at and offered_at < by.mature_before:
        group.accounts[past.account] = group.accounts.get(past.account, 0) | _flags(fate)
    names = group.named_won if fate.is_won else group.named
    if len(names) < NAMED:
        names.append(past.pk)
    if fate.days is not None:
        group.days[fate.days] += 1
    for deal in fate.deals:
        if deal.amount is not None and deal.margin is not None:
            group.amount += deal.amount
            group.margin += deal.amount * deal.margin


def _flags(fate: Fate) -> int:
    return MATURE | WORKED * bool(fate.is_worked) | WON * bool(fate.deals) | ELSEWHERE * fate.is_elsewhere


def _fate(past: Past, offered_at: datetime | None, chunk: Chunk) -> Fate:
    """Tell what became of a handoff, the short way where its account bought nothing."""
    is_accepted = outcome(past.state, past.pk, chunk.overturned)
    is_worked = None if offered_at is None else past.is_worked
    won = chunk.won.get(past.account)
    if won is None:
        is_won = past.state == "won"
        days = _days(offered_at, moment(past.closed_at)) if is_won else None
        return Fate(is_accepted, is_worked, is_won, days=days)
    deals = [deal for deal in won if _is_after(deal, offered_at)]
    ours = tuple(deal for deal in deals if not deal.is_elsewhere)
    is_won = past.state == "won" or bool(ours)
    bought_at = min((deal.closed_at for deal in ours if deal.closed_at), default=moment(past.closed_at))
    days = _days(offered_at, bought_at) if is_won else None
    return Fate(is_accepted, is_worked, is_won, bool(deals) and not is_won, days, ours)


def _days(offered_at: datetime | None, closed_at: datetime | None) -> int | None:
    return (closed_at - offered_at).days if closed_at and offered_at else None


def _is_after(deal: Won, offered_at: datetime | None) -> bool:
    """Tell whether a deal can have come of an offer; where neither has a date, it can."""
    if deal.closed_at is None or offered_at is None:
        return deal.closed_at is None and offered_at is None
    return deal.closed_at >= offered_at
