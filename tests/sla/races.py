"""Run the same thing in many threads at one moment, each with a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def at_once(calls: Sequence[Callable[[], Any]], seconds: float = 60) -> list[Any]:
    """Make all calls at one moment; return what each gave or raised, in their order."""
    barrier = threading.Barrier(len(calls))
    found: list[Any] = [None] * len(calls)

    def run(index: int) -> None:
        try:
            barrier.wait(seconds)
            found[index] = calls[index]()
        except Exception as error:  # what a thread raises would be lost
            found[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads)
    return found
