"""Reading the rows of a delimited file as other systems write it: nothing here knows what they mean."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

from django.utils.translation import gettext as _

from leads.importing.decoding import UnreadableFile, open_text

DELIMITERS = ",;\t|"
#: The header is looked for below this many title lines.
TITLE_LINES = 40
#: Lines between two looks at how far the file is read.
_TOLD_EVERY = 200
#: A quoted cell that spans more lines was opened by mistake.
LONGEST_RECORD = 500


@dataclass(frozen=True, slots=True)
class Layout:
    """What a mapping knows of the file's form; blank means: find out."""

    encoding: str = ""
    delimiter: str = ""
    footer: tuple[str, ...] = ()
    fills_short_rows: bool = False


class Row(NamedTuple):
    """One row of the file with the number of its first line; `problem` says why it cannot be taken."""

    line: int
    cells: list[str]
    problem: str = ""


class Sheet:
    """A file whose header was found; iterate over it once for its rows."""

    def __init__(self, path: Path, layout: Layout, columns: Iterable[str], optional: Iterable[str] = ()):
        """Find the header that names `columns`; raise UnreadableFile when some are missing."""
        self._path, self._layout = path, layout
        self._wanted = {normal(name): name for name in columns}
        self._optional = {normal(name) for name in optional}
        self.delimiter, self._header_row = self._find_header()
        self.header = distinct([" ".join(name.split()) for name in self._header_row.cells])
        self.places = {normal(name): place for place, name in reversed(list(enumerate(self.header)))}
        self._check()
        named = [place for place, name in enumerate(self.header) if name]
        self._width = named[-1] + 1
        self._size, self._position = max(path.stat().st_size, 1), 0

    def place(self, column: str) -> int | None:
        """Return where a column stands, or None for an optional one that is not there."""
        return self.places.get(normal(column))

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows below the header up to the footer; empty lines are none."""
        with self._open() as file:
            for row in records(file, self.delimiter):
                if not row.line % _TOLD_EVERY:
                    self._position = file.buffer.tell()
                if row.line <= self._header_row.line:
                    continue
                if row.cells and row.cells[0].startswith(self._layout.footer or ("\0",)):
                    break
                if "".join(row.cells).strip():
                    yield row if row.problem else self._fitted(row)
        self._position = self._size

    def share(self) -> float:
        """Return how much of the file is read, 0..1."""
        return min(self._position / self._size, 1.0)

    def _fitted(self, row: Row) -> Row:
        count = len(row.cells)
        if row.cells == self._header_row.cells:
            return row._replace(problem=_("This line repeats the header."))
        if self._width <= count <= len(self.header):
            return row
        if count < self._width and not self._layout.fills_short_rows:
            return row._replace(problem=_ragged(count, self._width))
        if count > len(self.header) and "".join(row.cells[len(self.header) :]).strip():
            return row._replace(problem=_ragged(count, len(self.header)))
        return row._replace(cells=[*row.cells, *[""] * (len(self.header) - count)])

    def _open(self) -> TextIO:
        return open_text(self._path, self._layout.encoding)

    def _find_header(self) -> tuple[str, Row]:
        """Return the delimiter and the row in which most of the wanted columns are named."""
        best: tuple[int, str, Row] | None = None
        for delimiter in self._layout.delimiter or DELIMITERS:
            for row in self._first_rows(delimiter):
                found = len(self._wanted.keys() & {normal(name) for name in row.cells})
                if best is None or found > best[0]:
                    best = found, delimiter, row
        if best is None or not "".join(best[2].cells).strip():
            raise UnreadableFile(_("The file is empty."))
        if best[0] == 0 and self._wanted:
            first = ", ".join(best[2].cells)[:120]
            message = _("None of the mapping's columns is in this file; its first line reads: %s")
            raise UnreadableFile(message % " ".join(first.split()))
        return best[1], best[2]

    def _first_rows(self, delimiter: str) -> Iterator[Row]:
        with self._open() as file:
            rows = (row for row in records(file, delimiter) if "".join(row.cells).strip())
            for _number, row in zip(range(TITLE_LINES), rows, strict=False):
                yield row

    def _check(self) -> None:
        absent = self._wanted.keys() - self._optional - self.places.keys()
        missing = sorted(self._wanted[name] for name in absent)
        if missing:
            message = _("The file has no column “%(missing)s”; it has: %(header)s")
            names = {"missing": "”, “".join(missing), "header": ", ".join(filter(None, self.header))[:300]}
            raise UnreadableFile(message % names)


def normal(name: str) -> str:
    """Return a column's name as it is compared: without case and the amount of blanks."""
    return " ".join(name.split()).casefold()


def distinct(names: Sequence[str]) -> list[str]:
    """Return the names, the second “Notes” of a header as “Notes #2”, so that a mapping can tell them."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(f"{name} #{seen[name]}" if name and seen[name] > 1 else name)
    return out


def records(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield every record; where a quote is opened and never closed, only its first line is lost."""
    source = _Lines(lines)
    number, reader = 0, csv.reader(source, delimiter=delimiter)
    while True:
        source.begin()
        problem = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells, problem = [], _("The line cannot be read: %s.") % error
        if source.is_cut and not problem:
            problem = _("A quote is opened in this line and never closed.")
        taken = source.taken
        if problem:
            cells = [taken[0].rstrip("\r\n")]
            source.give_back()
            reader = csv.reader(source, delimiter=delimiter)
        yield Row(number + 1, cells, problem)
        number += 1 if problem else len(taken)


def _ragged(count: int, width: int) -> str:
    return _("The row has %(count)d cells, the header has %(width)d.") % {"count": count, "width": width}


class _Lines:
    """Lines for a csv reader, cut off where one record swallows too many, and given back then."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._source = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.is_cut = False

    def begin(self) -> None:
        self.taken, self.is_cut = [], False

    def give_back(self) -> None:
        self._again.extendleft(reversed(self.taken[1:]))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._next() if len(self.taken) < LONGEST_RECORD else None
        if line is None:
            # A csv reader asks for more only inside quotes, or before a record.
            self.is_cut = bool(self.taken)
            raise StopIteration
        self.taken.append(line)
        return line

    def _next(self) -> str | None:
        line = self._again.popleft() if self._again else next(self._source, None)
        return line.replace("\0", "") if line and "\0" in line else line
