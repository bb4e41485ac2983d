"""Past handoffs in chunks of ids: their frozen facts as columns, and what became of them, by few queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Max,
    Min,
    OuterRef,
    Q,
    TextField,
    Value,
)
from django.db.models.functions import Cast, TruncMonth

from leads import bulk, kept, moments
from leads.choices import Evidence, TouchSide
from leads.models import Touch
from sla import agreements
from sla.choices import Ruling
from sla.lab import purchases
from sla.lab.asking import Asked
from sla.models import AgreementVersion, Refusal
from sla.standings import frames
from sla.standings.frames import ATTRIBUTE, WITHIN

#: What the moment of freezing and the version tell.
_DERIVED = ("taken_on", "half_life")
#: So many ids at a time: the memory of one chunk, and how often progress is told.
CHUNK = 10_000


@dataclass(slots=True)
class Chunk:
    """Handoffs as columns of one length by their names, and what their accounts bought since."""

    columns: dict[str, Sequence[Any]]
    bought: purchases.Bought
    overturned: set[int]


def ranges(asked: Asked, size: int = CHUNK) -> list[tuple[int, int]]:
    """Return the spans of ids to go through, lower end included."""
    ends = asked.offers().aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return []
    end = ends["high"] + 1
    return [(start, min(start + size, end)) for start in range(ends["low"], end, size)]


def versions(asked: Asked) -> list[AgreementVersion]:
    """Return the versions under which the facts were frozen."""
    return list(AgreementVersion.objects.filter(Exists(asked.handoffs().filter(version=OuterRef("pk")))))


class Reader:
    """Reads spans of ids, with the columns that `frames.Judge` asks for and those of `_own`."""

    def __init__(self, asked: Asked, columns: Sequence[str], half_lives: Mapping[int, float]) -> None:
        self._half_lives = half_lives
        self._windows = [int(name.removeprefix(WITHIN)) for name in columns if name.startswith(WITHIN)]
        facts = [name for name in columns if name not in _DERIVED and not name.startswith(WITHIN)]
        read = {**{name: _column(name) for name in facts}, **_own(asked)}
        if self._windows:
            read.setdefault("touches", _touches_within(max(self._windows)))
        self._names = tuple(read)
        low, high = kept.number("low"), kept.number("high")
        # Said of the snapshot too: databases do not conclude it from the join.
        span = Q(pk__gte=low, pk__lt=high, snapshot__pk__gte=low, snapshot__pk__lt=high)
        handoffs = asked.handoffs().filter(span).order_by("pk").values_list(*read.values())
        self._handoffs = kept.planned_anew(lambda: handoffs)

    def read(self, low: int, high: int) -> Chunk:
        """Read the handoffs of a span of ids."""
        with transaction.atomic():
            bulk.prefer_indexes()
            rows = self._handoffs(low=low, high=high)
            columns = list(zip(*rows, strict=True)) or [()] * len(self._names)
            told = self._derived(dict(zip(self._names, columns, strict=True)))
            bought = purchases.since(told["pk"], told["account"], told["offered_at"])
            return Chunk(told, bought, _overturned(low, high))

    def _derived(self, told: dict[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
        """Add the columns that others tell."""
        told["taken_on"] = [at[:10] for at in told["taken_at"]]
        told["half_life"] = [self._half_lives[version] for version in told["version"]]
        return told | frames.recent_touches(told.get("touches", ()), self._windows)


def _own(asked: Asked) -> dict[str, Any]:
    """Return what is read of each handoff; month and maturity are None where the offer has no date."""
    month = TruncMonth("offered_at", tzinfo=ZoneInfo(agreements.zone()))
    return {
        "pk": F("pk"),
        "account": F("lead__account_id"),
        "state": F("state"),
        "reason": F("reason_code"),
        "team": F("team_id"),
        "version": F("version_id"),
        "taken_at": moments.written("snapshot__taken_at"),
        "is_worked": _worked(),
        "month": Cast(month, TextField()),
        "is_mature": ExpressionWrapper(Q(offered_at__lt=asked.now - asked.maturity), BooleanField()),
        "offered_at": moments.written("offered_at"),
        "closed_at": moments.written("closed_at"),
    }


def _column(name: str) -> Any:
    """Return the expression of a column of the snapshot as `frames.Judge` asks for it."""
    if name.startswith(ATTRIBUTE):
        return _Attribute("snapshot__attributes", Value(name.removeprefix(ATTRIBUTE), TextField()))
    path = f"snapshot__{name}"
    return Cast(path, TextField()) if name in frames.AS_TEXT else F(path)


class _Attribute(Func):
    """One attribute as JSON text."""

    template, arg_joiner, output_field = "CAST(%(expressions)s AS text)", " -> ", TextField()


def _touches_within(days: int) -> Any:
    """Leave in the database the touches that no leaf looks at, where it can pick them."""
    if connection.vendor != "postgresql":
        return _column("touches")
    path = Value(f"strict $[*] ? (@[0] < {days * 86_400})")
    template = "jsonb_path_query_array(%(expressions)s::jsonpath)::text"
    return Func("snapshot__touches", path, template=template, output_field=TextField())


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
