"""The queue of files loses nothing, whoever writes and reads at once."""

import multiprocessing
import time
from collections import Counter
from json import JSONDecodeError
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.transport import filesystem

from portal import transport

WRITERS, READERS, MESSAGES = 3, 3, 300
PATIENCE_SECONDS = 30


def channel(folder: Path, kind: str = "concord-files") -> Any:
    transport.register()
    return Connection(f"{kind}://localhost", transport_options=transport.options(folder)).channel()


def write(folder: Path, writer: int) -> None:
    queue = channel(folder)
    for number in range(MESSAGES):
        queue._put("work", {"id": [writer, number], "padding": "x" * 2_000})


def read(folder: Path, total: int, seen: Any, faults: Any) -> None:
    """Take messages until all readers together have seen `total`; an unreadable one is a fault."""
    queue = channel(folder)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(seen) + len(faults) < total and time.monotonic() < deadline:
        try:
            seen.append(tuple(queue._get("work")["id"]))
        except Empty:
            time.sleep(0.001)
        except (JSONDecodeError, KeyError) as error:
            faults.append(repr(error))


def test_messages_arrive_once_each_with_many_writers_and_readers(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    with spawn.Manager() as manager:
        seen, faults, total = manager.list(), manager.list(), WRITERS * MESSAGES
        people = [spawn.Process(target=read, args=(tmp_path, total, seen, faults)) for _ in range(READERS)]
        people += [spawn.Process(target=write, args=(tmp_path, number)) for number in range(WRITERS)]
        for person in people:
            person.start()
        for person in people:
            person.join(PATIENCE_SECONDS + 10)
        assert list(faults) == []
        assert Counter(seen) == Counter((w, n) for w in range(WRITERS) for n in range(MESSAGES))


class Interrupted(Exception):
    """Stands for another process that looks between two steps of a writer."""


def test_half_written_message_is_invisible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(descriptor: int) -> None:
        raise Interrupted

    monkeypatch.setattr(transport.os, "fsync", stop)
    with pytest.raises(Interrupted):
        channel(tmp_path)._put("work", {"id": 1})
    with pytest.raises(Empty):
        channel(tmp_path)._get("work")


def test_half_written_message_is_lost_by_the_stock_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without our channel the same look takes an empty file away, and the message is gone."""

    def stop(file: Any, flags: int) -> None:
        raise Interrupted

    monkeypatch.setattr(filesystem, "lock", stop)
    with pytest.raises(Interrupted):
        channel(tmp_path, "filesystem")._put("work", {"id": 1})
    with pytest.raises(JSONDecodeError):
        channel(tmp_path, "filesystem")._get("work")
    with pytest.raises(Empty):
        channel(tmp_path, "filesystem")._get("work")


def test_messages_keep_their_order_and_their_queue(tmp_path: Path) -> None:
    queue = channel(tmp_path)
    for number in range(20):
        queue._put("work" if number % 2 else "rest", {"id": number})
    assert [queue._get("work")["id"] for _ in range(10)] == list(range(1, 20, 2))
    assert (queue._size("work"), queue._size("rest")) == (0, 10)


def bind(folder: Path, number: int) -> None:
    channel(folder)._queue_bind("news", "", "", f"queue-{number}")


def test_bindings_made_at_once_are_all_kept(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    people = [spawn.Process(target=bind, args=(tmp_path, number)) for number in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join(PATIENCE_SECONDS)
    assert {row.queue for row in channel(tmp_path).get_table("news")} == {f"queue-{n}" for n in range(4)}
