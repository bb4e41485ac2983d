"""Open hours of whole years as prefix sums, so that any distance costs one search."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import accumulate

from sla.businesstime.reading import Blocks

FIRST_YEAR, LAST_YEAR = 1970, 2200

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60_000_000
_DAY = timedelta(days=1)


class BeyondCalendar(ValueError):
    """Say that an instant lies outside the years for which business time is known."""

    def __init__(self) -> None:
        super().__init__(f"Business time is known for the years {FIRST_YEAR} to {LAST_YEAR} only.")


@dataclass(frozen=True, slots=True)
class Table:
    """Open spans of the local years `first` to `last`, which fill the instants `low` to `high` (excluded).

    All instants and lengths are whole microseconds, instants since 1970 UTC. `sums[i]` is the open time
    before span i and `sums[-1]` that of the whole table. A table never changes, so threads may share it; a
    longer one takes its place.
    """

    first: int
    last: int
    low: int
    high: int
    starts: list[int]
    ends: list[int]
    sums: list[int]

    def open_before(self, at: int) -> int:
        """Count the open time between the beginning of the table and an instant inside it."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        return self.sums[index] + min(at, self.ends[index]) - self.starts[index]

    def reached(self, count: int) -> int:
        """Find the first instant at which that much open time has passed: on a border, the closing."""
        index = bisect_left(self.sums, count) - 1
        return self.starts[index] + count - self.sums[index]

    def counted_back(self, count: int) -> int:
        """Find the last instant before which that much open time lies: on a border, the opening."""
        index = bisect_right(self.sums, count) - 1
        return self.starts[index] + count - self.sums[index]


def year_table(year: int, zone: tzinfo, blocks_on: Callable[[date], Blocks]) -> Table:
    """Lay out one local year; `blocks_on` gives the blocks of a date in local minutes."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BeyondCalendar
    day, end = date(year, 1, 1), date(year + 1, 1, 1)
    low = midnight = _instant(day, 0, zone)
    spans: list[tuple[int, int]] = []
    while day < end:
        following = day + _DAY
        next_midnight = _instant(following, 0, zone)
        blocks = blocks_on(day)
        # A date on which no time passed (Pacific/Apia left out 2011-12-30) never was: nobody worked on it.
        if blocks and midnight < next_midnight:
            if next_midnight - midnight == 1440 * _MINUTE:
                spans.extend((midnight + a * _MINUTE, midnight + b * _MINUTE) for a, b in blocks)
            else:
                spans.extend((_instant(day, a, zone), _instant(day, b, zone)) for a, b in blocks)
        day, midnight = following, next_midnight
    return _table(year, year, low, midnight, spans)


def join(earlier: Table, later: Table) -> Table:
    """Put two tables of neighboring years together."""
    spans = list(zip(earlier.starts + later.starts, earlier.ends + later.ends, strict=True))
    return _table(earlier.first, later.last, earlier.low, later.high, spans)


def _table(first: int, last: int, low: int, high: int, spans: list[tuple[int, int]]) -> Table:
    starts: list[int] = []
    ends: list[int] = []
    for start, end in spans:
        if start >= end:
            continue
        if ends and start <= ends[-1]:
            ends[-1] = max(end, ends[-1])
        else:
            starts.append(start)
            ends.append(end)
    lengths = (end - start for start, end in zip(starts, ends, strict=True))
    return Table(first, last, low, high, starts, ends, list(accumulate(lengths, initial=0)))


def _instant(day: date, minutes: int, zone: tzinfo) -> int:
    """Turn a wall time into an instant: forward by the gap when it was skipped, the first when it came twice.

    Both are what `fold=0` means (PEP 495): the offset before the change counts.
    """
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    return (wall - EPOCH) // MICROSECOND
