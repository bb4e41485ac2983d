"""Processor seconds so far: of this process with its children, and of a PostgreSQL on the same machine."""

import os
import resource
from pathlib import Path

from django.db import connection

_TICK = os.sysconf("SC_CLK_TCK")


def ours() -> float:
    """Return those of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def of_database() -> float:
    """Return those of the server's processes, ended ones included; SQLite has none, all is ours."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = _fields(int(cursor.fetchone()[0]))[1]
    ended = sum(map(int, _fields(int(server))[13:15]))
    running = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = _fields(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[1] == server:
            running += sum(map(int, fields[11:13]))
    return (ended + running) / _TICK


def _fields(pid: int) -> list[str]:
    """Return the fields of a process from its state on; see proc(5)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
