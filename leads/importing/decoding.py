"""Turning the bytes of a file into text: byte order marks, UTF-16, and UTF-8 with other letters in it."""

import codecs
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

SAMPLE_BYTES = 65_536
#: Name of the error handler that reads a byte that is no UTF-8 as Windows does.
WINDOWS = "concord_windows_1252"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")


class UnreadableFile(Exception):
    """The file cannot be read at all; the text says why in one sentence."""


def open_text(path: Path, encoding: str = "") -> TextIO:
    """Open a file as text with its line ends untouched; raise UnreadableFile.

    Without an encoding the file's own marks decide, else UTF-8 in which stray bytes are read
    as Windows-1252: so a Windows file is read as well, and one bad byte spoils no other letter.
    """
    try:
        with path.open("rb") as file:
            sample = file.read(SAMPLE_BYTES)
    except OSError as error:
        raise UnreadableFile(_("The file cannot be opened: %s.") % error.strerror) from error
    if not sample.strip():
        raise UnreadableFile(_("The file is empty."))
    if sample.startswith(_NO_TEXT):
        raise UnreadableFile(_("This is no text file: save the table as CSV first."))
    encoding = encoding or _detected(sample)
    errors = WINDOWS if encoding.startswith("utf-8") else "replace"
    return path.open(encoding=encoding, errors=errors, newline="")


def _detected(sample: bytes) -> str:
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    # Every second byte of Latin letters is zero in UTF-16, the first or the last of the pair.
    if sample[1::2].count(0) > len(sample) // 6:
        return "utf-16-le"
    if sample[::2].count(0) > len(sample) // 6:
        return "utf-16-be"
    return "utf-8"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", errors="replace"), error.end


codecs.register_error(WINDOWS, _as_windows)
