"""Carry tasks through files of the try-out home without losing any."""

import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    """Kombu's file channel with messages that appear whole and are taken by one reader only.

    The stock channel opens a message under its final name and writes afterwards, so that a reader
    may take an empty file; it takes messages by a move into the system's temporary folder, which
    is a copy when that is another disk; and it names them by a clock that starts again with the
    machine, which loses their order.
    """

    # Kombu's two classes above disagree about the name of the second argument.
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # kombu declares none of its types
        """Write `payload` under a hidden name, then give it its place in the order."""
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        draft = folder / f".{name}"
        with draft.open("wb") as file:
            file.write(dumps(payload).encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Take the oldest message of `queue`; raise `Empty` when there is none."""
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.startswith(".") or name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f".taken-{name}"
            try:
                os.rename(folder / name, taken)
            except FileNotFoundError:
                continue
            body = taken.read_bytes()
            taken.unlink()
            return loads(body.decode())
        raise Empty

    def get_table(self, exchange: str) -> list[Any]:
        """Read the bindings of `exchange` while nobody writes them."""
        with self._bindings():
            return super().get_table(exchange)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        with self._bindings():
            super()._queue_bind(exchange, routing_key, pattern, queue)

    @contextmanager
    def _bindings(self) -> Iterator[None]:
        """Hold the lock of all bindings; the stock channel reads a file that another has just emptied."""
        folder = Path(self.control_folder)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """Kombu's file transport over the careful channel."""

    Channel = Channel
    # Seconds between two looks for messages; stock is 1, which a person who has just pressed a button
    # notices.
    polling_interval = 0.2


def register() -> None:
    """Make the transport known to kombu as `concord-files://`."""
    TRANSPORT_ALIASES["concord-files"] = "portal.transport:Transport"


def options(folder: Path) -> dict[str, object]:
    """Return the transport options for a queue kept in `folder`, created when missing."""
    messages, bindings = folder / "messages", folder / "bindings"
    for place in (messages, bindings):
        place.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(bindings),
        "polling_interval": Transport.polling_interval,
    }
