"""Rejected rows on their way back, as a file that can be mended and imported again."""

from collections.abc import Iterator

from leads.models import ImportReject
from portal import csvfile
from portal.models import ImportJob


def rejected(job: ImportJob) -> Iterator[str]:
    """Yield the lines of the file, read as they are sent; only a head when nothing was rejected."""
    found = ImportReject.objects.filter(run=job.run_id or 0).order_by("line")
    cells = found.values_list("line", "reason", "row").iterator(chunk_size=2000)
    rows = ([line, reason, *map(_harmless, row)] for line, reason, row in cells)
    return csvfile.lines(["line", "reason", *job.header], rows, clean=lambda value: value)


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs; numbers and phone numbers stay what they are."""
    return f"'{cell}" if cell.startswith(("=", "@", "\t", "\r")) else cell
