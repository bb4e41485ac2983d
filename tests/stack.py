"""Run a command beside a private PostgreSQL and Redis: `python -m tests.stack COMMAND …`."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

POSTGRES_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
# Tests may forget everything when the machine stops, so nothing waits for the disk.
POSTGRES_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "listen_addresses": "127.0.0.1",
    "autovacuum_naptime": "10s",
}
START_SECONDS = 30


def postgres_bin() -> Path | None:
    """Return the folder of the newest PostgreSQL server programs, which Debian keeps off the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = [folder for place in POSTGRES_PLACES for folder in Path("/").glob(place[1:])]
    servers = [folder for folder in folders if (folder / "initdb").exists()]
    return max(
        servers, key=lambda folder: [int(part) for part in folder.parts if part.isdigit()], default=None
    )


def free_port() -> int:
    """Return a port of the loopback address that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_server(command: Sequence[str]) -> list[str]:
    """Return `command` for the user that may run PostgreSQL: root may not."""
    if os.geteuid() != 0:
        return list(command)
    return ["runuser", "-u", "postgres", "--", *command]


def wait_until(answers: Callable[[], bool], server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when `answers()`; raise `RuntimeError` with the log's end when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{server.args} did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)


def port_answers(port: int) -> bool:
    """Say whether somebody listens on `port`."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(command: Sequence[str], log: Path, port: int, stop_with: signal.Signals) -> Iterator[None]:
    """Keep `command` running in its own process group until the block ends, then stop it and wait."""
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, cwd="/", start_new_session=True)
        try:
            wait_until(lambda: port_answers(port), server, log)
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, stop_with)
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


@contextlib.contextmanager
def private_postgres(folder: Path) -> Iterator[str]:
    """Yield the URL of a fresh PostgreSQL below `folder`, which its user must be able to reach."""
    programs = postgres_bin()
    if programs is None:
        raise RuntimeError("PostgreSQL's server programs are missing: install the package `postgresql`.")
    data, port = folder / "data", free_port()
    folder.chmod(0o755)
    data.mkdir()
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(data, owner.pw_uid, owner.pw_gid)
    create = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    subprocess.run(
        as_server([*create, "--locale=C.UTF-8", "--no-sync"]), check=True, cwd="/", stdout=subprocess.DEVNULL
    )
    settings = [part for name, value in POSTGRES_OPTIONS.items() for part in ("-c", f"{name}={value}")]
    serve = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(data), *settings]
    # SIGINT makes PostgreSQL stop at once without waiting for clients that forgot to leave.
    with running(as_server(serve), folder / "postgres.log", port, signal.SIGINT):
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


@contextlib.contextmanager
def private_redis(folder: Path) -> Iterator[str]:
    """Yield the URL of a fresh Redis that keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("redis-server is missing: install the package `redis-server`.")
    port = free_port()
    options = {"port": str(port), "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": str(folder)}
    command = [program, *(part for name, value in options.items() for part in (f"--{name}", value))]
    with running(command, folder / "redis.log", port, signal.SIGTERM):
        yield f"redis://127.0.0.1:{port}/0"


@contextlib.contextmanager
def stack() -> Iterator[dict[str, str]]:
    """Yield the environment that points at both servers; afterwards nothing of them is left."""
    # /tmp and not TMPDIR: PostgreSQL's own user must be able to walk there, and a socket path is short.
    with tempfile.TemporaryDirectory(prefix="concord-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        top = Path(folder)
        top.chmod(0o755)
        with (
            private_postgres(make(top / "postgres")) as database,
            private_redis(make(top / "redis")) as redis,
        ):
            yield {
                "DATABASE_URL": database,
                "REDIS_URL": redis,
                "CONCORD_VAR": str(make(top / "var")),
                # The limit protects pages; on a busy machine the tests' bulk statements may need longer.
                "STATEMENT_TIMEOUT_MS": "120000",
            }


def make(folder: Path) -> Path:
    """Create `folder` and return it."""
    folder.mkdir()
    return folder


def run(command: Sequence[str]) -> int:
    """Run `command` beside the servers and return its exit code; a signal to us ends the command first."""
    with stack() as environment:
        child = subprocess.Popen(command, env={**os.environ, "CONCORD_TRYOUT": "1", **environment})
        try:
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()


def stop(number: int, frame: object) -> None:
    """Turn a signal into an exception, so that every block above is left in order."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    for asked in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(asked, stop)
    try:
        sys.exit(run(sys.argv[1:]))
    except (RuntimeError, subprocess.CalledProcessError) as error:
        sys.exit(f"tests.stack: {error}")
