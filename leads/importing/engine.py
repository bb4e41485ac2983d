"""Reading a file chunk by chunk into a target: results, checkpoints, and the row that spoils nothing."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Protocol

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from leads import audit
from leads.importing.mapping import SourceMapping
from leads.importing.reader import Row, Sheet
from leads.importing.records import Key, Mapper, Record, Rejected
from leads.importing.shapes import Shape
from leads.models import ImportReject, ImportRun, User
from leads.setbased import copy_rows

CHUNK = 4000
CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
Outcome = str | Rejected


class RunTaken(Exception):
    """Another process works on the same unfinished run."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every chunk of a run has in common."""

    run: ImportRun
    mapping: SourceMapping
    now: datetime
    as_of: date | None
    actor: User | None

    @property
    def is_history(self) -> bool:
        """Say whether this run tells what happened, and not what is."""
        return self.mapping.is_history or self.as_of is not None or bool(self.run.version_ref)

    @property
    def horizon(self) -> datetime | None:
        """Return the first moment that the file, read as of a day, does not know yet."""
        if self.as_of is None:
            return None
        return datetime.combine(self.as_of + timedelta(days=1), time(), self.mapping.zone)


class Target(Protocol):
    """What takes records: leads, touches, deals and people here, handoffs on the floor above."""

    shape: Shape

    def digests(self, wanted: Iterable[Key]) -> dict[Key, int | None]:
        """Return the digest of the row last taken under each known id."""

    def take(self, records: Sequence[Record], context: Context) -> list[Outcome]:
        """Write the records, all or none, and return what became of each."""


def run(
    *,
    path: Path,
    mapping: SourceMapping,
    target: Target,
    now: datetime,
    actor: User | None = None,
    as_of: date | None = None,
    version_ref: str = "",
    is_dry: bool = False,
    progress: Callable[[int, float], None] = lambda done, share: None,
    finish: Callable[[ImportRun, list[str]], None] = lambda run, header: None,
) -> ImportRun:
    """Import a file and return its run with the counts; an unfinished run of the same file goes on.

    `finish` is called with the run and the file's header once all rows are done, also on a dry
    run, of which nothing is left afterwards. Raises UnreadableFile and RunTaken.
    """
    optional = [name for cell in mapping.cells() if cell.is_optional for name in cell.columns]
    columns = [name for cell in mapping.cells() for name in cell.columns]
    sheet = Sheet(path, mapping.layout, columns, optional)
    with transaction.atomic(durable=False) if is_dry else _no_transaction():
        found = _open_run(path, mapping, target, now, actor, as_of, version_ref)
        work = _Work(Context(found, mapping, now, as_of, actor), Mapper(mapping, sheet), target)
        for rows in _chunks(iter(sheet), CHUNK):
            work.chunk(rows)
            progress(work.read, sheet.share())
        work.close()
        finish(found, sheet.header)
        if is_dry:
            transaction.set_rollback(True)
    return found


class _no_transaction:
    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None: ...


def _open_run(
    path: Path,
    mapping: SourceMapping,
    target: Target,
    now: datetime,
    actor: User | None,
    as_of: date | None,
    version_ref: str,
) -> ImportRun:
    """Return the unfinished run of the same file, mapping and day, or a new one."""
    with path.open("rb") as file:
        file_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    same = {
        "kind": target.shape.target,
        "file_sha256": file_sha256,
        "mapping_sha256": mapping.sha256,
        "as_of": as_of,
        "version_ref": version_ref,
    }
    unfinished = ImportRun.objects.filter(**same, finished_at=None).order_by("-id").first()
    return unfinished or ImportRun.objects.create(
        **same, file_name=path.name[:255], mapping=mapping.document, actor=actor, started_at=now
    )


def _chunks(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, size)):
        yield chunk


class _Work:
    """One run at work: knows which rows were done before and which ids stood in the file already."""

    def __init__(self, context: Context, mapper: Mapper, target: Target) -> None:
        self.context, self.mapper, self.target = context, mapper, target
        self.read = 0
        self._seen: set[int] = set()
        self._done_before = context.run.rows_done

    def chunk(self, rows: list[Row]) -> None:
        """Take the rows that are not done yet; where they fail together, each half alone."""
        done = min(max(self._done_before - self.read, 0), len(rows))
        self.read += len(rows)
        ids = [self._ids(row) for row in rows]
        repeats = [self._is_repeat(one) for one in ids]
        if done < len(rows):
            self._take(rows[done:], ids[done:], repeats[done:])

    def close(self) -> None:
        """Mark the run as finished and write its one line of the log."""
        run = self.context.run
        if run.finished_at is not None:
            return
        with transaction.atomic():
            run.finished_at = self.context.now
            run.save(update_fields=["finished_at"])
            audit.record(
                stream=f"import:{run.pk}",
                verb="imported",
                subject_type="import_run",
                subject_id=run.pk,
                actor=self.context.actor,
                at=self.context.now,
                data={
                    "kind": run.kind,
                    "file": run.file_sha256,
                    "created": run.created,
                    "updated": run.updated,
                    "unchanged": run.unchanged,
                    "rejected": run.rejected,
                },
            )

    def _ids(self, row: Row) -> list[Key] | Rejected:
        if row.problem:
            return Rejected(row.problem)
        try:
            return self.mapper.ids(row)
        except Rejected as rejected:
            return rejected

    def _is_repeat(self, ids: list[Key] | Rejected) -> bool:
        if isinstance(ids, Rejected) or not ids:
            return False
        mark = hash(ids[0])
        if mark in self._seen:
            return True
        self._seen.add(mark)
        return False

    def _take(self, rows: list[Row], ids: list[list[Key] | Rejected], repeats: list[bool]) -> None:
        try:
            with transaction.atomic():
                self._write(rows, self._outcomes(rows, ids, repeats))
        except (IntegrityError, DataError) as error:
            self.context.run.refresh_from_db()
            if len(rows) == 1:
                with transaction.atomic():
                    self._write(rows, [Rejected(_("The database refuses this row: %s") % _first_line(error))])
                return
            half = len(rows) // 2
            self._take(rows[:half], ids[:half], repeats[:half])
            self._take(rows[half:], ids[half:], repeats[half:])

    def _outcomes(
        self, rows: list[Row], ids: list[list[Key] | Rejected], repeats: list[bool]
    ) -> list[Outcome]:
        known = self.target.digests({key for one in ids if isinstance(one, list) for key in one[:1]})
        outcomes: list[Outcome] = []
        records: list[Record] = []
        places: list[int] = []
        for place, (row, one, is_repeat) in enumerate(zip(rows, ids, repeats, strict=True)):
            outcome = one if isinstance(one, Rejected) else self._prepared(row, one, is_repeat, known)
            if isinstance(outcome, Record):
                records.append(outcome)
                places.append(place)
                outcome = UNCHANGED
            outcomes.append(outcome)
        if records:
            for place, outcome in zip(places, self.target.take(records, self.context), strict=True):
                outcomes[place] = outcome
        return outcomes

    def _prepared(
        self, row: Row, ids: list[Key], is_repeat: bool, known: dict[Key, int | None]
    ) -> Outcome | Record:
        digest = None if is_repeat or not ids else self.mapper.digest(row)
        if digest is not None and known.get(ids[0]) == digest:
            return UNCHANGED
        try:
            record = self.mapper.record(row, ids, digest)
        except Rejected as rejected:
            return rejected
        record.is_repeat = is_repeat
        return record

    def _write(self, rows: list[Row], outcomes: list[Outcome]) -> None:
        """Write rejects and the checkpoint in the transaction of the rows they speak of."""
        run = self.context.run
        rejects = [
            (run.pk, row.line, Mapper.json_cells(row), str(outcome))
            for row, outcome in zip(rows, outcomes, strict=True)
            if isinstance(outcome, Rejected)
        ]
        copy_rows(ImportReject, ("run_id", "line", "row", "reason"), rejects)
        counts = {name: getattr(run, name) + outcomes.count(name) for name in (CREATED, UPDATED, UNCHANGED)}
        counts["rejected"] = run.rejected + len(rejects)
        counts["rows_done"] = run.rows_done + len(rows)
        unfinished = ImportRun.objects.filter(pk=run.pk, rows_done=run.rows_done, finished_at=None)
        if not unfinished.update(**counts):
            raise RunTaken(_("Another process is importing this file."))
        for name, value in counts.items():
            setattr(run, name, value)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
