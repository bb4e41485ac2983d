"""Past handoffs in chunks of ids: their frozen facts, and what became of them, by few queries a chunk."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import (
    Exists,
    F,
    Func,
    JSONField,
    Max,
    Min,
    OuterRef,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast

from leads import bulk, moments
from leads.choices import DealState, Evidence, TouchSide
from leads.models import Deal, Touch
from sla.choices import Ruling
from sla.compliance.cohorts import ACCEPTED
from sla.lab.asking import Asked
from sla.models import AgreementVersion, Refusal

#: So many ids at a time: the memory of one chunk, and how often progress is told.
CHUNK = 10_000


class Past(NamedTuple):
    """One handoff as it begins each row, before its frozen facts; moments are texts (see `moment`)."""

    pk: int
    account: int
    state: str
    reason: str
    team: int
    version: int
    offered_at: str | None
    closed_at: str | None
    taken_at: str
    #: Whether Sales touched the lead at or after the offer.
    is_worked: bool


_MOMENTS = ("offered_at", "closed_at", "snapshot__taken_at")
#: The columns of `Past` but for the last, which is asked of the touches.
_OWN = ("id", "lead__account_id", "state", "reason_code", "team_id", "version_id", *_MOMENTS)
#: Where a row's frozen facts begin.
FACTS = len(Past._fields)


class Won(NamedTuple):
    """One deal that was won: by us, or elsewhere."""

    closed_at: datetime | None
    is_elsewhere: bool
    amount: float | None
    margin: float | None


@dataclass(slots=True)
class Chunk:
    """Rows of handoffs, each a `Past` with its facts behind; and what became of them."""

    rows: list[Sequence[Any]]
    won: dict[int, list[Won]]
    overturned: set[int]


def ranges(asked: Asked, size: int = CHUNK) -> list[tuple[int, int]]:
    """Return the spans of ids to go through, lower end included."""
    ends = asked.handoffs().aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return []
    return [(start, start + size) for start in range(ends["low"], ends["high"] + 1, size)]


def versions(asked: Asked) -> list[AgreementVersion]:
    """Return the versions under which the facts were frozen."""
    ids = asked.handoffs().order_by().values_list("version_id", flat=True).distinct()
    return list(AgreementVersion.objects.filter(pk__in=list(ids)))


def read(asked: Asked, columns: Sequence[str], touch_days: int | None, low: int, high: int) -> Chunk:
    """Read the handoffs of a span of ids, with only the columns and touches that are judged.

    Moments are texts (see `moment`), touches the text of their JSON.
    """
    found = asked.handoffs().filter(pk__gte=low, pk__lt=high)
    own = [moments.written(name) if name in _MOMENTS else F(name) for name in _OWN]
    facts = [_column(name, touch_days) for name in columns]
    # Said of the snapshot too: databases do not conclude it from the join.
    spanned = found.filter(snapshot__pk__gte=low, snapshot__pk__lt=high)
    with transaction.atomic():
        bulk.prefer_indexes()
        rows = list(spanned.values_list(*own, _worked(), *facts))
        return Chunk(rows, _won(found.values("lead__account_id")), _overturned(low, high))


def moment(text: str | None) -> datetime | None:
    """Read a moment of a row, None where there is none."""
    return None if text is None else moments.read(text)


def _column(name: str, touch_days: int | None) -> Any:
    if name != "touches":
        return F(f"snapshot__{name}")
    if touch_days is None or connection.vendor != "postgresql":
        return Cast("snapshot__touches", TextField())
    return Cast(_Recent("snapshot__touches", Value(json.dumps({"age": touch_days * 86_400}))), TextField())


class _Recent(Func):
    """The touches of a snapshot that are younger than an age: what no leaf looks at stays in the database."""

    template = "jsonb_path_query_array(%(expressions)s::jsonb)"
    arg_joiner = ", 'strict $[*] ? (@[0] < $age)', "
    output_field = JSONField()


def outcome(state: str, pk: int, overturned: set[int]) -> bool | None:
    """Tell whether an offer counts as accepted, or declined; None while undecided."""
    if state in ACCEPTED or pk in overturned:
        return True
    return False if state == "declined" else None


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


def _won(accounts: QuerySet[Any, Any]) -> dict[int, list[Won]]:
    deals = Deal.objects.filter(state=DealState.WON, account_id__in=accounts)
    by_account: defaultdict[int, list[Won]] = defaultdict(list)
    for account, closed_at, is_elsewhere, amount, margin in deals.values_list(
        "account_id", moments.written("closed_at"), "is_elsewhere", "amount", "margin"
    ):
        by_account[account].append(Won(moment(closed_at), is_elsewhere, _number(amount), _number(margin)))
    return dict(by_account)


def _overturned(low: int, high: int) -> set[int]:
    ruled = Refusal.objects.filter(pk__gte=low, pk__lt=high, ruling=Ruling.OVERTURNED)
    return set(ruled.filter(handoff__state="declined").values_list("pk", flat=True))


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
