"""Judging and counting one chunk of the past: what two gates say of it and what became of it, set by set."""

from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any, TypeVar

from leads import moments
from sla.compliance import money
from sla.compliance.cohorts import ACCEPTED
from sla.lab import purchases, sets
from sla.lab.panel import Panel
from sla.lab.rows import Chunk
from sla.lab.tallies import ELSEWHERE, MATURE, NAMED, WON, WORKED, Counts, Named, Passed, Tally, Told
from sla.readiness import Crowd

T = TypeVar("T")


def count(chunk: Chunk, panel: Panel, tally: Tally) -> None:
    """Judge the rows of a chunk and count them into a tally."""
    rows = _Rows(chunk)
    said = panel.judge(chunk.facts, rows.everybody)
    tally.n += rows.everybody.bit_count()
    rows.count_passed(said.draft, tally.draft)
    for place, (leaf, without) in enumerate(zip(said.leaves, said.without, strict=True)):
        tally.criteria.setdefault(place, Told()).add(rows.told(leaf, without))
    tally.lost.add(rows.named(rows.everybody & ~said.draft))
    tally.reasons.update(rows.reasons(rows.everybody))
    tally.kept_out.update(rows.reasons(rows.everybody & ~said.draft))
    if said.against is not None:
        rows.count_passed(said.against, tally.against)
        tally.turned_in.add(rows.named(said.draft & ~said.against))
        tally.turned_out.add(rows.named(said.against & ~said.draft))
        tally.kept_out_in_force.update(rows.reasons(rows.everybody & ~said.against))


class _Rows:
    """The rows of a chunk as sets by what became of them."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk, self._columns = chunk, chunk.columns
        pks = chunk.columns["pk"]
        #: All of them.
        self.everybody = (1 << len(pks)) - 1
        states = sets.by_value(chunk.columns["state"])
        overturned = sets.where(map(chunk.overturned.__contains__, pks)) if chunk.overturned else 0
        self._accepted = reduce(or_, (states.get(state, 0) for state in ACCEPTED)) | overturned
        self._declined = states.get("declined", 0) & ~overturned
        self._months = sets.by_value(chunk.columns["month"])
        self._timed = self.everybody & ~self._months.get(None, 0)
        self._worked = sets.where(chunk.columns["is_worked"]) & self._timed
        self._mature = sets.where(map(bool, chunk.columns["is_mature"]))
        self._ours = sets.where(map(chunk.bought.ours.__contains__, pks))
        self._won = states.get("won", 0) | self._ours
        self._elsewhere = sets.where(map(chunk.bought.elsewhere.__contains__, pks)) & ~self._won
        self._teams = sets.by_value(chunk.columns["team"])
        self._reasons = sets.by_value(chunk.columns["reason"])

    def counts(self, rows: int) -> Counts:
        """Count some rows."""
        ends = (self._accepted, self._declined, self._timed, self._worked, self._won)
        return Counts(rows.bit_count(), *((rows & end).bit_count() for end in ends))

    def told(self, leaf: Crowd, without: int) -> Told:
        """Count the rows by what one criterion says of them."""
        missed = self.everybody & ~leaf.met & ~leaf.unknown
        return Told(*(self.counts(rows) for rows in (leaf.met, missed, leaf.unknown, without)))

    def reasons(self, rows: int) -> dict[str, int]:
        """Count some rows by the reason given."""
        return {reason: n for reason, n in _sizes(self._reasons, rows).items() if reason}

    def named(self, rows: int) -> Named:
        """Count and name some rows."""
        won = rows & self._won
        ids, ids_won = (list(islice(self._members(some, "pk"), NAMED)) for some in (rows & ~won, won))
        return Named(rows.bit_count(), won.bit_count(), ids, ids_won)

    def count_passed(self, rows: int, passed: Passed) -> None:
        """Count rows that a gate passes."""
        for month, those in self._months.items():
            if rows & those:
                passed.months.setdefault((month or "")[:7], Counts()).add(self.counts(rows & those))
        passed.teams.update(_sizes(self._teams, rows))
        flags = {MATURE: self._mature, WORKED: self._worked, WON: self._ours, ELSEWHERE: self._elsewhere}
        for flag, those in flags.items():
            passed.note(flag, self._members(rows & self._mature & those, "account"))
        passed.days.update(self._days(rows & self._won))
        for pk in self._members(rows & self._ours, "pk"):
            passed.earn(money.of_case(self._chunk.bought.ours[pk]))

    def _days(self, rows: int) -> Iterator[int]:
        """Yield whole days from offer to win, as far as they are known."""
        names = ("pk", "offered_at", "closed_at")
        for pk, offered_at, closed_at in zip(*(self._members(rows, name) for name in names), strict=True):
            took = purchases.took(self._chunk.bought.ours.get(pk, ()), offered_at)
            if took is None and offered_at and closed_at:
                took = moments.read(closed_at) - moments.read(offered_at)
            if took is not None:
                yield took.days

    def _members(self, rows: int, name: str) -> Iterator[Any]:
        return sets.members(rows, self._columns[name])


def _sizes(parts: Mapping[T, int], rows: int) -> dict[T, int]:
    """Count some rows by the part that they belong to."""
    return {value: n for value, those in parts.items() if (n := (rows & those).bit_count())}
