"""Reading rows as far as that goes without the database, beside the writing."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from multiprocessing import RawValue
from typing import Any, NamedTuple

from leads.importing.columns import Split, joined, split
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

    def __reduce__(self) -> tuple[Callable[..., "Prepared"], tuple[Any, ...]]:
        """Travel to another process by column."""
        made = [one for one in self.records if isinstance(one, Record)]
        others = [True if isinstance(one, Record) else one for one in self.records]
        return _received, (
            split(self.rows),
            self.ids,
            self.repeats,
            self.digests,
            split(made),
            others,
            self.share,
        )


def _received(
    rows: Split, ids: Any, repeats: Any, digests: Any, made: Split, others: Any, share: float
) -> Prepared:
    records = iter(joined(*made))
    every = [next(records) if one is True else one for one in others]
    return Prepared([*joined(*rows)], ids, repeats, digests, every, share)


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

    def complete(self, prepared: Prepared, places: Iterable[int]) -> None:
        """Make the records of these rows, or tell why there are none, where that was not done yet."""
        missing = [place for place in places if prepared.records[place] is None]
        rows, ids, digests = prepared.rows, prepared.ids, prepared.digests
        read = [(rows[place], ids[place], digests[place]) for place in missing]
        for place, record in zip(missing, self._mapper.records(read), strict=True):
            if isinstance(record, Record):
                record.is_repeat = prepared.repeats[place]
                record.said = self._target.prepare(record, self._mapper.mapping)
            prepared.records[place] = record

    def _prepare(self, rows: list[Row], share: float) -> Prepared:
        ids = self._mapper.ids(rows)
        repeats = [self._is_repeat(one) for one in ids]
        digests = [
            None if is_repeat or isinstance(one, Rejected) or not one else self._mapper.digest(row)
            for row, one, is_repeat in zip(rows, ids, repeats, strict=True)
        ]
        records: list[Record | Rejected | None] = [one if isinstance(one, Rejected) else None for one in ids]
        prepared = Prepared(rows, ids, repeats, digests, records, share)
        if self.is_eager.value:
            self.complete(prepared, range(len(rows)))
        return prepared

    def _is_repeat(self, ids: list[Key] | Rejected) -> bool:
        if isinstance(ids, Rejected) or not ids:
            return False
        mark = hash(ids[0])
        if mark in self._seen:
            return True
        self._seen.add(mark)
        return False
