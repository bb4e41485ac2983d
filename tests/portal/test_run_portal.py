"""One command starts all of Concord and one signal ends it."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from tests.stack import free_port

SECONDS = 60


def start(environment: dict[str, str], port: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "manage.py", "run_portal", "--no-demo", "--port", str(port)]
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def readiness(port: int) -> dict[str, object]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)
    except OSError:
        return {}


def processes_in(folder: str) -> list[str]:
    """Return the command lines of processes whose environment names `folder` as their home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"CONCORD_VAR={folder}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="counts processes through /proc")
def test_portal_starts_works_and_ends_without_orphans(child_env: dict[str, str]) -> None:
    port, home = free_port(), child_env["CONCORD_VAR"]
    portal = start({**child_env, "BEAT_SECONDS": "1"}, port)
    deadline = time.monotonic() + SECONDS
    while not readiness(port).get("ready"):
        assert portal.poll() is None, portal.communicate()
        assert time.monotonic() < deadline, readiness(port)
        time.sleep(0.2)
    assert len(processes_in(home)) >= 4
    portal.send_signal(signal.SIGINT)
    said, complained = portal.communicate(timeout=SECONDS)
    assert (portal.returncode, processes_in(home)) == (0, [])
    assert f"Concord is ready: http://127.0.0.1:{port}/" in said
    assert "Traceback" not in complained


def test_taken_port_is_said_in_one_sentence(child_env: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        portal = start(child_env, port)
        said, complained = portal.communicate(timeout=SECONDS)
    assert portal.returncode == 1
    assert said == ""
    assert complained.splitlines()[-1] == (
        f"Port {port} is in use; choose another one with `make run PORT={port + 1}`."
    )
