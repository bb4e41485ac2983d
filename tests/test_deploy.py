"""The shipped examples start, and say the same."""

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


def told(name: str, key: str) -> list[str]:
    """Return what a unit says of a key, in its order."""
    lines = (DEPLOY / "systemd" / f"concord-{name}.service").read_text().splitlines()
    return [line.removeprefix(f"{key}=") for line in lines if line.startswith(f"{key}=")]


@pytest.mark.parametrize("name", ["release", "web", "worker", "long", "beat"])
def test_systemd_unit_runs_the_line_of_the_procfile(name: str) -> None:
    assert told(name, "ExecStart") == [f"/opt/concord/{step}" for step in procfile()[name].split(" && ")]


@pytest.mark.parametrize("name", ["web", "worker", "long", "beat"])
def test_systemd_unit_waits_for_the_release(name: str) -> None:
    assert f"concord-{name}.service" in told("release", "Before")[0].split()
    assert told(name, "ExecStartPre") == ["/opt/concord/.venv/bin/python manage.py migrate --check"]
    assert told(name, "Restart") == ["always"]
    # What the check looks at comes last but one: pages have their styles by then.
    steps = [step.split()[2] for step in told("release", "ExecStart")]
    assert steps == ["collectstatic", "migrate", "check"]


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
