"""Reading a mapping: the JSON that says which column means what, checked with errors that name the place."""

import codecs
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from leads.choices import BantKind, ConsentChannel, ConsentState
from leads.importing import naming
from leads.importing.checking import Checker, InvalidMapping
from leads.importing.reader import Layout
from leads.importing.shapes import Field, Shape

FORMAT = "concord/mapping/1"
#: The form of moments that needs no pattern.
ISO = "iso"
UNMAPPED = ("keep", "blank", "reject")


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value comes from and how it is read; `values` are compared without case."""

    columns: tuple[str, ...]
    field: Field
    label: str | Promise
    join: str = " "
    template: str = ""
    constant: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    coarse: frozenset[str] = frozenset()
    unmapped: str = "keep"
    blanks: frozenset[str] = frozenset()
    dates: tuple[str, ...] = (ISO,)
    zone: tzinfo = UTC
    decimal: str = "."
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Id:
    """One name by which a system knows the row's subject."""

    system: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """A checked mapping; `document` is the JSON it was read from."""

    label: str
    system: str
    rank: int
    is_history: bool
    layout: Layout
    ids: tuple[Id, ...]
    fields: dict[str, Cell]
    attributes: dict[str, Cell]
    account_attributes: dict[str, Cell]
    consent: tuple[tuple[str, Cell], ...]
    bant: dict[str, Cell]
    lead_ids: tuple[Id, ...]
    lead_fields: dict[str, Cell]
    zone: tzinfo
    ended_states: frozenset[str]
    document: dict[str, Any]

    @property
    def sha256(self) -> str:
        """Return the hash that tells two mappings apart, whatever the order of their keys."""
        text = json.dumps(self.document, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def cells(self) -> list[Cell]:
        """Return every cell of the mapping."""
        ids = [one.cell for one in (*self.ids, *self.lead_ids)]
        groups = (self.fields, self.attributes, self.account_attributes, self.bant, self.lead_fields)
        consent = [cell for _channel, cell in self.consent]
        return [*ids, *consent, *(cell for group in groups for cell in group.values())]


def parse(data: Any, shape: Shape) -> SourceMapping:
    """Check a mapping for one target and return it; raise InvalidMapping with all problems found."""
    reading = _Reading(data if isinstance(data, dict) else {}, shape)
    if not isinstance(data, dict):
        reading.wrong("$", _("A mapping is a JSON object."))
    mapping = reading.mapping() if isinstance(data, dict) else None
    if reading.problems or mapping is None:
        raise InvalidMapping(reading.problems)
    return mapping


_TOP = frozenset(
    {"format", "label", "target", "system", "rank", "is_history", "file", "blanks", "time_zone", "dates"}
    | {"decimal", "ids", "fields", "ended_states"}
)
_CELL = frozenset(
    {
        "column",
        "columns",
        "join",
        "template",
        "constant",
        "values",
        "coarse",
        "unmapped",
        "blanks",
        "type",
        "dates",
    }
    | {"time_zone", "optional"}
)
_CONSENT = Field("choice", choices=frozenset(ConsentState.values))
_LEAD_FIELDS = {"email": Field("text", 254), "name": Field("text", 200), "phone": Field("text", 60)}
_BANT_FIELDS = {
    BantKind.BUDGET.value: Field("number"),
    BantKind.AUTHORITY.value: Field("text", 200),
    BantKind.NEED.value: Field("text", 200),
    BantKind.TIMING.value: Field("date"),
}
_EXTERNAL_ID = Field("text", 120)


class _Reading(Checker):
    """One pass over a mapping that goes on after a problem, so that all are told at once."""

    def __init__(self, data: dict[str, Any], shape: Shape) -> None:
        super().__init__()
        self.data, self.shape = data, shape
        self._zone: tzinfo = ZoneInfo("UTC")
        self._blanks: frozenset[str] = frozenset()
        self._dates: tuple[str, ...] = (ISO,)

    def mapping(self) -> SourceMapping:
        data = self.data
        self.only(data, "$", _TOP | self.shape.blocks)
        self.same(data, "format", FORMAT)
        self.same(data, "target", self.shape.target)
        self._zone = self.zone(data.get("time_zone", "UTC"), "time_zone")
        self._blanks = self._words(data.get("blanks", []), "blanks")
        self._dates = tuple(self.texts(data.get("dates", [ISO]), "dates"))
        lead = self.object(data.get("lead", {}), "lead")
        ids = self._read_ids(data.get("ids", []), "ids")
        mapping = SourceMapping(
            label=self.text(data, "label"),
            system=self.text(data, "system", is_required=True)[:40],
            rank=self.whole(data, "rank"),
            is_history=self.flag(data, "is_history"),
            layout=self._layout(self.object(data.get("file", {}), "file")),
            ids=ids,
            fields=self._cells("fields", self.shape.fields),
            attributes=self._cells("attributes"),
            account_attributes=self._cells("account_attributes"),
            consent=self._consent(data.get("consent", [])),
            bant=self._cells("bant", _BANT_FIELDS),
            lead_ids=self._read_ids(lead.pop("ids", []) if lead else [], "lead.ids"),
            lead_fields=self._cells_of(lead, "lead", _LEAD_FIELDS),
            zone=self._zone,
            ended_states=frozenset(self.texts(data.get("ended_states", []), "ended_states")),
            document=data,
        )
        self._check_required(mapping)
        return mapping

    def _check_required(self, mapping: SourceMapping) -> None:
        for name, field in self.shape.fields.items():
            if field.is_required and name not in mapping.fields:
                self.wrong(f"fields.{name}", _("This field is needed."))
        names_account = "company" in mapping.fields
        if self.shape.names_lead and not (mapping.lead_ids or mapping.lead_fields or names_account):
            self.wrong("lead", _("Say by which id or address the lead is found."))
        if self.shape.target == "leads" and not (mapping.ids or {"email", "name"} & set(mapping.fields)):
            self.wrong("ids", _("Without an id, an address or a name no lead can be told from another."))

    def _layout(self, data: dict[str, Any]) -> Layout:
        self.only(data, "file", {"encoding", "delimiter", "footer", "short_rows"})
        encoding, delimiter = str(data.get("encoding", "")), str(data.get("delimiter", ""))
        try:
            codecs.lookup(encoding or "utf-8")
        except LookupError:
            self.wrong("file.encoding", _("There is no encoding “%s”.") % encoding)
        if len(delimiter) > 1:
            self.wrong("file.delimiter", _("A delimiter is one character."))
        short = data.get("short_rows", "reject")
        if short not in ("reject", "fill"):
            self.wrong("file.short_rows", _("Say “reject” or “fill”."))
        footer = tuple(self.texts(data.get("footer", []), "file.footer"))
        return Layout(encoding, delimiter, footer, short == "fill")

    def _read_ids(self, data: Any, path: str) -> tuple[Id, ...]:
        ids = []
        for number, item in enumerate(data if isinstance(data, list) else [data]):
            place = f"{path}[{number}]"
            item = {"column": item} if isinstance(item, str) else self.object(item, place)
            system = str(item.get("system") or self.data.get("system", ""))
            rest = {name: value for name, value in item.items() if name != "system"}
            ids.append(Id(system[:40], self._cell(rest, place, _EXTERNAL_ID)))
        return tuple(ids)

    def _consent(self, data: Any) -> tuple[tuple[str, Cell], ...]:
        out = []
        for number, item in enumerate(data if isinstance(data, list) else [data]):
            place = f"consent[{number}]"
            item = self.object(item, place)
            channel = item.get("channel", "any")
            if channel not in ConsentChannel.values:
                self.wrong(f"{place}.channel", _("Say any, mail or phone."))
            rest = {"unmapped": "blank", **{name: v for name, v in item.items() if name != "channel"}}
            out.append((str(channel), self._cell(rest, place, _CONSENT)))
        return tuple(out)

    def _cells(self, block: str, fields: Mapping[str, Field] | None = None) -> dict[str, Cell]:
        return self._cells_of(self.object(self.data.get(block, {}), block), block, fields)

    def _cells_of(
        self, data: Mapping[str, Any], block: str, fields: Mapping[str, Field] | None
    ) -> dict[str, Cell]:
        out = {}
        for name, item in data.items():
            path = f"{block}.{name}"
            if fields is not None and name not in fields:
                self.wrong(path, _("There is no such field; there are: %s.") % ", ".join(sorted(fields)))
                continue
            field = fields[name] if fields is not None else Field("note", 2000)
            out[name] = self._cell(item, path, field)
        return out

    def _cell(self, item: Any, path: str, field: Field) -> Cell:
        data = {"column": item} if isinstance(item, str) else self.object(item, path)
        self.only(data, path, _CELL)
        columns = self._columns(data, path)
        constant = data.get("constant")
        if bool(columns) == (constant is not None):
            self.wrong(path, _("Give either a column or a constant."))
        values = self._values(data.get("values", {}), f"{path}.values", field)
        unmapped = data.get("unmapped", "reject" if field.kind == "choice" else "keep")
        if unmapped not in UNMAPPED:
            self.wrong(f"{path}.unmapped", _("Say keep, blank or reject."))
        if "type" in data:
            field = self._typed(data["type"], path, field)
        return Cell(
            columns=tuple(columns),
            field=field,
            label=naming.label(path),
            join=str(data.get("join", " ")),
            template=str(data.get("template", "")),
            constant=None if constant is None else str(constant),
            values=values,
            coarse=frozenset(self.texts(data.get("coarse", []), f"{path}.coarse")),
            unmapped=unmapped,
            blanks=self._blanks | self._words(data.get("blanks", []), f"{path}.blanks"),
            dates=tuple(self.texts(data["dates"], f"{path}.dates")) if "dates" in data else self._dates,
            zone=self.zone(data["time_zone"], f"{path}.time_zone") if "time_zone" in data else self._zone,
            decimal=str(self.data.get("decimal", ".")),
            is_optional=bool(data.get("optional", False)),
        )

    def _columns(self, data: dict[str, Any], path: str) -> list[str]:
        if "template" in data:
            return [name for _text, name, *_rest in Formatter().parse(str(data["template"])) if name]
        return self.texts(data.get("columns", [data["column"]] if "column" in data else []), path)

    def _words(self, data: Any, path: str) -> frozenset[str]:
        return frozenset(word.casefold() for word in self.texts(data, path))

    def _typed(self, kind: Any, path: str, field: Field) -> Field:
        known = ("text", "number", "whole", "moment", "date", "flag")
        if field.kind != "note" or kind not in known:
            self.wrong(f"{path}.type", _("Only attributes have a type: %s.") % ", ".join(known))
            return field
        return Field("note" if kind == "text" else kind, field.longest)

    def _values(self, data: Any, path: str, field: Field) -> tuple[tuple[str, str], ...]:
        pairs = []
        for found, meant in self.object(data, path).items():
            if field.choices and meant not in (*field.choices, ""):
                self.wrong(f"{path}.{found}", _("Say one of: %s.") % ", ".join(sorted(field.choices)))
            pairs.append((" ".join(found.split()).casefold(), str(meant)))
        return tuple(pairs)
