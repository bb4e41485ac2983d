"""The worker with one protection taken away, for negative controls: `FAULTS_WITHOUT`, `FAULTS_CLOCK`."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

from portal.celery import app  # the worker's `--app`

django.setup()

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from leads import outbox, setbased
from portal.models import Notice
from sla import outages, tasks
from sla.sweep import ticking

__all__ = ["app"]
true_now = timezone.now


def without_transaction() -> None:
    """Leave messages and notices after the commit, as many systems do, instead of within it."""
    put, create = outbox.put_many, QuerySet.bulk_create

    def later(effect: Callable[[], Any]) -> None:
        transaction.on_commit(lambda: (time.sleep(0.1), effect()))

    def put_later(messages: Any, *, now: Any) -> int:
        later(lambda: put(messages, now=now))
        return len(messages)

    def create_later(self: Any, rows: Any, **options: Any) -> Any:
        if self.model is not Notice:
            return create(self, rows, **options)
        later(lambda: create(self, rows, **options))
        return rows

    outbox.put_many, QuerySet.bulk_create = put_later, create_later


def without_locks() -> None:
    """Sweep without locks and without the guard on the row; the runner drops the unique keys."""
    update = setbased.update_rows

    def update_unguarded(model: Any, rows: Any, *, key: str = "id", guard: str | None = None) -> list[int]:
        return update(model, rows, key=key)

    setbased.update_rows = update_unguarded
    QuerySet.select_for_update = lambda self, **options: self._chain()


def without_rest() -> None:
    """Let a clock that fails fail the whole sweep."""

    def fail(clock: Any, error: BaseException, now: Any) -> Any:
        raise error

    ticking._aside = fail


def without_outages() -> None:
    """Take a long silence for nothing."""
    outages.note = lambda now: None


def without_the_clock_of_the_database() -> None:
    """Let the worker's own clock say what is due."""
    tasks.database_now = lambda: timezone.now()


shift = timedelta(seconds=float(os.environ.get("FAULTS_CLOCK", "0")))
timezone.now = lambda: true_now() + shift
for name in os.environ.get("FAULTS_WITHOUT", "").split():
    globals()[f"without_{name}"]()
