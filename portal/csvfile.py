"""Write a table as a CSV answer that a spreadsheet opens without running anything."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse

#: A cell that begins with one of these is taken for a formula by spreadsheets.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


TYPE = "text/csv; charset=utf-8"


class _Echo:
    """Gives back each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def lines(
    head: Sequence[str], rows: Iterable[Sequence[Any]], clean: Callable[[Any], Any] | None = None
) -> Iterator[str]:
    """Yield the lines of a file too long to be held; `clean` takes the place of `cell`."""
    writer, clean = csv.writer(_Echo()), clean or cell
    yield "\ufeff" + writer.writerow(head)
    for row in rows:
        yield writer.writerow([clean(value) for value in row])


def answer(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Return the rows as a file: UTF-8 with a mark that Excel needs, ISO times, spans in seconds."""
    response = HttpResponse(content_type=TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return response


def cell(value: Any) -> Any:
    """Return a value as a cell; text that would run as a formula gets a leading apostrophe."""
    if value is None:
        return ""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    return value
