"""Reading a file chunk by chunk into a target: results, checkpoints, and the row that spoils nothing."""

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from leads import audit
from leads.importing import workbooks
from leads.importing.ahead import ahead
from leads.importing.mapping import SourceMapping
from leads.importing.reader import Row, Sheet
from leads.importing.records import Key, Mapper, Record, Rejected
from leads.importing.targets import CREATED, REJECTED, UNCHANGED, UPDATED, Context, Outcome, Target
from leads.models import ImportReject, ImportRun, User
from leads.setbased import copy_rows

CHUNK = 4000


class RunTaken(Exception):
    """Another process works on the same unfinished run."""


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
    with workbooks.delimited(path) as text, _undisturbed(is_dry=is_dry):
        sheet = Sheet(text, mapping.layout, columns, optional)
        found = _open_run(path, mapping, target, now, actor, as_of, version_ref)
        work = _Work(Context(found, mapping, now, as_of, actor), Mapper(mapping, sheet), target)
        for prepared in ahead(work.prepare(rows) for rows in _chunks(iter(sheet), CHUNK)):
            work.take(prepared)
            gc.collect(0)
            progress(work.read, sheet.share())
        work.close()
        finish(found, sheet.header)
    return found


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


class _Prepared(NamedTuple):
    """Some rows, read as far as that goes without the database; a record may be made later."""

    rows: list[Row]
    ids: list[list[Key] | Rejected]
    repeats: list[bool]
    digests: list[int | None]
    records: list[Record | Rejected | None]

    def part(self, start: int, end: int | None = None) -> "_Prepared":
        """Return some of the rows."""
        return _Prepared(
            self.rows[start:end],
            self.ids[start:end],
            self.repeats[start:end],
            self.digests[start:end],
            self.records[start:end],
        )


class _Work:
    """One run at work: knows which rows were done before and which ids stood in the file already."""

    def __init__(self, context: Context, mapper: Mapper, target: Target) -> None:
        self.context, self.mapper, self.target = context, mapper, target
        self.read = 0
        self._seen: set[int] = set()
        self._done_before = context.run.rows_done
        #: Whether most rows are new, so that records are worth making before the ids are looked up.
        self._is_eager = True

    def prepare(self, rows: list[Row]) -> _Prepared:
        """Read what rows say; runs beside `take` and never touches the database."""
        ids = [self._ids(row) for row in rows]
        repeats = [self._is_repeat(one) for one in ids]
        digests = [
            None if is_repeat or isinstance(one, Rejected) or not one else self.mapper.digest(row)
            for row, one, is_repeat in zip(rows, ids, repeats, strict=True)
        ]
        prepared = _Prepared(rows, ids, repeats, digests, [None] * len(rows))
        if self._is_eager:
            for place in range(len(rows)):
                prepared.records[place] = self._record(prepared, place)
        return prepared

    def take(self, prepared: _Prepared) -> None:
        """Write the rows that are not done yet; where they fail together, each half alone."""
        count = len(prepared.rows)
        done = min(max(self._done_before - self.read, 0), count)
        self.read += count
        if done < count:
            unchanged = self.context.run.unchanged
            self._take(prepared.part(done))
            self._is_eager = self.context.run.unchanged - unchanged < count // 2

    def close(self) -> None:
        """Mark the run as finished and write its one line of the log."""
        run, now = self.context.run, self.context.now
        self.target.close()
        if run.finished_at is not None:
            return
        counts = {name: getattr(run, name) for name in (CREATED, UPDATED, UNCHANGED, REJECTED)}
        with transaction.atomic():
            run.finished_at = now
            run.save(update_fields=["finished_at"])
            audit.record(
                stream=f"import:{run.pk}",
                verb="imported",
                subject_type="import_run",
                subject_id=run.pk,
                actor=self.context.actor,
                at=now,
                data={"kind": run.kind, "file": run.file_sha256, **counts},
            )

    def _ids(self, row: Row) -> list[Key] | Rejected:
        if row.problem:
            return Rejected(row.problem)
        try:
            return self.mapper.ids(row)
        except Rejected as rejected:
            return rejected.alone()

    def _is_repeat(self, ids: list[Key] | Rejected) -> bool:
        if isinstance(ids, Rejected) or not ids:
            return False
        mark = hash(ids[0])
        if mark in self._seen:
            return True
        self._seen.add(mark)
        return False

    def _record(self, prepared: _Prepared, place: int) -> Record | Rejected:
        ids = prepared.ids[place]
        if isinstance(ids, Rejected):
            return ids
        try:
            record = self.mapper.record(prepared.rows[place], ids, prepared.digests[place])
        except Rejected as rejected:
            return rejected.alone()
        record.is_repeat = prepared.repeats[place]
        return record

    def _take(self, prepared: _Prepared) -> None:
        try:
            with transaction.atomic():
                self._write(prepared.rows, self._outcomes(prepared))
        except (IntegrityError, DataError) as error:
            self.context.run.refresh_from_db()
            if len(prepared.rows) == 1:
                with transaction.atomic():
                    self._write(
                        prepared.rows, [Rejected(_("The database refuses this row: %s") % _first_line(error))]
                    )
                return
            half = len(prepared.rows) // 2
            self._take(prepared.part(0, half))
            self._take(prepared.part(half))

    def _outcomes(self, prepared: _Prepared) -> list[Outcome]:
        known = self.target.digests({one[0] for one in prepared.ids if isinstance(one, list) and one})
        outcomes: list[Outcome] = [UNCHANGED] * len(prepared.rows)
        records: list[Record] = []
        places: list[int] = []
        for place, (ids, digest) in enumerate(zip(prepared.ids, prepared.digests, strict=True)):
            if digest is not None and known.get(ids[0]) == digest:  # type: ignore[index]  # only a row with ids has one
                continue
            record = prepared.records[place] or self._record(prepared, place)
            if isinstance(record, Rejected):
                outcomes[place] = record
            else:
                records.append(record)
                places.append(place)
        if records:
            for place, outcome in zip(places, self.target.take(records, self.context), strict=True):
                outcomes[place] = outcome
        return outcomes

    def _write(self, rows: list[Row], outcomes: list[Outcome]) -> None:
        """Write rejects and the checkpoint in the transaction of the rows they speak of."""
        run = self.context.run
        rejects = [
            (run.pk, row.line, Mapper.json_cells(row), str(outcome))
            for row, outcome in zip(rows, outcomes, strict=True)
            if isinstance(outcome, Rejected)
        ]
        if rejects:
            copy_rows(ImportReject, ("run_id", "line", "row", "reason"), rejects)
        counts = {name: getattr(run, name) + outcomes.count(name) for name in (CREATED, UPDATED, UNCHANGED)}
        counts[REJECTED] = run.rejected + len(rejects)
        counts["rows_done"] = run.rows_done + len(rows)
        unfinished = ImportRun.objects.filter(pk=run.pk, rows_done=run.rows_done, finished_at=None)
        if not unfinished.update(**counts):
            raise RunTaken(_("Another process is importing this file."))
        for name, value in counts.items():
            setattr(run, name, value)


@contextmanager
def _undisturbed(*, is_dry: bool) -> Iterator[None]:
    """Let the garbage collector come between chunks only, as rows make many objects; undo a dry run."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        if is_dry:
            with transaction.atomic():
                yield
                transaction.set_rollback(True)
        else:
            yield
    finally:
        if was_enabled:
            gc.enable()


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
