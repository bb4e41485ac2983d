"""Keep a handful of child processes alive until asked to stop, and leave none behind."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Say = Callable[[str], None]
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 60.0
# A child that has lived this long starts again with the first delay.
STEADY_SECONDS = 60.0
PATIENCE_SECONDS = 20.0


def never(age_seconds: float) -> bool:
    """Say that a child whose process lives is well."""
    return False


@dataclass
class Child:
    """One command in a process group of its own, so that the terminal's Ctrl-C reaches only us.

    `is_stuck` is asked with the age of the process in seconds; True has the child ended and started again.
    """

    name: str
    command: Sequence[str]
    is_stuck: Callable[[float], bool] = never
    ask_every_seconds: float = 15.0
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    asked: float = 0.0
    delay: float = FIRST_DELAY_SECONDS
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None

    def start(self) -> None:
        """Start the command."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def is_running(self) -> bool:
        """Say whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def seems_stuck(self) -> bool:
        """Ask `is_stuck` now and then."""
        now = time.monotonic()
        if now - self.asked < self.ask_every_seconds:
            return False
        self.asked = now
        return self.is_stuck(now - self.started)

    def ask_to_stop(self) -> None:
        """Ask the first process of the group; it knows best how to end the others."""
        if self.process is not None and self.is_running:
            self.process.send_signal(signal.SIGTERM)

    def clear(self, patience: float = PATIENCE_SECONDS) -> None:
        """Wait for the process and end whatever is left of its group."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=patience)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def note_death(self) -> float:
        """Plan the next start and return the seconds until then; they double while starts keep failing."""
        now = time.monotonic()
        if now - self.started > STEADY_SECONDS:
            self.delay = FIRST_DELAY_SECONDS
        wait, self.delay = self.delay, min(self.delay * 2, LONGEST_DELAY_SECONDS)
        self.start_at, self.process = now + wait, None
        return wait


class Supervisor:
    """Start children, start them again when they end or get stuck, stop them together."""

    def __init__(self, children: Sequence[Child], say: Say, tick_seconds: float = 0.5) -> None:
        self.children = children
        self.say = say
        self.tick_seconds = tick_seconds
        self.stopping = threading.Event()

    def request_stop(self, number: int = 0, frame: object = None) -> None:
        """Let `run` end; fit to be a signal handler."""
        self.stopping.set()

    def run(self) -> None:
        """Start and watch until a stop is requested, then stop all; return when none is left."""
        try:
            while not self.stopping.wait(self.tick_seconds):
                for child in self.children:
                    self.look_after(child)
        finally:
            self.stop()

    def look_after(self, child: Child) -> None:
        """Take one step for `child`: start it when its time has come, end it when it is stuck."""
        if child.process is None:
            if time.monotonic() >= child.start_at:
                child.start()
        elif not child.is_running:
            code = child.process.returncode
            child.clear()
            self.say(f"{child.name} ended with code {code}; starting it again in {child.note_death():.0f} s.")
        elif child.seems_stuck():
            self.say(f"{child.name} takes no work; starting it again.")
            child.ask_to_stop()
            child.clear()
            child.note_death()

    def stop(self) -> None:
        """Ask all children at once, then wait for each."""
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            child.clear()
