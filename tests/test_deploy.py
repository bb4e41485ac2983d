"""The shipped examples start, and say the same."""

import configparser
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management.utils import get_random_secret_key

from portal.supervisor import Child, Supervisor
from tests.portal.test_run_portal import readiness
from tests.stack import free_port

DEPLOY = Path(settings.BASE_DIR) / "deploy"
SECONDS = 60


def procfile() -> dict[str, str]:
    return dict(line.split(": ", 1) for line in (DEPLOY / "Procfile").read_text().splitlines())


def here(command: str) -> list[str]:
    """Return the shell call of a Procfile's line with this very environment's programs."""
    return ["sh", "-c", "exec " + command.replace(".venv/bin/", f"{Path(sys.executable).parent}/")]


@pytest.mark.parametrize("name", ["web", "worker", "long", "beat"])
def test_systemd_unit_runs_the_line_of_the_procfile(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # keys keep their case
    unit.read(DEPLOY / "systemd" / f"concord-{name}.service")
    assert unit["Service"]["ExecStart"] == f"/opt/concord/{procfile()[name]}"


def test_every_setting_is_explained() -> None:
    portal = Path(settings.BASE_DIR) / "portal"
    text = "".join((portal / name).read_text() for name in ("settings.py", "databases.py"))
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text))
    explained = set(re.findall(r"`([A-Z_]+)`", (DEPLOY / "README.md").read_text()))
    assert read - explained == {"DEBUG", "SQLITE_PATH"}


@pytest.mark.postgres_only
def test_procfile_starts_a_ready_portal(child_env: dict[str, str]) -> None:
    port = free_port()
    real = {
        "SECRET_KEY": get_random_secret_key(),
        "ALLOWED_HOSTS": "127.0.0.1",
        "BEAT_SECONDS": "1",
        "PORT": str(port),
    }
    environment = {**child_env, "CONCORD_TRYOUT": "0", **real}
    lines = procfile()
    release = subprocess.run(
        ["sh", "-ec", here(lines.pop("release"))[2].removeprefix("exec ")],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (release.returncode, "WARNINGS" in release.stderr) == (0, False), release.stderr
    portal = Supervisor(
        [Child(name, here(line), environment=environment) for name, line in lines.items()], say=print
    )
    try:
        for child in portal.children:
            child.start()
        deadline = time.monotonic() + SECONDS
        while not readiness(port).get("ready"):
            assert time.monotonic() < deadline, readiness(port)
            time.sleep(0.2)
    finally:
        portal.stop()
    assert [child.is_running for child in portal.children] == [False] * 4
    assert os.listdir(Path(environment["CONCORD_VAR"]) / "static")
