"""Children are started again, and none is left behind."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from portal import supervisor
from portal.supervisor import Child, Supervisor

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open(r'{}', 'w'); time.sleep(60)"
)
PARENT = """
import subprocess, time
child = subprocess.Popen(["sleep", "60"])
print(child.pid, file=open(r"{}", "w"), flush=True)
time.sleep(60)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


@contextmanager
def running(*children: Child) -> Iterator[list[str]]:
    said: list[str] = []
    watch = Supervisor(children, say=said.append, tick_seconds=0.02)
    thread = threading.Thread(target=watch.run)
    thread.start()
    wait_for(lambda: all(child.process for child in children))
    try:
        yield said
    finally:
        watch.request_stop()
        thread.join(30)


def test_killed_child_is_started_again() -> None:
    child = Child("Worker", ["sleep", "60"], delay=0.1)
    with running(child) as said:
        first = child.process
        assert first is not None
        first.kill()
        wait_for(lambda: child.process not in (None, first) and child.is_running)
    assert said == ["Worker ended with code -9; starting it again in 0 s."]
    assert not child.is_running


def test_waits_double_while_starts_fail_and_fall_back_after_a_steady_run() -> None:
    child = Child("Worker", ["sleep", "60"], started=time.monotonic())
    assert [child.note_death() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    child.started = time.monotonic() - supervisor.STEADY_SECONDS - 1
    assert child.note_death() == 1


def test_stuck_child_is_replaced() -> None:
    stuck: list[object] = []

    def is_stuck(_age: float) -> bool:
        """Say so of the first process, and note which that was: by now it may be gone."""
        stuck.append(child.process)
        return len(stuck) == 1

    child = Child("Worker", ["sleep", "60"], is_stuck, ask_every_seconds=0.0, delay=0.0)
    with running(child) as said:
        wait_for(lambda: stuck and child.process not in (None, stuck[0]) and child.is_running)
    assert said == ["Worker takes no work; starting it again."]


def test_grandchildren_end_with_their_parent(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with running(Child("Web server", python(PARENT.format(note)))):
        wait_for(lambda: note.exists() and note.read_text().strip())
    wait_for(lambda: not lives(int(note.read_text())))


def test_child_that_ignores_requests_is_ended(tmp_path: Path) -> None:
    note = tmp_path / "ready"
    child = Child("Beat", python(STUBBORN.format(note)))
    child.start()
    wait_for(note.exists)
    child.ask_to_stop()
    child.clear(patience=0.2)
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL
