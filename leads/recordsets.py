"""Rows that travel as one JSON text, which either database reads as a table."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models

from leads import copying, moments

#: Preparing these costs more than writing them, and JSON holds them without.
_TRAVEL_AS_THEY_ARE = (
    models.DateTimeField,  # once `moments.text` has written them
    *(models.DurationField, models.IntegerField, models.BooleanField, models.ForeignKey),
    *(models.CharField, models.TextField, models.JSONField),
)


class Recordset:
    """What stands in FROM under the name r, with one column for each name; `text` fills it."""

    def __init__(self, fields: Mapping[str, models.Field]) -> None:
        self._fields = fields
        is_postgres = connection.vendor == "postgresql"
        self.item = self._of_objects() if is_postgres else self._of_lists()
        #: Returns rows, each with a value for every name, as the one parameter of the statement.
        self.text: Callable[[Sequence[Mapping[str, Any]]], str] = (
            self._objects if is_postgres else self._lists
        )
        self._moments = [name for name, field in fields.items() if isinstance(field, models.DateTimeField)]
        self._odd = {name: way for name, field in fields.items() if (way := _preparation(field))}
        self._jsons = {name for name, field in fields.items() if isinstance(field, models.JSONField)}

    def _of_objects(self) -> str:
        types = ", ".join(f"{quoted(name)} {_type(field)}" for name, field in self._fields.items())
        return f"json_to_recordset(%s::json) AS r({types})"

    def _objects(self, rows: Sequence[Mapping[str, Any]]) -> str:
        plain = [{name: row[name] for name in self._fields} for row in rows]
        for row in plain:
            for name in self._moments:
                row[name] = row[name] and moments.text(row[name])
            for name, prepare in self._odd.items():
                row[name] = prepare(row[name])
        return as_json(plain)

    def _of_lists(self) -> str:
        picks = ", ".join(
            f"json_extract(value, '$[{place}]') AS {quoted(name)}" for place, name in enumerate(self._fields)
        )
        return f"(SELECT {picks} FROM json_each(%s)) AS r"  # noqa: S608 (names only)

    def _lists(self, rows: Sequence[Mapping[str, Any]]) -> str:
        cells = [
            [
                as_json(row[name]) if name in self._jsons and row[name] is not None else row[name]
                for name in self._fields
            ]
            for row in rows
        ]
        return as_json(list(copying.prepared(list(self._fields.values()), cells)))


def _preparation(field: models.Field) -> Callable[[Any], Any] | None:
    """Return what makes a value of this column fit for JSON, None if it is already."""
    return None if isinstance(field, _TRAVEL_AS_THEY_ARE) else field.get_prep_value


def _type(field: models.Field) -> str:
    return str(field.rel_db_type(connection) if field.auto_created else field.db_type(connection))


def _encode(value: Any) -> Any:
    if isinstance(value, timedelta):
        return f"{value // timedelta(microseconds=1)} microseconds"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot travel to the database as JSON.")


# Built once: `json.dumps` with a `default` builds an encoder for every text.
as_json = json.JSONEncoder(default=_encode).encode


def quoted(name: str | None) -> str:
    """Return the name of a table or column as SQL takes it."""
    return connection.ops.quote_name(str(name))
