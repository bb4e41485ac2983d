"""Spreadsheet files, turned into delimited text once, so that there is one way of reading rows."""

import csv
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from leads.importing import books
from leads.importing.decoding import UnreadableFile

#: A packed file that unpacks to more than this, or this many times its size, is no table of people.
LARGEST_UNPACKED = 400 * 1024 * 1024
LARGEST_RATIO = 150
#: Rows are read one by one; texts and whatever else is no sheet may be held at once, styles are at the start.
LARGEST_HELD = 64 * 1024 * 1024
LARGEST_START = 8 * 1024 * 1024
_START = ("[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", "xl/theme/theme1.xml")
MOST_PARTS = 2_000
#: A look at the first rows goes no further for them than this.
MOST_EMPTY = 10_000
_SIGNATURE = b"PK\x03\x04"
#: What the library raises for parts that are damaged, missing, packed in an unknown way or made up.
BROKEN = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, TypeError,
    AttributeError, OSError, EOFError, RuntimeError,
)  # fmt: skip


def is_workbook(path: Path) -> bool:
    """Tell whether a file is a packed spreadsheet by its first bytes, whatever its name says."""
    try:
        with path.open("rb") as file:
            return file.read(len(_SIGNATURE)) == _SIGNATURE
    except OSError as error:
        raise UnreadableFile(_("The file cannot be opened: %s.") % error.strerror) from error


@contextmanager
def delimited(path: Path, first_rows: int | None = None) -> Iterator[Path]:
    """Give a file as delimited text: itself, or for a spreadsheet a copy that is gone afterwards.

    `first_rows` is for a look: of a spreadsheet only so many filled rows are unpacked.
    """
    if not is_workbook(path):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "sheet.csv")
        write_text(path, copy, first_rows)
        yield copy


def write_text(path: Path, into: Path, first_rows: int | None = None) -> None:
    """Write the first sheet that holds anything as a CSV file; raise UnreadableFile."""
    _check_size(path)
    # Opened here, as the library goes by the end of a name, and uploads are kept under names of our own.
    with path.open("rb") as packed, into.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        try:
            with closing(books.sheets(packed)) as sheets:
                is_filled = any(_write(rows, writer, first_rows) for rows in sheets)
        except BROKEN as error:
            text = _("The spreadsheet cannot be opened. Save it again as XLSX or CSV.")
            raise UnreadableFile(text) from error
    if not is_filled:
        raise UnreadableFile(_("The spreadsheet is empty."))


def _check_size(path: Path) -> None:
    """Refuse what would fill the memory once unpacked; the sizes are those the archive itself declares."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise UnreadableFile(_("The spreadsheet is damaged.")) from error
    unpacked = sum(part.file_size for part in parts)
    too_dense = unpacked > LARGEST_RATIO * max(path.stat().st_size, 1) and unpacked > 10 * 1024 * 1024
    held = sum(part.file_size for part in parts if not part.filename.startswith("xl/worksheets/"))
    start = sum(part.file_size for part in parts if part.filename in _START)
    too_large = unpacked > LARGEST_UNPACKED or held > LARGEST_HELD or start > LARGEST_START
    if len(parts) > MOST_PARTS or too_large or too_dense:
        raise UnreadableFile(_("The spreadsheet unpacks to too much. Save the table as CSV."))
    if not any(part.filename.startswith("xl/") for part in parts):
        raise UnreadableFile(_("This is no text file: save the table as CSV first."))


def _write(rows: Iterator[tuple[Any, ...]], writer: Any, first_rows: int | None) -> bool:
    """Write one sheet's rows, or the first of them, and tell whether there were any."""
    written = 0
    for number, row in enumerate(rows, start=1):
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            writer.writerow(cells)
            written += 1
        if first_rows is not None and written >= first_rows:
            break
        if first_rows is not None and not written and number >= MOST_EMPTY:
            raise UnreadableFile(_("The spreadsheet begins with too many empty rows. Delete them first."))
    return written > 0


def _text(value: Any) -> str:
    """Return a cell as the text that a CSV export of the same table would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
