"""Turning cells into values, many rows at once: one small function per cell of the mapping, made per file."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from leads.importing import naming
from leads.importing.mapping import ISO, Cell

#: Values of a column that were looked up before; a column of texts must not fill the memory.
REMEMBERED = 20_000
#: Columns of amounts hold twelve digits before the point.
HIGHEST = Decimal(10) ** 12
_YES = frozenset({"true", "yes", "1", "y", "t", "on", "x", "ja", "oui", "si"})
_NO = frozenset({"false", "no", "0", "n", "f", "off", "nein", "non"})
_DATE_ONLY = re.compile(r"\d{4}-?\d\d-?\d\d")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
#: Directives of `strptime` that are plain numbers, in the order of `datetime`, with the digits they read.
_PARTS = {"Y": r"\d{4}", "m": r"\d\d?", "d": r"\d\d?", "H": r"\d\d?", "M": r"\d\d?", "S": r"\d\d?"}
Cells = Sequence[str]
Take = Callable[[Sequence[Cells]], list[Any]]


class BadCell(Exception):
    """A cell cannot be read as its field; the text says which and why."""


class Coarse(NamedTuple):
    """A value that is known only roughly: a day for a moment, one word for several sources."""

    value: Any


def compile_cell(cell: Cell, places: Sequence[int | None]) -> Take:
    """Return the function that reads this cell from some rows, `places` being where its columns stand.

    It returns for each row None for what the file does not tell, a Coarse for what it tells
    roughly, and a BadCell for what cannot be read. A constant that cannot be read is raised here.
    """
    convert = _CONVERTERS[cell.field.kind](cell)
    if cell.constant is not None:
        constant = convert(cell.constant)
        return lambda rows: [constant] * len(rows)
    known = [place for place in places if place is not None]
    if not known:
        return lambda rows: [None] * len(rows)
    read = _reader(cell, known)
    if cell.values or cell.field.kind not in ("text", "note", "reference"):
        memory = _Memory(_tried(_looked_up(cell, convert)))
        return lambda rows: [memory[text] for text in read(rows)]
    tried = _tried(convert)
    # What is joined or filled in is blank where all its parts are.
    blanks = cell.blanks if len(known) == 1 and not cell.template else frozenset()
    return lambda rows: [tried(text) if text and text.lower() not in blanks else None for text in read(rows)]


def _tried(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return what gives a BadCell back instead of raising it."""

    def tried(text: str) -> Any:
        try:
            return convert(text)
        except BadCell as error:
            # A new one, without the frames it was raised through: they would hold all rows.
            return BadCell(str(error))

    return tried


class _Memory(dict[str, Any]):
    """Values that were looked up before."""

    def __init__(self, look_up: Callable[[str], Any]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, text: str) -> Any:
        value = self._look_up(text)
        if len(self) < REMEMBERED:
            self[text] = value
        return value


def _reader(cell: Cell, places: Sequence[int]) -> Callable[[Sequence[Cells]], Iterable[str]]:
    if cell.template:
        filled = _filled(cell, places)
        return lambda rows: map(filled, rows)
    if len(places) == 1:
        place = places[0]
        return lambda rows: [cells[place].strip() for cells in rows]
    join, blanks = cell.join, cell.blanks

    def joined(cells: Cells) -> str:
        parts = [cells[place].strip() for place in places]
        return join.join([part for part in parts if part and part.lower() not in blanks])

    return lambda rows: map(joined, rows)


def _filled(cell: Cell, places: Sequence[int]) -> Callable[[Cells], str]:
    """Return what puts cells into a template; blank as soon as one of them is."""
    form = re.sub(r"\{[^{}]*\}", "{}", cell.template)

    def filled(cells: Cells) -> str:
        parts = [cells[place].strip() for place in places]
        return form.format(*parts) if all(parts) else ""

    return filled


def _looked_up(cell: Cell, convert: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return the way from a found text to a value: blank words, the mapping's values, the field's kind."""
    exact = {found: meant for found, meant in cell.values if not found.endswith("*")}
    begun = [(found[:-1], meant) for found, meant in cell.values if found.endswith("*")]
    choices = cell.field.choices

    def look_up(text: str) -> Any:
        plain = " ".join(text.split()).casefold()
        meant: str | None
        if plain in exact:
            meant = exact[plain]
        elif not plain or plain in cell.blanks:
            return None
        else:
            meant = next((m for start, m in begun if plain.startswith(start)), None)
            if meant is None:
                meant = plain if plain in choices else _unmapped(cell, text)
        if not meant:
            return None
        value = convert(meant)
        return Coarse(value) if meant in cell.coarse else value

    return look_up


def _unmapped(cell: Cell, text: str) -> str:
    if cell.unmapped == "reject" or (cell.field.choices and cell.unmapped == "keep"):
        raise BadCell(_("%(field)s: the mapping has no word for “%(text)s”.") % _named(cell, text))
    return "" if cell.unmapped == "blank" and (cell.values or cell.field.choices) else text


def _named(cell: Cell, text: str) -> dict[str, str]:
    return {"field": str(cell.label), "text": text[:80]}


def _text(cell: Cell) -> Callable[[str], Any]:
    longest = cell.field.longest

    def convert(text: str) -> str:
        if "  " in text or not text.isprintable():
            text = " ".join(text.split())
        if longest and len(text) > longest:
            raise _too_long(cell, text)
        return text

    return convert


def _note(cell: Cell) -> Callable[[str], Any]:
    longest = cell.field.longest

    def convert(text: str) -> str:
        if longest and len(text) > longest:
            raise _too_long(cell, text)
        return text if "\r" not in text else text.replace("\r\n", "\n").replace("\r", "\n")

    return convert


def _too_long(cell: Cell, text: str) -> BadCell:
    message = _("%(field)s has %(count)d characters; %(longest)d fit.")
    return BadCell(message % {"field": cell.label, "count": len(text), "longest": cell.field.longest})


def _number(cell: Cell) -> Callable[[str], Any]:
    def convert(text: str) -> Decimal:
        number = _decimal(cell, text)
        if abs(number) >= HIGHEST:
            raise BadCell(_("%(field)s: “%(text)s” is out of range.") % _named(cell, text))
        return number

    return convert


def _decimal(cell: Cell, text: str) -> Decimal:
    plain = re.sub(r"[\s'’_$€£%]", "", text)
    plain = plain.replace(".", "").replace(",", ".") if cell.decimal == "," else plain.replace(",", "")
    try:
        if not _NUMBER.fullmatch(plain):
            raise InvalidOperation
        return Decimal(plain)
    except InvalidOperation:
        raise BadCell(_("%(field)s: “%(text)s” is no number.") % _named(cell, text)) from None


def _whole(cell: Cell) -> Callable[[str], Any]:
    def convert(text: str) -> int:
        number = int(_decimal(cell, text))
        if not 0 <= number <= 2_147_483_647:
            raise BadCell(_("%(field)s: “%(text)s” is out of range.") % _named(cell, text))
        return number

    return convert


def _flag(cell: Cell) -> Callable[[str], Any]:
    def convert(text: str) -> bool:
        plain = text.lower()
        if plain not in _YES and plain not in _NO:
            raise BadCell(_("%(field)s: “%(text)s” is neither yes nor no.") % _named(cell, text))
        return plain in _YES

    return convert


def _moment(cell: Cell) -> Callable[[str], Any]:
    def convert(text: str) -> datetime | Coarse:
        found, is_day = _read_moment(cell, text)
        try:
            moment = found.astimezone(UTC)
        except OverflowError:
            raise BadCell(_("%(field)s: “%(text)s” is out of range.") % _named(cell, text)) from None
        return Coarse(moment) if is_day else moment

    return convert


def _date(cell: Cell) -> Callable[[str], Any]:
    def convert(text: str) -> date:
        return _read_moment(cell, text)[0].date()

    return convert


def _read_moment(cell: Cell, text: str) -> tuple[datetime, bool]:
    """Return the moment in the zone it names, else in that of the cell, and whether it names only a day."""
    for form in cell.dates:
        try:
            if form == ISO:
                return _placed(datetime.fromisoformat(text), cell.zone), bool(_DATE_ONLY.fullmatch(text))
            return _pattern(form)(text, cell.zone), "%H" not in form and "%I" not in form
        except ValueError:
            continue
    forms = ", ".join(map(naming.date_form, cell.dates))
    message = _("%(field)s: “%(text)s” is no date in the form %(forms)s.")
    raise BadCell(message % {**_named(cell, text), "forms": forms})


def _placed(found: datetime, zone: tzinfo) -> datetime:
    return found if found.tzinfo else found.replace(tzinfo=zone)


@lru_cache
def _pattern(form: str) -> Callable[[str, tzinfo], datetime]:
    """Return what reads moments of one form: `strptime`, or where all is numbers something quicker."""
    names = re.findall(r"%(.)", form)
    parts = list(_PARTS)[: len(names)]
    if len(names) < 3 or sorted(names) != sorted(parts):
        return lambda text, zone: _placed(datetime.strptime(text, form), zone)  # noqa: DTZ007 (placed there)
    expression = re.escape(form)
    for name, digits in _PARTS.items():
        expression = expression.replace(f"%{name}", f"(?P<{name}>{digits})")
    compiled = re.compile(expression)

    def parse(text: str, zone: tzinfo) -> datetime:
        found = compiled.fullmatch(text)
        if not found:
            raise ValueError(text)
        return datetime(*map(int, found.group(*parts)), tzinfo=zone)  # type: ignore[misc,arg-type]  # three to six numbers, in this order

    return parse


_CONVERTERS: dict[str, Callable[[Cell], Callable[[str], Any]]] = {
    "text": _text,
    "note": _note,
    "reference": _text,
    "choice": _text,
    "number": _number,
    "whole": _whole,
    "flag": _flag,
    "moment": _moment,
    "date": _date,
}
