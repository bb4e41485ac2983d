"""Several statements sent together and answered together, where each way to the database counts."""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

#: What waits for the answers of the running block; None outside of one, and always on SQLite.
_waiting: ContextVar[list[Callable[[], object]] | None] = ContextVar("pipeline_waiting", default=None)


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Send what the block asks by `Question.ahead` in one go; all is answered where the block ends.

    The statements run in their order, and each sees what was committed before it. What fails is raised at
    the end of the block; whoever looks at an answer within it pays a way for it. A block within another
    ends with that one. SQLite, to which there is no way, answers at once.
    """
    here: Any = connections[DEFAULT_DB_ALIAS]
    if here.vendor != "postgresql" or _waiting.get() is not None:
        yield
        return
    here.ensure_connection()
    waiting: list[Callable[[], object]] = []
    token = _waiting.set(waiting)
    try:
        with here.wrap_database_errors, here.connection.pipeline():
            yield
    finally:
        _waiting.reset(token)
    for look in waiting:
        look()


def afterwards(look: Callable[[], object]) -> None:
    """Call what looks at an answer when it costs no way: now, or where the outermost block ends."""
    waiting = _waiting.get()
    if waiting is None:
        look()
    else:
        waiting.append(look)


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
