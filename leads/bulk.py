"""What makes way for a bulk: Python's collector, and PostgreSQL, mostly until the commit."""

import contextlib
import gc
from collections.abc import Iterator

from django.db import ProgrammingError, connection, transaction


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the garbage collector away meanwhile: rows by the thousand hold no circles that it could find."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


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


@contextlib.contextmanager
def in_order() -> Iterator[None]:
    """Let rows be read in the order of an index meanwhile: the first few must not sort a whole table.

    Of a table that was filled or emptied a moment ago PostgreSQL believes that a condition leaves few rows.
    """
    if connection.vendor != "postgresql":  # where a transaction would keep all writers away, too
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off; SET LOCAL max_parallel_workers_per_gather = 0")
        yield


def look_at_tables() -> None:
    """Gather statistics now: by those of empty tables each statement over many new rows may take seconds."""
    if connection.vendor == "postgresql":
        # Named, as all tables there are would be those of the whole server too, locked until the commit.
        names = connection.introspection.django_table_names(include_views=False)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, names))}")


def settle_index(name: str) -> None:
    """Sort into an inverted index what it has collected; a role that may not leaves it to the database."""
    if connection.vendor == "postgresql":
        with contextlib.suppress(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [name])
