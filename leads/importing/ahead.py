"""Doing the next piece of work in the background while this one is being written."""

from collections.abc import Iterable, Iterator
from contextvars import copy_context
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")
_PATIENCE_SECONDS = 0.2


class _End:
    """What comes after the last item: nothing, or the error that ended them."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield the items, the next one being made in a thread meanwhile; errors arrive in their place.

    What makes the items must not touch the database: its connection belongs to this thread.
    """
    waiting: Queue[T | _End] = Queue(maxsize=1)
    stopped = Event()

    def put(item: T | _End) -> None:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=_PATIENCE_SECONDS)
                return
            except Full:
                continue

    def fill() -> None:
        end = _End()
        try:
            for item in items:
                put(item)
                if stopped.is_set():
                    return
        except BaseException as error:
            end = _End(error)
        put(end)

    thread = Thread(target=copy_context().run, args=(fill,), name="import-ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = waiting.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stopped.set()
        while thread.is_alive():
            try:
                waiting.get_nowait()
            except Empty:
                thread.join(_PATIENCE_SECONDS)
