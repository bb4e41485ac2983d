"""Small files and mappings for the tests of imports."""

import csv
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from leads import importing
from leads.models import ImportRun

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HEADER = ("Id", "Name", "E-mail", "Phone", "Company", "Title", "Employees", "Created", "Stage")


def mapping(**changes: Any) -> dict[str, Any]:
    """Return a mapping of HEADER, with other values at the top where given."""
    return {
        "format": "concord/mapping/1",
        "label": "Test",
        "target": "leads",
        "system": "crm",
        "rank": 10,
        "time_zone": "Europe/Berlin",
        "dates": ["%Y-%m-%d %H:%M", "%Y-%m-%d"],
        "ids": ["Id"],
        "fields": {
            "name": "Name",
            "email": "E-mail",
            "phone": "Phone",
            "company": "Company",
            "title": "Title",
            "employees": "Employees",
            "created_at": "Created",
            "stage": {"column": "Stage", "values": {"New": "inquiry", "Working": "sal"}},
        },
        **changes,
    }


def row(number: int, **changes: str) -> list[str]:
    """Return a valid row of HEADER."""
    cells = {
        "Id": f"A{number}",
        "Name": f"Ada Nr{number}",
        "E-mail": f"ada{number}@example.com",
        "Phone": f"+49 30 {1_000_000 + number}",
        "Company": f"Works {number // 3}",
        "Title": "Buyer",
        "Employees": "120",
        "Created": "2026-03-02 10:30",
        "Stage": "New",
    }
    return [changes.get(name.replace("-", "_").lower(), cell) for name, cell in cells.items()]


def write(path: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    """Write rows as a file and return its path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def load(
    path: Path,
    data: dict[str, Any] | None = None,
    target: importing.Target | None = None,
    *,
    as_of: date | None = None,
    now: datetime = NOW,
    **options: Any,
) -> ImportRun:
    """Import a file and return the run."""
    target = target or importing.LeadsTarget()
    checked = importing.parse(data or mapping(), target.shape)
    return importing.run(path=path, mapping=checked, target=target, now=now, as_of=as_of, **options)


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    """Return how many rows were created, updated, unchanged and rejected."""
    return run.created, run.updated, run.unchanged, run.rejected
