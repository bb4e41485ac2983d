"""Past handoffs span by span: what became of them, read anew, beside their frozen facts, by few queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    TextField,
)
from django.db.models.functions import Cast, TruncMonth

from leads import bulk, kept, moments
from leads.choices import Evidence, TouchSide
from leads.models import Touch
from sla import agreements
from sla.choices import Ruling
from sla.lab import frozen, purchases
from sla.lab.asking import Asked
from sla.models import AgreementVersion, Refusal
from sla.standings.columns import Column


@dataclass(slots=True)
class Chunk:
    """Handoffs as columns of one length by their names: what became of them, and what was known of them."""

    columns: dict[str, Sequence[Any]]
    facts: dict[str, Column]
    bought: purchases.Bought
    overturned: set[int]


def spans(asked: Asked) -> Sequence[int]:
    """Return the spans of handoffs to go through."""
    ends = asked.offers().aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return ()
    return range(ends["low"] // frozen.SPAN, ends["high"] // frozen.SPAN + 1)


def versions(asked: Asked) -> list[AgreementVersion]:
    """Return the versions under which the facts were frozen."""
    return list(AgreementVersion.objects.filter(Exists(asked.handoffs().filter(version=OuterRef("pk")))))


class Reader:
    """Reads spans of handoffs, with the facts that `frames.Judge` asks for and the columns of `_own`."""

    def __init__(self, asked: Asked, facts: Sequence[str]) -> None:
        self._kept = [name for name in facts if frozen.is_kept(name)]
        self._unkept = [name for name in facts if name not in self._kept]
        read = _own(asked) | {name: frozen.expression(name, "snapshot__") for name in self._unkept}
        self._names = tuple(read)
        low, high = kept.number("low"), kept.number("high")
        # Said of the snapshot too: databases do not conclude it from the join.
        span = Q(pk__gte=low, pk__lt=high, snapshot__pk__gte=low, snapshot__pk__lt=high)
        handoffs = asked.handoffs().filter(span).order_by("pk").values_list(*read.values())
        self._handoffs = kept.planned_anew(lambda: handoffs)

    def read(self, span: int) -> Chunk:
        """Read the handoffs of a span."""
        low, high = span * frozen.SPAN, (span + 1) * frozen.SPAN
        with transaction.atomic():
            bulk.prefer_indexes()
            rows = self._handoffs(low=low, high=high)
            columns = list(zip(*rows, strict=True)) or [()] * len(self._names)
            told: dict[str, Sequence[Any]] = dict(zip(self._names, columns, strict=True))
            facts = {name: Column.of(told.pop(name)) for name in self._unkept}
            facts |= frozen.columns(span, self._kept, told["pk"])
            bought = purchases.since(told["pk"], told["account"], told["offered_at"])
            return Chunk(told, facts, bought, _overturned(low, high))


def _own(asked: Asked) -> dict[str, Any]:
    """Return what is read of each handoff; month and maturity are None where the offer has no date."""
    month = TruncMonth("offered_at", tzinfo=ZoneInfo(agreements.zone()))
    return {
        "pk": F("pk"),
        "account": F("lead__account_id"),
        "state": F("state"),
        "reason": F("reason_code"),
        "team": F("team_id"),
        "is_worked": _worked(),
        "month": Cast(month, TextField()),
        "is_mature": ExpressionWrapper(Q(offered_at__lt=asked.now - asked.maturity), BooleanField()),
        "offered_at": moments.written("offered_at"),
        "closed_at": moments.written("closed_at"),
    }


def _worked() -> Exists:
    """Tell whether Sales touched the lead at or after the offer: it was followed up."""
    touches = Touch.objects.filter(
        lead_id=OuterRef("lead_id"),
        happened_at__gte=OuterRef("offered_at"),
        side=TouchSide.SALES,
        evidence__gte=Evidence.LOGGED,
        is_automatic=False,
    )
    return Exists(touches)


def _overturned(low: int, high: int) -> set[int]:
    ruled = Refusal.objects.filter(pk__gte=low, pk__lt=high, ruling=Ruling.OVERTURNED)
    return set(ruled.filter(handoff__state="declined").values_list("pk", flat=True))
