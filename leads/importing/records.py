"""Rows of a file as records: ids, values by field, and a digest by which the same row is known again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from leads import keys
from leads.importing.cells import BadCell, Coarse, Take, compile_cell
from leads.importing.checking import InvalidMapping, Problem
from leads.importing.mapping import Cell, Id, SourceMapping
from leads.importing.reader import Row, Sheet

Key = tuple[str, str]
#: How the names of attributes begin among the values.
ATTRIBUTE = "attributes."


class Rejected(Exception):
    """A row that cannot be taken; the text says why."""

    def alone(self) -> "Rejected":
        """Return the reason without the frames it was raised through: they would hold a whole chunk."""
        return Rejected(str(self))


@dataclass(slots=True)
class Record:
    """One row as the target takes it: what it says of its subject and of its subject's account.

    The `coarse` sets hold the names of values that are known only roughly.
    """

    line: int
    ids: list[Key]
    digest: int | None
    is_repeat: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    coarse: set[str] = field(default_factory=set)
    account: dict[str, Any] = field(default_factory=dict)
    account_coarse: set[str] = field(default_factory=set)
    consent: Sequence[tuple[str, str]] = ()
    bant: dict[str, Any] = field(default_factory=dict)
    lead_ids: Sequence[Key] = ()
    lead: dict[str, Any] = field(default_factory=dict)
    #: What its target worked out ahead of taking it.
    said: Any = None

    def __reduce__(self) -> tuple[type["Record"], tuple[Any, ...]]:
        """Travel between processes as plain values: half as long as the way that looks for slots."""
        return Record, _values_of(self)


_values_of = attrgetter(*Record.__slots__)


class Mapper:
    """A mapping bound to the columns of one file."""

    def __init__(self, mapping: SourceMapping, sheet: Sheet) -> None:
        self.mapping = mapping
        self._sheet = sheet
        self._ids = self._compiled_ids(mapping.ids)
        self._lead_ids = self._compiled_ids(mapping.lead_ids)
        own = {name: cell for name, cell in mapping.fields.items() if not cell.field.account}
        account = {cell.field.account: cell for cell in mapping.fields.values() if cell.field.account}
        self._fields = [*self._compiled(own), *self._attributes(mapping.attributes)]
        self._account_fields = [*self._compiled(account), *self._attributes(mapping.account_attributes)]
        self._consent = [(channel, self._compile(cell)) for channel, cell in mapping.consent]
        self._bant = self._compiled(mapping.bant)
        self._lead = self._compiled(mapping.lead_fields)
        self._has_more = bool(self._consent or self._bant or self._lead or self._lead_ids)
        self._salt = mapping.sha256.encode()[:16]

    def ids(self, row: Row) -> list[Key]:
        """Return the ids of a row in their normal form; raise Rejected for one that is too long."""
        try:
            return [
                (system, keys.external_id_key(system, value))
                for system, take in self._ids
                if (value := take(row.cells))
            ]
        except BadCell as error:
            raise Rejected(str(error)) from error

    def digest(self, row: Row) -> int:
        """Return 64 bits that tell this row, read by this mapping, from any other."""
        text = "\x1f".join(row.cells).encode("utf-8", "surrogatepass")
        hashed = hashlib.blake2b(text, digest_size=8, key=self._salt)
        return int.from_bytes(hashed.digest(), "big", signed=True)

    @staticmethod
    def json_cells(row: Row) -> str:
        """Return the row as it was read, as JSON text."""
        return json.dumps(row.cells, ensure_ascii=False)

    def record(self, row: Row, ids: list[Key], digest: int | None) -> Record:
        """Read every mapped cell of a row; raise Rejected with the first that cannot be read."""
        record = Record(row.line, ids, digest)
        cells = row.cells
        try:
            _read(self._fields, cells, record.values, record.coarse)
            _read(self._account_fields, cells, record.account, record.account_coarse)
            if self._has_more:
                self._add_statements(record, cells)
        except BadCell as error:
            raise Rejected(str(error)) from error
        return record

    def _add_statements(self, record: Record, cells: Sequence[str]) -> None:
        record.consent = [(channel, state) for channel, take in self._consent if (state := take(cells))]
        record.bant = _told(self._bant, cells)
        record.lead = _told(self._lead, cells)
        record.lead_ids = [
            (system, keys.external_id_key(system, value))
            for system, take in self._lead_ids
            if (value := take(cells))
        ]

    def _compiled(self, cells: Mapping[str, Cell]) -> list[tuple[str, Take]]:
        return [(name, self._compile(cell)) for name, cell in cells.items()]

    def _attributes(self, cells: Mapping[str, Cell]) -> list[tuple[str, Take]]:
        return [(ATTRIBUTE + name, _as_json(cell, self._compile(cell))) for name, cell in cells.items()]

    def _compiled_ids(self, ids: Sequence[Id]) -> list[tuple[str, Take]]:
        return [(one.system, self._compile(one.cell)) for one in ids]

    def _compile(self, cell: Cell) -> Take:
        try:
            return compile_cell(cell, [self._sheet.place(column) for column in cell.columns])
        except BadCell as error:
            raise InvalidMapping([Problem("constant", str(error))]) from error


def plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _as_json(cell: Cell, take: Take) -> Take:
    """Return the way to a value that JSON can hold."""
    if cell.field.kind in ("note", "text", "flag", "whole"):
        return take

    def taken(cells: Sequence[str]) -> Any:
        value = take(cells)
        return Coarse(plain(value.value)) if type(value) is Coarse else plain(value)

    return taken


def _read(
    takes: Sequence[tuple[str, Take]], cells: Sequence[str], values: dict[str, Any], coarse: set[str]
) -> None:
    for name, take in takes:
        value = take(cells)
        if value is None:
            continue
        if type(value) is Coarse:
            value = value.value
            coarse.add(name)
        values[name] = value


def _told(takes: Sequence[tuple[str, Take]], cells: Sequence[str]) -> dict[str, Any]:
    found = ((name, take(cells)) for name, take in takes)
    return {name: v.value if type(v) is Coarse else v for name, v in found if v is not None}
