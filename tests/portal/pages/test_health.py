"""Machines learn the truth about process, database and worker."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal import tasks
from portal.models import Heartbeat
from sla import tasks as judging
from sla.models import SweepMark


@pytest.fixture
def beating(db: None) -> None:
    tasks.heartbeat()
    judging.sweep_due()


def test_process_answers_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.usefixtures("beating")
def test_ready_when_all_is_well(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert {name: part["ok"] for name, part in answer.json().items() if name != "ready"} == {
        "database": True,
        "migrations": True,
        "guards": True,
        "worker": True,
        "sweep": True,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("age", [None, 61], ids=["never", "late"])
def test_not_ready_without_a_working_worker(client: Client, age: int | None) -> None:
    if age:
        Heartbeat.objects.create(name="queue", beat_at=timezone.now() - timedelta(seconds=age))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["worker"]["ok"]) == (503, False)
    assert client.get("/readyz?only=web").status_code == 200


@pytest.mark.usefixtures("beating")
def test_not_ready_while_no_sweep_gets_through(client: Client) -> None:
    SweepMark.objects.update(clocks_at=timezone.now() - timedelta(minutes=3))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["worker"]["ok"], answer.json()["sweep"]["ok"]) == (
        503,
        True,
        False,
    )


@pytest.mark.usefixtures("beating")
def test_not_ready_while_a_migration_waits(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sla' AND name = '0002_append_only'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, {"ok": False})
    assert "append_only" not in answer.content.decode()  # anybody may ask


@pytest.mark.usefixtures("beating")
def test_heartbeat_twice_leaves_one_row(client: Client) -> None:
    tasks.heartbeat()
    assert Heartbeat.objects.count() == 1


@pytest.mark.django_db
def test_answers_carry_the_strict_policy(client: Client) -> None:
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    assert {part.strip() for part in policy.split(";")} == {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    }
