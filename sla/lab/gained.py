"""Leads that were never handed over although the draft would have passed them, and what became of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from leads.choices import DealState
from leads.models import Deal, Lead
from sla import readiness, standings
from sla.lab.asking import Asked, Draft
from sla.models import Handoff

#: Most leads looked at; more are left out and the result says so.
MOST = 20_000
CHUNK = 1_000
NAMED = 500


@dataclass(frozen=True, slots=True)
class Gained:
    """One lead that the draft would have handed over: when first, and what became of it."""

    lead_id: int
    at: datetime
    #: won, bought_elsewhere, or the stage it stands in.
    fate: str
    amount: float | None
    currency: str


def find(
    asked: Asked, points: Sequence[datetime], progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Return the leads that the draft passes at one of the points in time, with the facts known then.

    Points are the first moments of months. Leads are judged by what was known at each point, as far as
    their facts say since when they are known.
    """
    looked_at, total = _never_handed(asked)
    found: list[Gained] = []
    for start in range(0, len(looked_at), CHUNK):
        found += _of_chunk(asked.draft, looked_at[start : start + CHUNK], points)
        if progress:
            progress(min(start + CHUNK, len(looked_at)), len(looked_at))
    months: dict[str, int] = {}
    for one in found:
        months[f"{one.at:%Y-%m}"] = months.get(f"{one.at:%Y-%m}", 0) + 1
    fates: dict[str, int] = {}
    for one in found:
        fates[one.fate] = fates.get(one.fate, 0) + 1
    found.sort(key=lambda one: (one.fate != "won", one.fate != "bought_elsewhere", one.at, one.lead_id))
    return {
        "n": len(found),
        "looked_at": len(looked_at),
        "of": total,
        "fates": fates,
        "months": months,
        "leads": [
            {
                "lead": one.lead_id,
                "at": one.at.isoformat(),
                "fate": one.fate,
                "amount": one.amount,
                "currency": one.currency,
            }
            for one in found[:NAMED]
        ],
    }


def _never_handed(asked: Asked) -> tuple[list[int], int]:
    """Return leads without any handoff on the leg, the newest first, and how many there are."""
    handed = Handoff.objects.filter(leg=asked.leg).values("lead_id")
    leads = Lead.objects.alive().exclude(pk__in=handed).filter(is_sales_generated=False)
    if asked.end_at is not None:
        leads = leads.filter(Q(created_at__isnull=True) | Q(created_at__lt=asked.end_at))
    ids = list(leads.order_by("-pk").values_list("pk", flat=True)[: MOST + 1])
    return ids[:MOST], len(ids) if len(ids) <= MOST else leads.count()


def _of_chunk(draft: Draft, ids: Sequence[int], points: Sequence[datetime]) -> Iterator[Gained]:
    """Yield the leads of a chunk that pass, by the first point at which they do."""
    first: dict[int, datetime] = {}
    for at in points:
        waiting = [lead_id for lead_id in ids if lead_id not in first]
        facts = standings.facts_of(waiting, at)
        for lead_id, known in facts.items():
            if _passes(draft, known, at):
                first[lead_id] = at
    stages = dict(Lead.objects.filter(pk__in=first).values_list("pk", "stage"))
    deals = _bought(first)
    for lead_id, at in first.items():
        yield Gained(lead_id, at, *deals.get(lead_id, (stages[lead_id], None, "")))


def _passes(draft: Draft, bare: readiness.Facts, at: datetime) -> bool:
    known = readiness.as_known(bare, at)
    if draft.terms:
        known = standings.scored(known, draft.terms, at)[0]
    return draft.gate.value(known, at) is True


def _bought(first: dict[int, datetime]) -> dict[int, tuple[str, float | None, str]]:
    """Return what each lead's account bought after the draft would have passed it, ours before others'."""
    found: dict[int, tuple[str, float | None, str]] = {}
    won = Deal.objects.filter(state=DealState.WON, account__leads__in=first)
    rows: Any = won.order_by("is_elsewhere", "closed_at").values_list(
        "account__leads", "closed_at", "is_elsewhere", "amount", "currency"
    )
    for lead_id, closed_at, is_elsewhere, amount, currency in rows:
        at = first.get(lead_id)
        if at is not None and (closed_at is None or closed_at >= at):
            fate = "bought_elsewhere" if is_elsewhere else "won"
            found.setdefault(lead_id, (fate, None if amount is None else float(amount), currency))
    return found
