"""Writing the past in bulk, through the writers that imports use."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models

from leads import audit, setbased
from leads.models import Account, BantFact, Consent, Deal, Lead, StageChange, Touch
from portal.demo.past.state import Book
from portal.demo.past.trace import Trace
from sla import clocks
from sla.models import Clock, ClockEvent, Handoff, NurtureStep, Question, Refusal, Snapshot, Verdict

#: The columns of a log line, the detail last.
_LINE = (
    *("clock_id", "seq", "event", "step", "happened_at", "noticed_at", "due_before", "due_after"),
    *("calendar_revision", "actor_id", "cause", "detail"),
)
_BATCH = 2000


def store(book: Book, accounts: Sequence[Account], leads: Sequence[Lead]) -> None:
    """Write every row of the past, in the order in which they name each other."""
    for model, rows in (
        (Account, accounts),
        (Lead, leads),
        (BantFact, book.bant),
        (Consent, book.consents),
        (StageChange, book.stages),
        (Handoff, book.handoffs),
        (Snapshot, book.snapshots),
        (Verdict, book.verdicts),
        (Refusal, book.refusals),
        (NurtureStep, book.steps),
        (Question, book.questions),
        (Deal, book.deals),
    ):
        copy(model, rows)
    setbased.copy_rows(Touch, Trace._fields, book.touches)
    acts = sorted(book.acts, key=lambda act: act.at)
    for start in range(0, len(acts), _BATCH):
        audit.record_many(acts[start : start + _BATCH])
    _store_clocks(book.changes)


def _store_clocks(changes: Sequence[clocks.Change]) -> None:
    """Write clocks with their logs; nobody is told of what is past."""
    for change, pk in zip(changes, setbased.take_ids(Clock, len(changes)), strict=True):
        change.clock.pk = pk
    copy(Clock, [change.clock for change in changes])
    lines = (line for change in changes for line in clocks.lines(change))
    rows = ((*list(line.values())[:-1], json.dumps(line["detail"])) for line in lines)
    setbased.copy_rows(ClockEvent, _LINE, rows)


def copy(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Load unsaved rows; those without an id get one."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key or (rows and rows[0].pk is not None)
    ]
    names = [field.attname for field in fields]
    as_json = {field.attname for field in fields if isinstance(field, models.JSONField)}
    setbased.copy_rows(model, names, (tuple(_cells(row, names, as_json)) for row in rows))


def _cells(row: models.Model, names: Sequence[str], as_json: set[str]) -> Iterator[Any]:
    for name in names:
        value = getattr(row, name)
        yield json.dumps(value) if name in as_json else value
