"""The log of what people, keys, import runs and the ladder did, chained by hash within each stream."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from leads import setbased, storing
from leads.models import AuditEntry, User

#: By which way what is being done now came in; blank for commands and the worker.
_channel: ContextVar[str] = ContextVar("audit_channel", default="")


@contextmanager
def coming_by(channel: str) -> Iterator[None]:
    """Write the way with what people do within: `page`, `link` (in a letter), `chat`, `key`, `intake`."""
    token = _channel.set(channel)
    try:
        yield
    finally:
        _channel.reset(token)


def came_by(channel: str) -> None:
    """Say within `coming_by` that it is another way after all, as once a key is known."""
    _channel.set(channel)


@dataclass(frozen=True, slots=True)
class Record:
    """One act to be written down: ids and codes only, never personal data."""

    stream: str
    verb: str
    subject_type: str
    subject_id: int | None
    actor_id: int | None
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


def record(
    *,
    stream: str,
    verb: str,
    subject_type: str,
    subject_id: int | None,
    actor: User | None,
    at: datetime,
    data: dict[str, Any] | None = None,
) -> AuditEntry:
    """Append one act to its stream (`lead:<id>`, `agreement:<id>`, `system`) and return the entry.

    Must run in the transaction of the act. Writers of one stream wait for each other until it
    ends, so write the log after the rows it speaks of.
    """
    actor_id = actor.pk if actor else None
    return record_many([Record(stream, verb, subject_type, subject_id, actor_id, at, data or {})])[0]


def by_person(
    *, subject: str, subject_id: int, verb: str, actor: User | None, at: datetime, data: dict[str, Any]
) -> None:
    """Append what a person did to a thing to its stream; without one the import run or move tells of it."""
    if actor:
        record(
            stream=f"{subject}:{subject_id}",
            verb=verb,
            subject_type=subject,
            subject_id=subject_id,
            actor=actor,
            at=at,
            data=data,
        )


@transaction.atomic(savepoint=False)
def record_many(records: Sequence[Record]) -> list[AuditEntry]:
    """Append acts in their order, with one query for the ends of all chains and one to write."""
    _lock({record.stream for record in records})
    ends = _ends({record.stream for record in records})
    way = {"channel": _channel.get()} if _channel.get() else {}
    entries = []
    for one in records:
        seq, previous_hash = ends.get(one.stream, (0, ""))
        entry = AuditEntry(
            stream=one.stream,
            seq=seq + 1,
            at=one.at,
            actor_id=one.actor_id,
            verb=one.verb,
            subject_type=one.subject_type,
            subject_id=one.subject_id,
            data={**way, **one.data} if one.actor_id else one.data,
            previous_hash=previous_hash,
        )
        entry.hash = _hash(entry)
        ends[one.stream] = (entry.seq, entry.hash)
        entries.append(entry)
    storing.store(entries)
    return entries


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the chain found: entries counted again, of how many, and those that do not hold."""

    entries: int
    total: int
    broken: list[AuditEntry]

    @property
    def is_whole(self) -> bool:
        return self.entries == self.total


def check(*, most: int) -> Checked:
    """Check the chain: whole up to `most` entries, else the streams of the latest ones."""
    total = AuditEntry.objects.count()
    entries = AuditEntry.objects.order_by("stream", "seq")
    if total > most:
        newest = AuditEntry.objects.order_by("-pk").values_list("stream", flat=True)[: most // 10]
        entries = entries.filter(stream__in=list(dict.fromkeys(newest)))
    counted = _Counting(entries.iterator(chunk_size=2000))
    broken = list(_breaks(counted))
    return Checked(counted.count, total, broken)


def latest(*, limit: int, before: int | None = None, **columns: Any) -> list[AuditEntry]:
    """Return acts, the latest first; `before` is the id of the last one seen, `columns` narrow."""
    found = AuditEntry.objects.filter(**columns)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit])


def broken(stream: str | None = None) -> list[AuditEntry]:
    """Return the entries at which a chain does not hold: altered, out of place, or after a gap."""
    return list(breaks(stream))


def breaks(stream: str | None = None) -> Iterator[AuditEntry]:
    """Yield the entries at which a chain does not hold, reading a few at a time."""
    entries = AuditEntry.objects.order_by("stream", "seq")
    if stream is not None:
        entries = entries.filter(stream=stream)
    return _breaks(entries.iterator(chunk_size=2000))


class _Counting:
    """Passes entries on and counts them."""

    def __init__(self, entries: Iterable[AuditEntry]) -> None:
        self.entries, self.count = entries, 0

    def __iter__(self) -> Iterator[AuditEntry]:
        for entry in self.entries:
            self.count += 1
            yield entry


def _breaks(entries: Iterable[AuditEntry]) -> Iterator[AuditEntry]:
    stream, seq, previous_hash = "", 0, ""
    for entry in entries:
        if entry.stream != stream:
            stream, seq, previous_hash = entry.stream, 0, ""
        if (entry.seq, entry.previous_hash, entry.hash) != (seq + 1, previous_hash, _hash(entry)):
            yield entry
        seq, previous_hash = entry.seq, entry.hash


def _ends(streams: set[str]) -> dict[str, tuple[int, str]]:
    """Return the last number and hash of each stream; reads one entry of each, however long it is."""
    is_postgres = connection.vendor == "postgresql"
    given: str | list[str] = json.dumps(list(streams))
    listed = "json_each(%s) AS s"
    if len(streams) == 1:  # PostgreSQL takes an array for ten when it plans for any
        listed, given = "(SELECT CAST(%s AS text) AS value) AS s", next(iter(streams))
    elif is_postgres:
        listed, given = "unnest(%s::text[]) AS s(value)", list(streams)
    last = "SELECT MAX(seq) FROM leads_auditentry WHERE stream = s.value"
    with setbased.bound_cursor(len(streams)) as cursor:
        cursor.execute(
            f"SELECT e.stream, e.seq, e.hash FROM {listed}"  # noqa: S608 (words of ours)
            f" JOIN leads_auditentry e ON e.stream = s.value AND e.seq = ({last})",
            [given],
        )
        return {stream: (seq, digest) for stream, seq, digest in cursor.fetchall()}


def _lock(streams: set[str]) -> None:
    """Let one writer at a time find the end of a chain; SQLite knows but one writer anyway."""
    if connection.vendor != "postgresql":
        return
    # In the order of the numbers, so that two writers of several streams never wait crosswise.
    numbers = "SELECT hashtextextended('audit ' || s, 0) AS n FROM unnest(%s::text[]) AS s ORDER BY n"
    with setbased.bound_cursor(len(streams)) as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock(n) FROM ({numbers}) AS q", [list(streams)])  # noqa: S608 (numbers is SQL of ours)


def _hash(entry: AuditEntry) -> str:
    content = {
        "stream": entry.stream,
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor_id": entry.actor_id,
        "verb": entry.verb,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "data": entry.data,
        "previous_hash": entry.previous_hash,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
