"""Any number of ids or texts sent as one parameter or answered as one text: thousands are dear one by one."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Aggregate, TextField
from django.db.models.expressions import RawSQL


def texts_in(texts: Iterable[str]) -> tuple[str, Any]:
    """Return a condition on a column, and its one parameter, that hold any number of texts."""
    if connection.vendor == "postgresql":
        # Written as the database writes an array, see `parameter`.
        listed = list(texts)
        together = "".join(listed)
        if "\\" in together or '"' in together:
            listed = [text.replace("\\", "\\\\").replace('"', '\\"') for text in listed]
        return "= ANY(%s::text[])", '{"' + '","'.join(listed) + '"}' if listed else "{}"
    return "IN (SELECT value FROM json_each(%s))", json.dumps(list(texts))


def ids_in(ids: Iterable[int]) -> tuple[str, Any]:
    """Return a condition on a column, and its one parameter, that hold any number of ids."""
    ids, is_array = list(ids), connection.vendor == "postgresql"
    if len(ids) == 1:  # PostgreSQL takes an array for ten when it plans for any
        return "= %s::bigint" if is_array else "= %s", ids[0]
    return listed(), parameter(ids)


def listed() -> str:
    """Return the condition on a column that holds the ids of one `parameter`, in whose place stands %s."""
    is_array = connection.vendor == "postgresql"
    return "= ANY(%s::bigint[])" if is_array else "IN (SELECT value FROM json_each(%s))"


def ids(some: Iterable[int]) -> RawSQL:
    """Return what stands behind `__in` for any number of ids."""
    is_array = connection.vendor == "postgresql"
    listed = "SELECT unnest(%s::bigint[])" if is_array else "SELECT value FROM json_each(%s)"
    return RawSQL(listed, [parameter(some)])


def parameter(some: Iterable[int]) -> str:
    """Return ids as the one parameter of `ids` and `ids_in`: as text, for the driver would look at each."""
    return f"{{{','.join(map(str, some))}}}" if connection.vendor == "postgresql" else json.dumps(list(some))


class AsText(Aggregate):
    """All ids of a column as one text, for `read`: to fetch them row by row takes ten times as long."""

    output_field = TextField()
    template = "STRING_AGG(%(expressions)s::text, ',')"

    def as_sqlite(self, compiler: Any, connection: Any, **options: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="GROUP_CONCAT(%(expressions)s)", **options)


def read(text: str | None) -> list[int]:
    """Return the ids of an `AsText`; of no rows the database makes none."""
    return [int(one) for one in text.split(",")] if text else []
