"""Erasing a person: all that is personal goes, what is counted stays (docs/decisions/050-erasure.md)."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet, TextField
from django.db.models.functions import Cast

from leads import audit, guards
from leads.models import (
    BantFact,
    Consent,
    Deal,
    DistinctPair,
    ExternalId,
    FactChange,
    ImportReject,
    Lead,
    Touch,
    User,
)
from sla import clocks, handoffs
from sla.models import ActionRow, Clock, Dispute, Handoff, Question, Refusal, Snapshot, Standing, Verdict

#: What a person is known by, and what only ever told of them.
_LEAD: dict[str, Any] = {
    **dict.fromkeys(("name", "name_key", "title", "seniority", "email", "email_key"), ""),
    **dict.fromkeys(("phone", "phone_key", "first_identified", "search_text", "next_step"), ""),
    "attributes": {},
    "origins": {},
    "next_step_on": None,
}
#: Shorter words would be found in rows of other people.
_SHORTEST = 5


class AlreadyErased(Exception):
    """Nothing is left of this person, or the record is part of another lead: erase that one."""


def erase(*, lead: Lead, now: datetime, actor: User | None) -> Lead:
    """Erase a person and every record merged into them; returns the lead, which nobody sees any more.

    Open handoffs are withdrawn first, which counts for nobody. Raises AlreadyErased, handoffs.Changed.
    """
    with transaction.atomic():
        fresh = _locked(lead)
        handoffs.end_all(lead=fresh, actor=actor, now=now)
        ids = [fresh.pk, *Lead.objects.filter(merged_into=fresh).values_list("pk", flat=True)]
        known = traces(Lead.objects.filter(pk__in=ids))
        _end_clocks(fresh, now, actor)
        _empty(ids)
        forget_in(ImportReject.objects.all(), "row", known)
        Lead.objects.filter(pk__in=ids).update(**_LEAD, owner=None, team=None, erased_at=now)
        audit.record(
            stream=f"lead:{fresh.pk}",
            verb="erased",
            subject_type="lead",
            subject_id=fresh.pk,
            actor=actor,
            at=now,
            data={"records": len(ids)},
        )
        _thaw(ids)
    fresh.refresh_from_db()
    return fresh


def traces(leads: QuerySet[Lead]) -> list[str]:
    """Return the words by which rows of files that tell of these people are found."""
    columns = leads.values_list("email", "email_key", "phone", "name")
    return sorted({word for row in columns for word in row if len(word) >= _SHORTEST})


def forget_in(rows: QuerySet[Any], column: str, known: Iterable[str]) -> int:
    """Delete rows whose JSON tells of a person, by the words of `traces`; return how many."""
    ids: set[int] = set()
    told = rows.annotate(told=Cast(column, TextField()))
    for word in known:
        # SQLite keeps JSON as it was written, with other letters than ASCII as codes.
        for spelled in {word, json.dumps(word)[1:-1]}:
            ids.update(told.filter(told__icontains=spelled).values_list("pk", flat=True))
    return rows.model._default_manager.filter(pk__in=ids).delete()[0]


def _locked(lead: Lead) -> Lead:
    rows = Lead.objects.alive().select_for_update(of=("self",), no_key=True).filter(pk=lead.pk)
    fresh = rows.first()
    if fresh is None:
        raise AlreadyErased
    return fresh


def _end_clocks(lead: Lead, now: datetime, actor: User | None) -> None:
    """Cancel what still runs: there is nobody left to be called."""
    for handoff in (*Handoff.objects.filter(lead=lead), None):
        hearing = clocks.Hearing(lead=lead, handoff=handoff, now=now, actor=actor)
        for clock in hearing.clocks:
            if clock.ended_at is None:
                hearing.advance(clock, "cancel", at=max(now, clock.started_at), detail={"by": "erased"})
        hearing.save()


def _empty(ids: list[int]) -> None:
    """Empty every free text that hangs on these leads, and drop what only found or judged them."""
    mine = {"handoff__lead__in": ids}
    for model, which, blank in (
        (Touch, {"lead__in": ids}, {"summary": "", "external_id": ""}),
        (BantFact, {"lead__in": ids}, {"text": "", "source": ""}),
        (Consent, {"lead__in": ids}, {"source": ""}),
        (Deal, {"lead__in": ids}, {"name": ""}),
        (Handoff, {"lead__in": ids}, {"exception": "", "undo_until": None, "undo_seqs": {}}),
        (Question, mine, {"text": "", "answer": ""}),
        (Refusal, mine, _blanks(Refusal, but=("track", "ruling")) | {"wake_at": None}),
        (Dispute, {"clock__lead__in": ids}, {"reason": "", "note": ""}),
        (Clock, {"lead__in": ids}, {"error": ""}),
    ):
        model._default_manager.filter(**which).update(**blank)
    ActionRow.objects.filter(**mine, done_at__isnull=True).delete()
    for gone in (Standing, FactChange, ExternalId):
        gone._default_manager.filter(lead__in=ids).delete()
    DistinctPair.objects.filter(first__in=ids).delete()
    DistinctPair.objects.filter(second__in=ids).delete()


def _thaw(ids: list[int]) -> None:
    """Empty what was frozen at the offers; the one place where history is touched, last of all."""
    with guards.lifted("sla_snapshot", "sla_verdict"):
        mine = {"handoff__lead__in": ids}
        Snapshot.objects.filter(**mine).update(**Snapshot.PERSONAL)
        for verdict in Verdict.objects.filter(**mine):
            leaves = [{**leaf, "fact": None} for leaf in verdict.leaves]
            Verdict.objects.filter(pk=verdict.pk).update(leaves=leaves)


def _blanks(model: type[Model], but: tuple[str, ...]) -> dict[str, str]:
    """Return "" for every text of a model, whatever columns it gets one day."""
    texts = [
        field.name
        for field in model._meta.concrete_fields
        if field.get_internal_type() in ("CharField", "TextField") and field.name not in but
    ]
    return dict.fromkeys(texts, "")
