"""How PostgreSQL is told that a bulk comes, mostly until the commit, or has come; nothing on SQLite."""

import contextlib

from django.db import ProgrammingError, connection, transaction


def prefer_loading() -> None:
    """Let inverted indexes collect more new entries before they sort them in, until the commit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL gin_pending_list_limit = '64MB'; SET LOCAL work_mem = '64MB'")


def prefer_indexes() -> None:
    """Let reading by spans of ids follow indexes until the commit: one span must not scan a whole table."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL random_page_cost = 1.1")


def look_at_tables() -> None:
    """Gather statistics now: by those of empty tables each statement over many new rows may take seconds."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def settle_index(name: str) -> None:
    """Sort into an inverted index what it has collected; a role that may not leaves it to the database."""
    if connection.vendor == "postgresql":
        with contextlib.suppress(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [name])
