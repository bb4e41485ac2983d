"""Doing the next piece of work in the background while this one is being written."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar, cast

from django.utils import translation

T = TypeVar("T")
_PATIENCE_SECONDS = 0.2


class _Background(Generic[T]):
    """A thread that makes items and hands them over one at a time; an error is handed over last."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = items
        self._waiting: Queue[tuple[bool, T | BaseException | None]] = Queue(maxsize=1)
        self._is_stopped = Event()
        self._language = translation.get_language()  # a thread begins with none
        self._thread = Thread(target=self._fill, name="import-ahead", daemon=True)
        self._thread.start()

    def take(self) -> tuple[bool, T | BaseException | None]:
        """Return whether there is an item, and the item, or else the error that ended them."""
        return self._waiting.get()

    def stop(self) -> None:
        """End the thread, which may be waiting for somebody to take its item."""
        self._is_stopped.set()
        while self._thread.is_alive():
            with suppress(Empty):
                self._waiting.get_nowait()
            self._thread.join(_PATIENCE_SECONDS)

    def _fill(self) -> None:
        try:
            with translation.override(self._language):
                for item in self._items:
                    self._put((True, item))
                    if self._is_stopped.is_set():
                        return
        except Exception as error:
            self._put((False, error))
        else:
            self._put((False, None))

    def _put(self, item: tuple[bool, T | BaseException | None]) -> None:
        while not self._is_stopped.is_set():
            with suppress(Full):
                self._waiting.put(item, timeout=_PATIENCE_SECONDS)
                return


def ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield the items, the next one being made in a thread meanwhile; errors arrive in their place.

    What makes the items must not touch the database: its connection belongs to this thread.
    """
    background = _Background(items)
    try:
        while True:
            is_item, item = background.take()
            if is_item:
                yield cast(T, item)
            elif isinstance(item, BaseException):
                raise item
            else:
                return
    finally:
        background.stop()
