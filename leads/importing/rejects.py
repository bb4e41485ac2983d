"""Giving rejected rows back as a file that can be mended and imported again."""

import csv
from collections.abc import Sequence
from pathlib import Path

from leads.models import ImportReject, ImportRun


def write(run: ImportRun, header: Sequence[str], path: Path) -> int:
    """Write the rejected rows as they were read, each with its line and reason; return how many."""
    rows = ImportReject.objects.filter(run=run).order_by("line").values_list("line", "reason", "row")
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", *header])
        for line, reason, cells in rows.iterator(chunk_size=2000):
            writer.writerow([line, reason, *cells])
            count += 1
    return count
