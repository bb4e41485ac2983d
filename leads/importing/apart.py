"""Making the next pieces of work in a process of their own, so that two processors share an import."""

import gc
import multiprocessing
import pickle
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TypeVar

from django.utils.translation import gettext as _

from leads.importing.decoding import UnreadableFile

T = TypeVar("T")


def is_possible() -> bool:
    """Say whether this process may have children, and be copied: a thread would not be copied with it."""
    may_copy = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
    may_have_children = not multiprocessing.current_process().daemon
    return may_copy and may_have_children and threading.active_count() == 1


@contextmanager
def apart(items: Iterable[T]) -> Iterator[Iterator[T]]:
    """Give the items, made in another process, one or two at a time; it is gone after the block.

    What makes the items must not touch the database: its connection belongs to this process.
    Whatever ends the other process early, here it is an UnreadableFile.
    """
    # A copy of this process has read all our code already: one begun anew would need a second for that.
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_make, args=(items, ours, theirs), name="import-apart", daemon=True)
    process.start()
    theirs.close()
    try:
        yield _received(ours)
    finally:
        process.kill()
        process.join()
        ours.close()


def _make(items: Iterable[object], ours: Connection, theirs: Connection) -> None:
    """Send the items, each of which waits until there is room in the pipe, and how they ended."""
    ours.close()  # Else nobody would tell us that the other side is gone.
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The other side ends us when it is interrupted.
    try:
        for item in items:
            theirs.send_bytes(_packed(True, item))
            gc.collect(0)
    except BrokenPipeError:
        return
    except UnreadableFile as error:
        theirs.send_bytes(_packed(False, str(error)))
    except Exception as error:
        theirs.send_bytes(_packed(False, _broken_off(f"{type(error).__name__}: {error}")))
    else:
        theirs.send_bytes(_packed(False, ""))


def _received(ours: Connection) -> Iterator[T]:
    while True:
        try:
            is_item, item = pickle.loads(ours.recv_bytes())
        except (EOFError, OSError):  # between two items, or in the middle of one
            is_item, item = False, _broken_off(_("the process that read it was ended"))
        if is_item:
            yield item
        elif item:
            raise UnreadableFile(item)
        else:
            return


def _packed(is_item: bool, item: object) -> bytes:
    """Return what is sent; the pipe's own packing looks through a table for each object."""
    return pickle.dumps((is_item, item), pickle.HIGHEST_PROTOCOL)


def _broken_off(reason: str) -> str:
    text = _("Reading the file broke off (%s). Import it again: it goes on where it stopped.")
    return text % reason
