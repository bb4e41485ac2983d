"""Marks that a lead's facts changed: left by every writer of facts, taken up by the judge."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from leads import setbased
from leads.models import FactChange, Lead


def mark(*, lead_ids: Iterable[int], since: datetime, now: datetime, is_history: bool = False) -> int:
    """Note in one statement that facts of these leads changed; call it in the writer's transaction.

    `since` is the earliest moment at which a changed fact became true; a mark that waits
    already keeps the earlier one, and stays history only if all changes are.
    """
    condition, ids = setbased.ids_in(sorted(set(lead_ids)))
    return _mark(f"id {condition}", [ids], min(since, now), is_history)


def mark_all(*, since: datetime) -> int:
    """Note for every living lead that it must be judged anew, as under a new version."""
    return _mark("merged_into_id IS NULL", [], since, False)


def _mark(condition: str, parameters: list[object], since: datetime, is_history: bool) -> int:
    table = connection.ops.quote_name(FactChange._meta.db_table)
    # Ordered by id, so that two writers never wait for each other crosswise.
    sql = f"""
        INSERT INTO {table} (lead_id, since, is_history, marks)
        SELECT id, %s, %s, 1 FROM {Lead._meta.db_table} WHERE {condition} ORDER BY id
        ON CONFLICT (lead_id) DO UPDATE SET
            since = {setbased.least()}({table}.since, excluded.since),
            is_history = {table}.is_history AND excluded.is_history,
            marks = {table}.marks + 1
    """  # noqa: S608 (names only)
    moment = FactChange._meta.get_field("since").get_db_prep_save(since, connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment, is_history, *parameters])
        return int(cursor.rowcount)
