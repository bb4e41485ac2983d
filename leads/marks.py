"""Marks that a lead's facts changed: left by every writer of facts, taken up by the judge."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet

from leads import among, bulk, kept, moments, setbased
from leads.models import FactChange, Lead

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
#: Names the one lock between marking all leads and whoever writes a fact without a mark.
_LOCK = 5_051


class Mark(NamedTuple):
    """A mark as it was seen."""

    lead_id: int
    since: datetime
    is_history: bool
    marks: int
    renewals: int

    @property
    def is_renewal(self) -> bool:
        """Tell whether no fact changed since the lead was judged: only an agreement did."""
        return self.marks == self.renewals


def mark(*, lead_ids: Iterable[int], since: datetime, now: datetime, is_history: bool = False) -> int:
    """Note in one statement that facts of these leads changed; call it in the writer's transaction.

    `since` is the earliest moment at which a changed fact became true; a mark that waits
    already keeps the earlier one, and stays history only if all changes are.
    """
    ids = sorted(set(lead_ids))
    condition, parameter = among.ids_in(ids)
    with setbased.bound_cursor(len(ids)) as cursor:
        cursor.execute(_marking(f"id {condition}"), [_at(min(since, now)), is_history, parameter])
        return int(cursor.rowcount)


def mark_one(*, lead_id: int, since: datetime, now: datetime, is_history: bool = False) -> Mark:
    """Note that facts of a lead changed, as `mark` does, and return its mark as it stands now."""
    with setbased.bound_cursor(1) as cursor:
        sql = f"{_marking('id = %s')} RETURNING lead_id, CAST(since AS text), is_history, marks, renewals"
        cursor.execute(sql, [_at(min(since, now)), is_history, lead_id])
        pk, began, was_history, *raised = cursor.fetchone()
        return Mark(pk, moments.read(began), bool(was_history), *raised)


def mark_each(*, since: Mapping[int, datetime], now: datetime, is_history: bool = False) -> int:
    """Note for each lead from when on its facts changed, as `mark` does for several with one moment."""
    rows = [
        {"lead_id": lead_id, "since": min(at, now), "is_history": is_history, "marks": 1, "retry_at": None}
        for lead_id, at in sorted(since.items())
    ]
    merge = {"since": "least", "is_history": "both", "marks": "increment"}
    return setbased.upsert_rows(FactChange, rows, key="lead_id", merge=merge)


def hold() -> None:
    """Let not all leads be marked until the transaction ends, for a fact that is written without a mark.

    Whoever marks them then waits, and its judge sees the fact; SQLite has but one writer anyway.
    """
    if connection.vendor == "postgresql":
        with setbased.bound_cursor(1) as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def mark_all(*, since: datetime) -> int:
    """Note for every living lead that it must be judged anew by what is known: an agreement changed."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        is_alive = "merged_into_id IS NULL AND erased_at IS NULL"
        cursor.execute(_marking(is_alive, renewals=1), [_at(since), False])
        return int(cursor.rowcount)


def waiting(
    now: datetime, limit: int, share: tuple[int, int] = (0, 1), after: Mark | None = None
) -> list[Mark]:
    """Return marks to be taken up, the oldest first, without those set aside for later.

    With a `share` (k, n) only those of leads whose id leaves k divided by n: several may work beside
    each other. With `after` only those behind that mark.
    """
    found, (part, parts) = due(now).order_by("since", "pk"), share
    if parts > 1:
        found = found.annotate(rest=F("pk") % parts).filter(rest=part)
    steps = [found]
    if after:  # each begins within the index
        steps = [found.filter(since=after.since, pk__gt=after.lead_id), found.filter(since__gt=after.since)]
    seen: list[Mark] = []
    with bulk.in_order():
        for step in steps:
            if len(seen) < limit:
                seen += _read(_columns(step[: limit - len(seen)]))
    return seen


class Walk:
    """Waiting marks, part by part in their order; behind the last part the walk is at the front again.

    What was cleared stays in the index for a while. Whoever looked from the front each time would step over
    all of it, in a time that grows with the square of what waits.
    """

    def __init__(self, share: tuple[int, int] = (0, 1)) -> None:
        self.share = share
        self._last: Mark | None = None

    @property
    def is_at_front(self) -> bool:
        return self._last is None

    def take(self, now: datetime, limit: int) -> list[Mark]:
        """Return the next marks, as `waiting` does."""
        found = waiting(now, limit, self.share, self._last)
        self._last = found[-1] if len(found) == limit else None
        return found


def due(now: kept.Moment) -> QuerySet[FactChange]:
    """Return the marks that are to be taken up, without those set aside for later."""
    return FactChange.objects.filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now))


def of(lead_ids: Iterable[int]) -> list[Mark]:
    """Return the marks of some leads, as far as they have one."""
    return _read(_of(leads=lead_ids))


@kept.question
def _of() -> QuerySet[Any, Any]:
    return _columns(FactChange.objects.filter(pk__among=kept.ids("leads")))


def _columns(found: QuerySet[FactChange]) -> QuerySet[Any, Any]:
    return found.values_list("pk", moments.written("since"), "is_history", "marks", "renewals")


def _read(rows: Iterable[Any]) -> list[Mark]:
    """Read marks; most were left by one statement and share their moment."""
    read = cache(moments.read)
    return [Mark(pk, read(since), *rest) for pk, since, *rest in rows]


def clear(seen: Iterable[Mark]) -> list[Mark]:
    """Delete marks that are still as they were seen and return those that were gone.

    One raised meanwhile stays and is judged again. One that is gone was judged by somebody else, perhaps
    by later facts than ours and before we wrote; so was one in whose place stands that of a new agreement.
    """
    seen = list(seen)
    by_marks: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for one in seen:
        by_marks[one.marks, one.renewals].append(one.lead_id)
    table = connection.ops.quote_name(FactChange._meta.db_table)
    cleared: set[int] = set()
    for raised, ids in by_marks.items():
        condition, parameter = among.ids_in(ids)
        as_seen = f"marks = %s AND renewals = %s AND lead_id {condition}"
        with setbased.bound_cursor(len(ids)) as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE {as_seen} RETURNING lead_id",  # noqa: S608 (names only)
                [*raised, parameter],
            )
            cleared.update(lead_id for (lead_id,) in cursor.fetchall())
    left = [one for one in seen if one.lead_id not in cleared]
    if not left:
        return []
    changed = FactChange.objects.filter(marks__gt=F("renewals"))
    there = changed.filter(pk__in=among.ids(one.lead_id for one in left))
    raised_meanwhile = set(there.values_list("pk", flat=True))
    return [one for one in left if one.lead_id not in raised_meanwhile]


def set_aside(*, lead_id: int, error: str, now: datetime) -> None:
    """Put a lead that could not be judged aside, for a while that doubles with each attempt."""
    change, _ = FactChange.objects.get_or_create(pk=lead_id, defaults={"since": now})
    wait = min(FIRST_WAIT * 2 ** min(change.attempts, 10), LONGEST_WAIT)
    FactChange.objects.filter(pk=lead_id).update(
        attempts=F("attempts") + 1, retry_at=now + wait, error=error[:2000]
    )


def _marking(condition: str, renewals: int = 0) -> str:
    """Return the statement that marks leads; its first places are the moment, and whether it is history."""
    table = connection.ops.quote_name(FactChange._meta.db_table)
    # Ordered by id, so that two writers never wait for each other crosswise.
    return f"""
        INSERT INTO {table} (lead_id, since, is_history, marks, renewals, attempts, error)
        SELECT id, %s, %s, 1, {renewals:d}, 0, '' FROM {Lead._meta.db_table} WHERE {condition} ORDER BY id
        ON CONFLICT (lead_id) DO UPDATE SET
            since = {setbased.least()}({table}.since, excluded.since),
            is_history = {table}.is_history AND excluded.is_history,
            marks = {table}.marks + 1,
            renewals = {table}.renewals + {renewals:d},
            retry_at = NULL
    """  # noqa: S608 (names only)


def _at(moment: datetime) -> Any:
    return FactChange._meta.get_field("since").get_db_prep_save(moment, connection)
