"""The same due times by other libraries: a plain office and its holidays, asked in one process."""

import importlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

HOLIDAYS = tuple(date(year, month, day) for year in range(2020, 2036) for month, day in ((1, 1), (12, 25)))
OPENS, CLOSES = time(9), time(17)
Due = Callable[[datetime, int], Any]
Elapsed = Callable[[datetime, datetime], Any]


def peers() -> Iterator[tuple[str, Due | None, Elapsed | None]]:
    """Yield each library that is installed: its due time after n business hours, its elapsed hours."""
    for name, build in (
        ("businesstimedelta", _businesstimedelta),
        ("business-duration", _business_duration),
        ("pandas", _pandas),
    ):
        try:
            modules = [importlib.import_module(part) for part in _MODULES[name]]
        except ImportError:
            print(f"{name} is not installed (requirements-bench.txt): left out.")
            continue
        yield (name, *build(*modules))


_MODULES = {
    "businesstimedelta": ("businesstimedelta",),
    "business-duration": ("business_duration", "pandas"),
    "pandas": ("pandas",),
}


def _businesstimedelta(library: Any) -> tuple[Due, Elapsed]:
    work = library.WorkDayRule(start_time=OPENS, end_time=CLOSES, working_days=[0, 1, 2, 3, 4])
    rules = library.Rules([work, library.HolidayRule({day: "holiday" for day in HOLIDAYS})])

    def due(start: datetime, hours: int) -> Any:
        return start + library.BusinessTimeDelta(rules, hours=hours)

    return due, lambda start, end: rules.difference(start, end).timedelta


def _business_duration(library: Any, pandas: Any) -> tuple[None, Elapsed]:
    holidays = {day: "holiday" for day in HOLIDAYS}

    def elapsed(start: datetime, end: datetime) -> Any:
        hours = library.businessDuration(
            pandas.Timestamp(start.replace(tzinfo=None)), pandas.Timestamp(end.replace(tzinfo=None)),
            OPENS, CLOSES, holidaylist=holidays, unit="hour",
        )  # fmt: skip
        return timedelta(hours=float(hours))

    return None, elapsed


def _pandas(library: Any) -> tuple[Due, None]:
    offsets = {
        hours: library.offsets.CustomBusinessHour(n=hours, start=OPENS, end=CLOSES, holidays=list(HOLIDAYS))
        for hours in (4, 8000)
    }
    return (lambda start, hours: library.Timestamp(start) + offsets[hours]), None
