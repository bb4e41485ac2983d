"""Rejected rows on their way back, as a file that can be mended and imported again."""

import re
from collections.abc import Iterator

from leads.models import ImportReject
from portal import csvfile
from portal.models import ImportJob

#: Numbers and phone numbers stay what they are: without letters nothing is called.
_NUMBER = re.compile(r"[+-][\d ().,/-]*")


def rejected(job: ImportJob) -> Iterator[str]:
    """Yield the lines of the file, read as they are sent; only a head when nothing was rejected."""
    found = ImportReject.objects.filter(run=job.run_id or 0).order_by("line")
    cells = found.values_list("line", "reason", "row").iterator(chunk_size=2000)
    rows = ([line, reason, *map(_harmless, row)] for line, reason, row in cells)
    head = ["line", "reason", *map(_harmless, job.header)]
    return csvfile.lines(head, rows, clean=lambda value: value)


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs."""
    return cell if _NUMBER.fullmatch(cell) else csvfile.cell(cell)
