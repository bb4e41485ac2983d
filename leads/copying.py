"""New rows as each database loads them fastest: text for COPY, prepared cells for SQLite."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connection, models

from leads import moments

#: Rows that travel together: the database takes up some while the next are written down.
_BLOCK = 250
_NULL = "\\N"
_MICROSECOND = timedelta(microseconds=1)
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_TEXTS = (models.CharField, models.TextField, models.JSONField)


def blocks(fields: Sequence[models.Field], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield the text of some rows at a time, their cells in the order of `fields`; JSON comes as text."""
    remaining = iter(rows)
    while block := list(islice(remaining, _BLOCK)):
        columns = [
            _written(field, cells) for field, cells in zip(fields, zip(*block, strict=True), strict=True)
        ]
        yield "\n".join([*map("\t".join, zip(*columns, strict=True)), ""])


def _written(field: models.Field, cells: Sequence[Any]) -> Sequence[str]:
    """Return one column; what stands in every row is written down once."""
    if len(cells) > 1 and cells.count(cells[0]) == len(cells):
        return [*_written(field, cells[:1])] * len(cells)
    if isinstance(field, models.DateTimeField):
        return [_NULL if cell is None else moments.text(cell) for cell in cells]
    if isinstance(field, models.DurationField):
        return [_NULL if cell is None else f"{cell // _MICROSECOND} microseconds" for cell in cells]
    if not isinstance(field, _TEXTS):
        return [_NULL if cell is None else str(cell) for cell in cells]
    if None in cells:
        return [_NULL if cell is None else str(cell).translate(_ESCAPES) for cell in cells]
    together = "".join(cells)
    if "\\" in together or not together.isprintable():
        return [cell.translate(_ESCAPES) for cell in cells]
    return cells


def prepared(fields: Sequence[models.Field], rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """Yield the rows as SQLite stores them: only moments, dates and amounts look different there."""
    odd = [
        (place, _adapter(field))
        for place, field in enumerate(fields)
        if isinstance(field, models.DateField | models.DecimalField | models.DurationField)
    ]
    for row in rows:
        cells = list(row)
        for place, adapt in odd:
            if cells[place] is not None:
                cells[place] = adapt(cells[place])
        yield cells


def _adapter(field: models.Field) -> Callable[[Any], Any]:
    """Return how a value of this column is stored; moments are many, so they go the short way."""
    if isinstance(field, models.DateTimeField):
        return _stored
    return lambda value: field.get_db_prep_save(value, connection)


@lru_cache(maxsize=8_192)  # as `moments.text`
def _stored(at: datetime) -> str | None:
    return connection.ops.adapt_datetimefield_value(at)
