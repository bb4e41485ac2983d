"""Reading rows as far as that goes without the database, beside the writing."""

from collections.abc import Iterator
from itertools import islice
from multiprocessing import RawValue
from typing import NamedTuple

from leads.importing.reader import Row, Sheet
from leads.importing.records import Key, Mapper, Record, Rejected
from leads.importing.targets import Target


class Prepared(NamedTuple):
    """Some rows, and how much of the file is read with them; a record may be made later."""

    rows: list[Row]
    ids: list[list[Key] | Rejected]
    repeats: list[bool]
    digests: list[int | None]
    records: list[Record | Rejected | None]
    share: float

    def part(self, start: int, end: int | None = None) -> "Prepared":
        """Return some of the rows."""
        return Prepared(
            self.rows[start:end],
            self.ids[start:end],
            self.repeats[start:end],
            self.digests[start:end],
            self.records[start:end],
            self.share,
        )


class Preparing:
    """Makes records of a file's rows, and knows which ids stood in it already."""

    def __init__(self, mapper: Mapper, target: Target, *, is_eager: bool) -> None:
        self._mapper, self._target = mapper, target
        self._seen: set[int] = set()
        #: Whether most rows are new, so that records are worth making before the ids are looked up.
        #: Told by the writer, so both processes must see it.
        self.is_eager = RawValue("b", is_eager)

    def chunks(self, sheet: Sheet, size: int) -> Iterator[Prepared]:
        """Yield all rows, so many at a time."""
        rows = iter(sheet)
        first = next(rows, None)
        while first is not None:
            chunk = [first, *islice(rows, size - 1)]
            first = next(rows, None)  # Asked for now, so that the last chunk tells that it is the last.
            yield self._prepare(chunk, sheet.share())

    def record(self, prepared: Prepared, place: int) -> Record | Rejected:
        """Return the record of one row, made now if it was not yet, or why there is none."""
        return prepared.records[place] or self._record(prepared, place)

    def _prepare(self, rows: list[Row], share: float) -> Prepared:
        ids = [self._ids(row) for row in rows]
        repeats = [self._is_repeat(one) for one in ids]
        digests = [
            None if is_repeat or isinstance(one, Rejected) or not one else self._mapper.digest(row)
            for row, one, is_repeat in zip(rows, ids, repeats, strict=True)
        ]
        prepared = Prepared(rows, ids, repeats, digests, [None] * len(rows), share)
        if self.is_eager.value:
            prepared.records[:] = [self._record(prepared, place) for place in range(len(rows))]
        return prepared

    def _ids(self, row: Row) -> list[Key] | Rejected:
        if row.problem:
            return Rejected(row.problem)
        try:
            return self._mapper.ids(row)
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

    def _record(self, prepared: Prepared, place: int) -> Record | Rejected:
        ids = prepared.ids[place]
        if isinstance(ids, Rejected):
            return ids
        try:
            record = self._mapper.record(prepared.rows[place], ids, prepared.digests[place])
        except Rejected as rejected:
            return rejected.alone()
        record.is_repeat = prepared.repeats[place]
        record.said = self._target.prepare(record, self._mapper.mapping)
        return record
