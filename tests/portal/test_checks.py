"""Wrong settings are named at start, and so is a history that nothing guards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from portal import checks

REAL = {
    "DATABASE_URL": "postgresql://concord@127.0.0.1:1/concord",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "k" * 30 + "0123456789" * 3,
    "ALLOWED_HOSTS": "concord.example.com",
}
WRONG = [
    ({"DATABASE_URL": "mysql://root@localhost/concord"}, "concord.E001"),
    ({"REDIS_URL": "amqp://localhost"}, "concord.E002"),
    ({"TIME_ZONE": "Europe/Atlantis"}, "concord.E003"),
    ({"DEBUG": "1"}, "concord.E004"),
    ({"ALLOWED_HOSTS": ""}, "concord.E005"),
    ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
]


def run(folder: Path, environment: dict[str, str], *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a home that knows nothing but `environment`."""
    clean = {"PATH": os.environ["PATH"], "CONCORD_VAR": str(folder), **environment}
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=clean,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(("change", "finding"), WRONG)
def test_wrong_setting_stops_every_command(tmp_path: Path, change: dict[str, str], finding: str) -> None:
    done = run(tmp_path, REAL | change, "manage.py", "check")
    assert done.returncode == 1
    assert finding in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_setting_stops_the_web_server(tmp_path: Path) -> None:
    done = run(tmp_path, REAL | {"ALLOWED_HOSTS": ""}, "-c", "import portal.wsgi")
    assert done.returncode == 1
    assert "concord.E005" in done.stderr


def test_right_settings_pass(tmp_path: Path) -> None:
    done = run(tmp_path, REAL, "manage.py", "check")
    assert (done.returncode, done.stderr) == (0, "")


def test_tryout_needs_no_setting_and_keeps_its_secret(tmp_path: Path) -> None:
    show = ("-c", "import portal.settings as s; print(s.SECRET_KEY)")
    first, second = run(tmp_path, {}, *show).stdout, run(tmp_path, {}, *show).stdout
    assert len(first) > 50
    assert first == second
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_history_is_guarded() -> None:
    assert checks.missing_guards() == []
    assert checks.history_guards() == []


@pytest.mark.django_db
def test_missing_guard_is_named() -> None:
    name = (
        "sla_signature_append_only"
        if connection.vendor == "postgresql"
        else "sla_signature_append_only_update"
    )
    on_table = " ON sla_signature" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on_table}")
    assert checks.missing_guards() == [name]
    with pytest.raises(ImproperlyConfigured, match=name):
        checks.refuse_mistakes(checks.history_guards())


@pytest.mark.django_db
@pytest.mark.postgres_only
def test_disabled_guard_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sla_verdict DISABLE TRIGGER sla_verdict_append_only")
    assert checks.missing_guards() == ["sla_verdict_append_only"]


@pytest.mark.django_db
@pytest.mark.skipif(bool(settings.DATABASE_URL), reason="reads back what SQLite was told")
def test_sqlite_waits_instead_of_failing() -> None:
    with connection.cursor() as cursor:
        read = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert read == {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 20_000, "foreign_keys": 1}


@pytest.mark.django_db
@pytest.mark.postgres_only
def test_postgresql_gives_up_instead_of_hanging() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
        # The suite's own servers allow two minutes for one statement, see tests.stack; pages get 30 s.
        assert cursor.fetchone() == ("2min", "3s")
