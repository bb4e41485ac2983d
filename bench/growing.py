"""Rows of a made-up past, written by the database itself: a million leads in a minute."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def rows(model: type[models.Model], source: str, **columns: str) -> int:
    """Insert what `source` (behind FROM) yields and return how many rows.

    `columns` are SQL by attname; a column not named gets its field's default.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    rest = {
        name: field.get_default()
        for name, field in fields.items()
        if name not in columns and not field.primary_key and field.get_default() is not None
    }
    names = ", ".join(f'"{fields[name].column}"' for name in (*columns, *rest))
    values = ", ".join([*columns.values(), *["%s"] * len(rest)])
    defaults = [json.dumps(value) if isinstance(value, dict | list) else value for value in rest.values()]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {source}", defaults)
        count = int(cursor.rowcount)
        if fields.get("id"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
    return count


def pick(*values: Any) -> str:
    """Return SQL for one of the values at random, each as likely."""
    texts = ", ".join("NULL" if one is None else repr(one) for one in values)
    return f"(ARRAY[{texts}])[1 + floor(random() * {len(values)})::int]"


def series(first: int, count: int) -> str:
    """Return SQL that yields so many numbers `n` from the first on."""
    return f"generate_series({first}, {first + count - 1}) AS n"


def ago(now: Sequence[Any] | Any, days: int) -> str:
    """Return SQL for a moment of the last days before `now`, by the minute."""
    return f"(timestamptz '{now}' - floor(random() * {days} * 1440) * interval '1 minute')"


def begin(seed: float) -> None:
    """Let what is random be the same each time, and no statement be too long."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET work_mem = '128MB'")
        cursor.execute("SELECT setseed(%s)", [seed])


def settle() -> None:
    """Let the database look over what it holds now."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
