"""A packed spreadsheet read row by row, unpacking no more of it than the rows asked for need."""

from collections.abc import Generator, Iterator
from itertools import islice
from typing import Any, BinaryIO

from openpyxl.cell.text import Text
from openpyxl.packaging.manifest import Manifest
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

#: No program writes more rows, or so much in one: a row is held in memory as a whole.
MOST_ROWS = 1_048_576
MOST_COLUMNS = 500
LARGEST_ROW = 8 * 1024 * 1024
#: The library's stub does not tell how it reads.
_LibrarySheet: Any = ReadOnlyWorksheet
_STRING = f"{{{SHEET_MAIN_NS}}}si"


def sheets(packed: BinaryIO) -> Generator[Iterator[tuple[Any, ...]]]:
    """Yield the rows of each sheet, to be read before the next sheet; raises what the library raises."""
    book = _Book(packed, read_only=True, data_only=True, keep_links=False)
    try:
        book.read()
        for sheet in book.wb.worksheets:
            yield sheet.rows_of_values()  # type: ignore[attr-defined]  # each is a _Sheet
    finally:
        book.archive.close()


class _Book(ExcelReader):
    """The library's reader, which would unpack all texts, and each sheet that does not tell its size."""

    package: Manifest

    def read_strings(self) -> None:
        """Leave the texts packed until a cell needs one."""
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            self.shared_strings = _Texts(self.archive.open(part.PartName[1:]))

    def read_worksheets(self) -> None:
        """Take the sheets without their comments, drawings and sizes."""
        for sheet, part in self.parser.find_sheets():
            if part.target in self.valid_files and "chartsheet" not in part.Type:
                sheets = self.wb._sheets  # type: ignore[attr-defined]  # told by the library's own reader only
                sheets.append(_Sheet(self.wb, sheet.name, part.target, self.shared_strings))


class _Sheet(_LibrarySheet):
    """A sheet whose rows are read one by one, none of them larger than a row can be."""

    def rows_of_values(self) -> Iterator[tuple[Any, ...]]:
        for row in self._cells_by_row(1, 1, None, MOST_ROWS, values_only=True):
            self._source.since_row = 0
            yield row

    def _get_row(self, row: list[dict[str, Any]], *_limits: Any) -> tuple[Any, ...]:
        """Return the values of a row as far as it is filled; a place that no sheet has is none."""
        found = {cell["column"]: cell["value"] for cell in row if cell["column"] <= MOST_COLUMNS}
        return tuple(found.get(place) for place in range(1, max(found, default=0) + 1))

    def _get_size(self) -> None:
        """Ask for no size: where the sheet does not tell it, all of it would be read."""

    def _get_source(self) -> Any:
        self._source = _Metered(self.parent._archive.open(self._worksheet_path))
        return self._source


class _Metered:
    """A sheet as it is unpacked; raises ValueError when one row is too large."""

    def __init__(self, file: Any) -> None:
        self._file, self.since_row = file, 0

    def read(self, size: int) -> bytes:
        data: bytes = self._file.read(size)
        self.since_row += len(data)
        if self.since_row > LARGEST_ROW:
            raise ValueError("A row of the sheet is too large.")
        return data

    def __enter__(self) -> "_Metered":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


class _Texts(list[str]):
    """The texts that cells share, unpacked as far as somebody asked."""

    def __init__(self, file: Any) -> None:
        super().__init__()
        self._more = (_text(node) for _event, node in iterparse(file) if node.tag == _STRING)

    def __getitem__(self, place: Any) -> Any:
        self.extend(islice(self._more, max(place + 1 - len(self), 0)))
        return super().__getitem__(place)


def _text(node: Any) -> str:
    found: Any = Text.from_tree(node)
    node.clear()
    return str(found.content).replace("x005F_", "")
