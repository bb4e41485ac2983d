"""Rows of a file as records: ids, values by field, and a digest by which the same row is known again."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from leads import keys
from leads.importing.cells import BadCell, Cells, Coarse, Take, compile_cell
from leads.importing.checking import InvalidMapping, Problem
from leads.importing.mapping import Cell, Id, SourceMapping
from leads.importing.reader import Row, Sheet

Key = tuple[str, str]
#: By the place of a row the first of its cells that cannot be read.
Bad = dict[int, BadCell]
#: How the names of attributes begin among the values.
ATTRIBUTE = "attributes."


class Rejected(Exception):
    """A row that cannot be taken; the text says why."""

    def alone(self) -> "Rejected":
        """Return the reason without the frames it was raised through: they would hold a whole chunk."""
        return Rejected(str(self))


class Erased(Rejected):
    """A row about somebody who was erased since it was brought: not even kept among the rejected ones."""


@dataclass(slots=True)
class Record:
    """One row as the target takes it: what it says of its subject and of its subject's account.

    The `coarse` sets hold the names of values that are known only roughly.
    """

    line: int
    ids: list[Key]
    digest: int | None
    values: dict[str, Any] = field(default_factory=dict)
    coarse: set[str] = field(default_factory=set)
    account: dict[str, Any] = field(default_factory=dict)
    account_coarse: set[str] = field(default_factory=set)
    consent: Sequence[tuple[str, str]] = ()
    bant: dict[str, Any] = field(default_factory=dict)
    lead_ids: Sequence[Key] = ()
    lead: dict[str, Any] = field(default_factory=dict)
    is_repeat: bool = False
    #: What its target worked out ahead of taking it.
    said: Any = None


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

    def ids(self, rows: Sequence[Row]) -> list[list[Key] | Rejected]:
        """Return the ids of each row in their normal form, or why the row cannot be taken."""
        bad: Bad = {}
        told = _pairs(self._ids, [row.cells for row in rows if not row.problem], bad)
        read = ((_normal(pairs), bad.get(place)) for place, pairs in enumerate(told))
        found: list[list[Key] | Rejected] = []
        for row in rows:
            ids, error = ([], row.problem) if row.problem else next(read)
            found.append(Rejected(str(error)) if error else ids)
        return found

    def digest(self, row: Row) -> int:
        """Return 64 bits that tell this row, read by this mapping, from any other."""
        text = "\x1f".join(row.cells).encode("utf-8", "surrogatepass")
        hashed = hashlib.blake2b(text, digest_size=8, key=self._salt)
        return int.from_bytes(hashed.digest(), "big", signed=True)

    @staticmethod
    def json_cells(row: Row) -> str:
        """Return the row as it was read, as JSON text."""
        return json.dumps(row.cells, ensure_ascii=False)

    def records(self, rows: Sequence[tuple[Row, Any, int | None]]) -> list[Record | Rejected]:
        """Read every mapped cell of rows, each with ids and digest; the first bad one rejects its row."""
        bad: Bad = {}
        cells = [row.cells for row, _ids, _digest in rows]
        facts, accounts = _read(self._fields, cells, bad), _read(self._account_fields, cells, bad)
        made = [
            Record(row.line, ids, digest, *told, *of_account)
            for (row, ids, digest), told, of_account in zip(rows, facts, accounts, strict=True)
        ]
        if self._has_more:
            self._add_statements(made, cells, bad)
        return [Rejected(str(bad[place])) if place in bad else one for place, one in enumerate(made)]

    def _add_statements(self, made: Sequence[Record], cells: Sequence[Cells], bad: Bad) -> None:
        consents = _pairs(self._consent, cells, bad)
        bant, leads = _read(self._bant, cells, bad), _read(self._lead, cells, bad)
        lead_ids = _pairs(self._lead_ids, cells, bad)
        for place, record in enumerate(made):
            record.consent, record.lead_ids = consents[place], _normal(lead_ids[place])
            record.bant, record.lead = bant[place][0], leads[place][0]

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
    """Return the way to values that JSON can hold."""
    if cell.field.kind in ("note", "text", "flag", "whole"):
        return take
    return lambda rows: [
        Coarse(plain(value.value)) if type(value) is Coarse else plain(value) for value in take(rows)
    ]


def _read(
    takes: Sequence[tuple[str, Take]], rows: Sequence[Cells], bad: Bad
) -> list[tuple[dict[str, Any], set[str]]]:
    """Return by name what each row says, and the names of what it says only roughly."""
    names = [name for name, _take in takes]
    columns = _columns(takes, rows, bad)
    found: list[tuple[dict[str, Any], set[str]]] = [
        ({name: value for name, value in zip(names, values, strict=True) if value is not None}, set())
        for values in _across(columns, rows)
    ]
    for name, column in zip(names, columns, strict=True):
        for place in _places_of(Coarse, column):
            values, coarse = found[place]
            values[name] = column[place].value
            coarse.add(name)
    return found


def _pairs(takes: Sequence[tuple[str, Take]], rows: Sequence[Cells], bad: Bad) -> list[list[tuple[str, Any]]]:
    """Return what each row says, with its name, which several may share."""
    names = [name for name, _take in takes]
    columns = _columns(takes, rows, bad)
    return [
        [(name, value) for name, value in zip(names, values, strict=True) if value]
        for values in _across(columns, rows)
    ]


def _columns(takes: Sequence[tuple[str, Take]], rows: Sequence[Cells], bad: Bad) -> list[list[Any]]:
    """Return a column for each name; the first bad cell of a row is noted, and none is left."""
    columns = [take(rows) for _name, take in takes]
    for column in columns:
        for place in _places_of(BadCell, column):
            bad.setdefault(place, column[place])
            column[place] = None
    return columns


def _across(columns: Sequence[list[Any]], rows: Sequence[Cells]) -> Iterable[tuple[Any, ...]]:
    return zip(*columns, strict=True) if columns else [()] * len(rows)


def _places_of(kind: type, column: Sequence[Any]) -> list[int]:
    """Return where values of a kind stand; in most columns there are none."""
    kinds = [*map(type, column)]
    return [place for place, own in enumerate(kinds) if own is kind] if kind in kinds else []


def _normal(ids: Sequence[Key]) -> list[Key]:
    return [(system, keys.external_id_key(system, value)) for system, value in ids]
