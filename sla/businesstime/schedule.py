"""One calendar's open hours, and the arithmetic of due times on them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from statistics import multimode
from typing import Any, Self
from zoneinfo import ZoneInfo

from sla.businesstime import reading
from sla.businesstime.reading import Blocks
from sla.businesstime.table import (
    EPOCH,
    FIRST_YEAR,
    LAST_YEAR,
    MICROSECOND,
    BeyondCalendar,
    Table,
    join,
    year_table,
)

UNITS = ("business_minutes", "business_hours", "business_days", "calendar_hours", "calendar_days")
_CLOSED: Blocks = ()


@dataclass(frozen=True)
class Schedule:
    """The open hours of one calendar, and every question about time that a clock asks.

    Conventions, here and nowhere else:
    - A block is closed-open. Hours, holidays, breaks and overrides belong to dates of the calendar's own
      zone, whatever zone an instant comes in. An override replaces the hours of its date, breaks are cut out
      of what is left, a holiday beats both.
    - A due time that falls on closing stays on that closing; counting from a closing goes on at the next
      opening. Counting backwards mirrors it: what lands on an opening stays there.
    - No allowance ends at its start, open or not. Time that was skipped or repeated when clocks were changed
      counts as it really passed; a block's border that was skipped moves on by the gap, one that came twice
      is the first. A date that never was is closed.
    - Exact to the microsecond: `elapsed(s, due_at(s, a)) == a`. Results are in UTC.
    - A naive datetime raises ValueError, an instant outside the years 1970 to 2200 `BeyondCalendar`.
    """

    timezone: str
    week: tuple[Blocks, ...]
    holidays: frozenset[date] = frozenset()
    breaks: tuple[tuple[date, Blocks], ...] = ()
    overrides: tuple[tuple[date, Blocks], ...] = ()
    zone: ZoneInfo = field(init=False, compare=False, repr=False)
    working_day: timedelta = field(init=False, compare=False, repr=False)
    _special: dict[date, Blocks] = field(init=False, compare=False, repr=False)
    _table: Table | None = field(init=False, compare=False, repr=False, default=None)

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """Build from a calendar document; raises `InvalidSchedule` with the path to what is wrong."""
        document = reading.read_document(document)
        return cls(
            timezone=document.get("timezone"),
            week=reading.read_week(document.get("hours", {})),
            holidays=reading.read_dates(document.get("holidays", []), "holidays"),
            breaks=reading.read_breaks(document.get("breaks", [])),
            overrides=reading.read_overrides(document.get("overrides", {})),
        )

    def __post_init__(self) -> None:
        """Derive what every question needs; the table of open hours itself grows with the questions."""
        breaks = dict(self.breaks)
        special = dict(self.overrides)
        for day in breaks:
            blocks = special.get(day, self.week[day.weekday()])
            special[day] = reading.subtract(blocks, breaks[day])
        special.update((day, _CLOSED) for day in self.holidays)
        derived = {
            "zone": reading.read_zone(self.timezone),
            "working_day": _usual_length(self.week),
            "_special": special,
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def to_json(self) -> dict[str, Any]:
        """Write the document that `from_json` reads; blocks united, dates in order."""
        return {
            "timezone": self.timezone,
            "hours": {
                day: _pairs(blocks) for day, blocks in zip(reading.WEEKDAYS, self.week, strict=True) if blocks
            },
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
            "breaks": [
                {"date": day.isoformat(), "from": opening, "to": closing}
                for day, blocks in self.breaks
                for opening, closing in _pairs(blocks)
            ],
            "overrides": {day.isoformat(): _pairs(blocks) for day, blocks in self.overrides},
        }

    def without(self, dates: Iterable[date]) -> Self:
        """Close more dates, such as a person's absence; they count as holidays."""
        return replace(self, holidays=self.holidays | frozenset(dates))

    # ── business time ────────────────────────────────────────────────────────────────────────────────────

    def due_at(self, start: datetime, allowance: timedelta) -> datetime:
        """Find when that much business time has passed since the start; a negative allowance counts back."""
        at = _micros(start)
        table = self._covering(at)
        length = allowance // MICROSECOND
        target = table.open_before(at) + length
        if length > 0:
            while target > table.sums[-1]:
                table = self._later(table)
            at = table.reached(target)
        elif length < 0:
            while target < 0:
                known = table.sums[-1]
                table = self._earlier(table)
                target += table.sums[-1] - known
            at = table.counted_back(target)
        return EPOCH + MICROSECOND * at

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Measure the business time from start to end; negative when the end comes first."""
        begin, finish = _micros(start), _micros(end)
        table = self._covering(finish, self._covering(begin))
        return MICROSECOND * (table.open_before(finish) - table.open_before(begin))

    def is_open(self, at: datetime) -> bool:
        """Tell whether the calendar is open: from an opening on, at a closing no more."""
        instant = _micros(at)
        table = self._covering(instant)
        index = bisect_right(table.starts, instant) - 1
        return index >= 0 and instant < table.ends[index]

    def next_open(self, at: datetime) -> datetime:
        """Find the first open instant that is not before the given one: that one itself when open."""
        instant = _micros(at)
        table = self._covering(instant)
        while not table.ends or table.ends[-1] <= instant:
            table = self._later(table)
        index = bisect_right(table.ends, instant)
        return EPOCH + MICROSECOND * max(instant, table.starts[index])

    def spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """List the open spans between two instants, cut off at both; none when the end comes first."""
        begin, finish = _micros(start), _micros(end)
        if finish <= begin:
            return []
        table = self._covering(finish, self._covering(begin))
        inside = slice(bisect_right(table.ends, begin), bisect_left(table.starts, finish))
        return [
            (EPOCH + MICROSECOND * max(opening, begin), EPOCH + MICROSECOND * min(closing, finish))
            for opening, closing in zip(table.starts[inside], table.ends[inside], strict=True)
        ]

    # ── any unit of an agreement ─────────────────────────────────────────────────────────────────────────

    def allowance(self, amount: float, unit: str) -> timedelta:
        """Turn an amount of a unit into a length in that unit's own measure.

        A business day is this calendar's usual working day of business time, never 24 hours.
        """
        match unit:
            case "business_minutes":
                return timedelta(minutes=amount)
            case "business_hours" | "calendar_hours":
                return timedelta(hours=amount)
            case "business_days":
                return self.working_day * amount
            case "calendar_days":
                return timedelta(days=amount)
        raise ValueError(f"{unit!r} is not one of {', '.join(UNITS)}.")

    def due_after(self, start: datetime, amount: float, unit: str) -> datetime:
        """Find when an amount of a unit after the start is over."""
        return self.due_by(start, self.allowance(amount, unit), unit)

    def due_by(self, start: datetime, allowance: timedelta, unit: str) -> datetime:
        """Add a length in the unit's own measure: business time, real hours, or days.

        n calendar days later is the same wall time in the calendar's zone: on by the gap where it was
        skipped, the first where it comes twice.
        """
        if unit == "calendar_hours":
            return EPOCH + MICROSECOND * _micros(start) + allowance
        if unit == "calendar_days":
            if not allowance:
                return EPOCH + MICROSECOND * _micros(start)
            return (self._wall(start) + allowance).replace(tzinfo=self.zone).astimezone(UTC)
        return self.due_at(start, allowance)

    def elapsed_by(self, start: datetime, end: datetime, unit: str) -> timedelta:
        """Measure from start to end in the unit's own measure, negative when the end comes first."""
        if unit == "calendar_hours":
            return MICROSECOND * (_micros(end) - _micros(start))
        if unit == "calendar_days":
            return self._wall(end) - self._wall(start)
        return self.elapsed(start, end)

    def local_date(self, at: datetime) -> date:
        """Tell which date it is in the calendar's zone."""
        return self._wall(at).date()

    # ── the table behind it ──────────────────────────────────────────────────────────────────────────────

    def _covering(self, at: int, table: Table | None = None) -> Table:
        table = table or self._table
        if table is not None and table.low <= at < table.high:
            return table
        year = self.local_date(_datetime(at)).year
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise BeyondCalendar
        table = table or self._keep(self._year(year))
        while at < table.low:
            table = self._earlier(table)
        while at >= table.high:
            table = self._later(table)
        return table

    def _later(self, table: Table) -> Table:
        return self._keep(join(table, self._year(table.last + 1)))

    def _earlier(self, table: Table) -> Table:
        return self._keep(join(self._year(table.first - 1), table))

    def _year(self, year: int) -> Table:
        return year_table(year, self.zone, self._blocks_on)

    def _keep(self, table: Table) -> Table:
        # Two threads may each grow a table; whichever stays is right, so no lock is needed.
        object.__setattr__(self, "_table", table)
        return table

    def _blocks_on(self, day: date) -> Blocks:
        blocks = self._special.get(day)
        return self.week[day.weekday()] if blocks is None else blocks

    def _wall(self, at: datetime) -> datetime:
        return _datetime(_micros(at)).astimezone(self.zone).replace(tzinfo=None)


def _micros(at: datetime) -> int:
    try:
        since = at - EPOCH
    except TypeError:
        raise ValueError(f"An instant needs a time zone: {at!r} has none.") from None
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _datetime(micros: int) -> datetime:
    try:
        return EPOCH + MICROSECOND * micros
    except OverflowError:
        raise BeyondCalendar from None


def _usual_length(week: tuple[Blocks, ...]) -> timedelta:
    """Take the most frequent length of an open day; of several, the longest."""
    lengths = [sum(closing - opening for opening, closing in blocks) for blocks in week if blocks]
    return timedelta(minutes=max(multimode(lengths)))


def _pairs(blocks: Blocks) -> list[list[str]]:
    return [[reading.clock_text(opening), reading.clock_text(closing)] for opening, closing in blocks]
