"""Memory of a process with its children, what they share counted once, as Linux adds up their pages."""

import subprocess
import time
from pathlib import Path

_EVERY_SECONDS = 0.1


def peak_until_end(process: subprocess.Popen[str]) -> int:
    """Wait for a process and return the most that it and its children held together, in bytes.

    A page that several processes share counts in each by its share (PSS, see proc(5)).
    """
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_share, _family(process.pid))))
        time.sleep(_EVERY_SECONDS)
    return peak


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    try:
        told = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except (FileNotFoundError, ProcessLookupError):  # ended while we looked
        return []
    return [pid, *(one for children in told for child in children for one in _family(int(child)))]


def _share(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):  # likewise
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
