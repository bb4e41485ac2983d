"""Reading a file chunk by chunk into a target: results, checkpoints, and the row that spoils nothing."""

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from django.db import DataError, IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from leads import audit, bulk
from leads.importing import apart, workbooks
from leads.importing.ahead import ahead
from leads.importing.forgotten import Forgotten
from leads.importing.mapping import SourceMapping
from leads.importing.preparing import Prepared, Preparing
from leads.importing.reader import Row, Sheet
from leads.importing.records import Erased, Mapper, Record, Rejected
from leads.importing.targets import CREATED, REJECTED, UNCHANGED, UPDATED, Context, Outcome, Target
from leads.models import ImportReject, ImportRun, User
from leads.setbased import copy_rows

CHUNK = 4000
#: Bytes of a file that is read in about as long as it takes to copy a process.
WORTH_A_PROCESS = 1_000_000


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
    brought_at: datetime | None = None,
    is_dry: bool = False,
    progress: Callable[[int, float], None] = lambda done, share: None,
    finish: Callable[[ImportRun, list[str]], None] = lambda run, header: None,
) -> ImportRun:
    """Import a file and return its run with the counts; an unfinished run of the same file goes on.

    `finish` is called with the run and the file's header once all rows are done, also on a dry
    run, of which nothing is left afterwards. Nobody is brought back who was erased since `brought_at`,
    which is `now` where it is not told. Raises UnreadableFile and RunTaken.
    """
    optional = [name for cell in mapping.cells() if cell.is_optional for name in cell.columns]
    columns = [name for cell in mapping.cells() for name in cell.columns]
    with workbooks.delimited(path) as text, bulk.undisturbed(), _undone(is_dry=is_dry):
        sheet = Sheet(text, mapping.layout, columns, optional)
        found, is_known = _open_run(path, mapping, target, now, actor, as_of, version_ref)
        preparing = Preparing(Mapper(mapping, sheet), target, is_eager=not is_known)
        forgotten = Forgotten(target, since=brought_at or now, is_dry=is_dry)
        work = _Work(Context(found, mapping, now, as_of, actor), preparing, target, forgotten)
        with _beside(preparing.chunks(sheet, CHUNK), size=text.stat().st_size) as chunks:
            for prepared in ahead(chunks):
                work.take(prepared)
                # Only between chunks, of which each makes many objects.
                gc.collect(0)
                progress(work.read, prepared.share)
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
) -> tuple[ImportRun, bool]:
    """Return the unfinished run of the same file, mapping and day, or a new one; and whether one is done."""
    with path.open("rb") as file:
        file_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    same = {
        "kind": target.shape.target,
        "file_sha256": file_sha256,
        "mapping_sha256": mapping.sha256,
        "as_of": as_of,
        "version_ref": version_ref,
    }
    last = ImportRun.objects.filter(**same).order_by(F("finished_at").desc(nulls_first=True), "-id").first()
    if last and last.finished_at is None:
        return last, False
    made = ImportRun.objects.create(
        **same, file_name=path.name[:255], mapping=mapping.document, actor=actor, started_at=now
    )
    return made, last is not None


class _Work:
    """One run at work: knows which rows were done before."""

    def __init__(self, context: Context, preparing: Preparing, target: Target, forgotten: Forgotten) -> None:
        self.context, self.preparing, self.target = context, preparing, target
        self.forgotten = forgotten
        self.read = 0
        self._done_before = context.run.rows_done

    def take(self, prepared: Prepared) -> None:
        """Write the rows that are not done yet; where they fail together, each half alone."""
        count = len(prepared.rows)
        done = min(max(self._done_before - self.read, 0), count)
        self.read += count
        if done < count:
            unchanged = self.context.run.unchanged
            self._take(prepared.part(done))
            self.preparing.is_eager.value = self.context.run.unchanged - unchanged < count // 2

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

    def _take(self, prepared: Prepared) -> None:
        try:
            with transaction.atomic():
                self.forgotten.begin()
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

    def _outcomes(self, prepared: Prepared) -> list[Outcome]:
        known = self.target.digests({one[0] for one in prepared.ids if isinstance(one, list) and one})
        outcomes: list[Outcome] = [UNCHANGED] * len(prepared.rows)
        told = [
            place
            for place, (ids, digest) in enumerate(zip(prepared.ids, prepared.digests, strict=True))
            if digest is None or known.get(ids[0]) != digest  # type: ignore[index]  # only a row with ids has one
        ]
        self.preparing.complete(prepared, told)
        records: list[Record] = []
        places: list[int] = []
        for place in told:
            record = prepared.records[place]
            if refused := self.forgotten.refusal(prepared.rows[place], prepared.ids[place], record):
                outcomes[place] = refused
            elif isinstance(record, Record):
                records.append(record)
                places.append(place)
            elif record is not None:
                outcomes[place] = record
        if records:
            for place, outcome in zip(places, self.target.take(records, self.context), strict=True):
                outcomes[place] = outcome
        return outcomes

    def _write(self, rows: list[Row], outcomes: list[Outcome]) -> None:
        """Write rejects and the checkpoint in the transaction of the rows they speak of."""
        run = self.context.run
        rejects = [
            (run.pk, row.line, "[]" if isinstance(outcome, Erased) else Mapper.json_cells(row), str(outcome))
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
def _beside(chunks: Iterator[Prepared], *, size: int) -> Iterator[Iterator[Prepared]]:
    """Let a large file be read by another process, where there may be one."""
    if size < WORTH_A_PROCESS or not apart.is_possible():
        yield chunks
        return
    with apart.apart(chunks) as received:
        yield received


@contextmanager
def _undone(*, is_dry: bool) -> Iterator[None]:
    """Take back what a dry run wrote."""
    if not is_dry:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
