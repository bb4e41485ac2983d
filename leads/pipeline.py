"""Several statements sent together and answered together, where each way to the database counts."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Send what the block asks by `Question.ahead` in one go; all is answered where the block ends.

    The statements run in their order, and each sees what was committed before it. What fails is raised at
    the end of the block; nothing within it may look at an answer. SQLite, to which there is no way, answers
    at once.
    """
    here: Any = connections[DEFAULT_DB_ALIAS]
    if here.vendor != "postgresql":
        yield
        return
    here.ensure_connection()
    with here.wrap_database_errors, here.connection.pipeline():
        yield


def rows_of(cursor: Any) -> Callable[[], list[tuple[Any, ...]]]:
    """Return what gives the rows of a statement once, and closes its cursor.

    Whenever they are fetched, PostgreSQL gives them as they were answered. SQLite would find them only
    then, so there they are fetched at once.
    """

    def fetched() -> list[tuple[Any, ...]]:
        with cursor:
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    if cursor.db.vendor == "postgresql":
        return fetched
    found = fetched()
    return lambda: found
