"""The processes that a fault is done to, each in a group of its own, ended by its number only."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests import stack

#: As in production, a commit is told only when it is written; the disk itself is never pulled out here.
POSTGRES_OPTIONS = {**stack.POSTGRES_OPTIONS, "synchronous_commit": "on", "full_page_writes": "on"}


@dataclass
class Machine:
    """One command that can be started, killed, frozen and started again."""

    command: Sequence[str]
    log: Path
    port: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        if self.port:
            stack.wait_until(lambda: stack.port_answers(self.port), self.process, self.log)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the whole group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal and wait until the process is gone."""
        self.send(number)
        if self.process is not None:
            self.process.wait(timeout=60)
            self.process = None


@dataclass
class Servers:
    """PostgreSQL and Redis of one run, and where everything is kept."""

    postgres: Machine
    redis: Machine
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.postgres.port}/{database}"

    def celery(self, *words: str, app: str = "portal.celery", **environment: str) -> Machine:
        """Return a worker or beat of this run, not started."""
        command = [sys.executable, "-m", "celery", "--quiet", "--app", app, *words]
        return Machine(command, self.folder / f"{words[0]}.log", environment=environment)


@contextlib.contextmanager
def servers() -> Iterator[Servers]:
    """Start both servers below a folder of their own; afterwards nothing of them is left."""
    with tempfile.TemporaryDirectory(
        prefix="concord-faults-", dir="/tmp", ignore_cleanup_errors=True
    ) as name:
        top = Path(name)
        top.chmod(0o755)
        found = Servers(_postgres(stack.make(top / "postgres")), _redis(stack.make(top / "redis")), top)
        try:
            found.redis.start()
            found.postgres.start()
            yield found
        finally:
            found.redis.end()
            found.postgres.end(signal.SIGQUIT)


def _postgres(folder: Path) -> Machine:
    programs, port = stack.postgres_bin(), stack.free_port()
    if programs is None:
        raise RuntimeError("PostgreSQL's server programs are missing: install the package `postgresql`.")
    data = stack.make(folder / "data")
    folder.chmod(0o755)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(data, owner.pw_uid, owner.pw_gid)
    create = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    create = stack.as_server([*create, "--locale=C.UTF-8", "--no-sync"])
    subprocess.run(create, check=True, cwd="/", stdout=subprocess.DEVNULL)
    options = [part for name, value in POSTGRES_OPTIONS.items() for part in ("-c", f"{name}={value}")]
    serve = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(data), *options]
    return Machine(stack.as_server(serve), folder / "postgres.log", port)


def _redis(folder: Path) -> Machine:
    program, port = shutil.which("redis-server"), stack.free_port()
    if program is None:
        raise RuntimeError("redis-server is missing: install the package `redis-server`.")
    options = {"port": str(port), "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": str(folder)}
    words = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Machine([program, *words], folder / "redis.log", port)
