"""What waits on Marketing's desk: the mirror of the inbox, the earliest due first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from leads.choices import Side, Stage
from leads.models import Lead
from sla.choices import REFUSED_STATES, Disposition, HandoffState, Ruling
from sla.models import Clock, Handoff, NurtureStep, Standing
from sla.queries import decisions, nurture

#: What is on the desk, in the order of its tabs; those not in WORKED are watched.
KINDS = (
    "returned", "repair", "answer", "ready", "step", "track", "waking", "contested",
    "missing", "sales", "quiet",
)  # fmt: skip
WORKED = ("returned", "repair", "answer", "ready", "step", "track", "waking", "contested")
#: Which clock speaks for which kind.
CLOCK_OF = {
    "returned": "acknowledge",
    "repair": "repair",
    "answer": "answer",
    "ready": "hand_over",
    "track": "nurture",
    "contested": "rule",
    "sales": "decide",
    "quiet": "nurture_stale",
}
WAKING_WITHIN = timedelta(days=7)
GROUPS = ("late", "today", "later")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the desk: a handoff or a lead, with the clock that speaks for it, if one runs."""

    kind: str
    lead_id: int
    handoff_id: int | None
    clock_id: int | None
    due_at: datetime | None
    is_soon: bool
    is_late: bool

    def is_in(self, tab: str) -> bool:
        if tab == "all":
            return self.kind in WORKED
        return self.is_late and self.kind in WORKED if tab == "late" else self.kind == tab

    def group(self, day_ends_at: datetime) -> str:
        """Return `late`, `today` or `later`; only what the worker marked is late."""
        if self.is_late:
            return "late"
        return "today" if self.due_at and self.due_at < day_ends_at else "later"


@dataclass(frozen=True, slots=True)
class Row:
    """One item with all that its row prints."""

    item: Item
    lead: Lead
    handoff: Handoff | None
    clock: Clock | None
    standing: Standing | None
    step: NurtureStep | None
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything on the desk in the order of the page, counted by tab and by group of the chosen tab."""

    items: tuple[Item, ...]
    counts: Mapping[str, int]
    groups: Mapping[str, int]
    shown: tuple[Item, ...]

    @property
    def soon(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_soon and item.kind in WORKED)


def desk(*, tab: str, now: datetime, day_ends_at: datetime, limit: int) -> Desk:
    """Return Marketing's desk; the number of queries is the same whatever lies on it."""
    clocks = _clocks()
    things = _things(now, day_ends_at)
    found = [_item(kind, lead, handoff, due, clocks) for kind, lead, handoff, due in things]
    items = tuple(sorted(found, key=lambda item: _order(item, day_ends_at)))
    chosen = [item for item in items if item.is_in(tab)]
    return Desk(
        items=items,
        counts={name: sum(item.is_in(name) for item in items) for name in ("all", *KINDS, "late")},
        groups={name: sum(item.group(day_ends_at) == name for item in chosen) for name in GROUPS},
        shown=tuple(chosen[:limit]),
    )


def rows(items: tuple[Item, ...]) -> list[Row]:
    """Return what the rows of these items print, in their order, in six queries."""
    handoffs = Handoff.objects.select_related(
        "refusal", "question", "rep", "decided_by", "version__agreement"
    ).annotate(is_late_to_contest=decisions.late_to_contest())
    found = handoffs.defer("trace", "undo_seqs").in_bulk(
        [item.handoff_id for item in items if item.handoff_id]
    )
    ids = [item.lead_id for item in items]
    leads = Lead.objects.select_related("account", "owner").defer("attributes", "search_text").in_bulk(ids)
    clock_ids = [item.clock_id for item in items if item.clock_id]
    clocks = Clock.objects.select_related("commitment").in_bulk(clock_ids)
    standings = Standing.objects.filter(lead__in=ids).in_bulk()
    tracked = [item.handoff_id for item in items if item.kind in ("step", "track") and item.handoff_id]
    steps = {step.refusal_id: step for step in nurture.following(tracked)}
    lacking = nurture.lacking(
        [item.handoff_id for item in items if item.kind == "missing" and item.handoff_id]
    )
    return [
        Row(
            item,
            leads[item.lead_id],
            found.get(item.handoff_id or 0),
            clocks.get(item.clock_id or 0),
            standings.get(item.lead_id),
            steps.get(item.handoff_id or 0),
            lacking.get(item.handoff_id or 0, (0, ()))[1],
        )
        for item in items
    ]


def _things(now: datetime, day_ends_at: datetime) -> Iterator[tuple[str, int, int | None, datetime | None]]:
    """Yield (kind, lead, handoff, due time of its own) of what is on the desk; history is not."""
    refused = Handoff.objects.filter(state__in=REFUSED_STATES, refusal__isnull=False, is_history=False)
    # What was contested is Marketing's again once the referee has upheld the refusal.
    disputed = Q(refusal__contested_at__isnull=False) & ~Q(refusal__ruling=Ruling.UPHELD)
    fresh = refused.exclude(disputed).exclude(refusal__woken_at__isnull=False)
    repairs = refused.filter(disposition=Disposition.REPAIR, refusal__repaired_at__isnull=True)
    recycled = fresh.filter(disposition=Disposition.RECYCLE)
    parts = {
        "returned": fresh.exclude(disposition=Disposition.REPAIR).filter(
            refusal__acknowledged_at__isnull=True
        ),
        "repair": repairs.exclude(disputed),
        "contested": refused.filter(refusal__contested_at__isnull=False, refusal__ruled_at__isnull=True),
        "track": recycled.filter(refusal__acknowledged_at__isnull=False).filter(_owes_first_touch("pk")),
        "answer": _offered().filter(question__isnull=False, question__answered_at__isnull=True),
        "sales": _offered().exclude(question__isnull=False, question__answered_at__isnull=True),
    }
    for kind, handoffs in parts.items():
        for lead, handoff in handoffs.values_list("lead_id", "pk"):
            yield kind, lead, handoff, None
    waking = recycled.filter(lead__stage=Stage.RECYCLED, refusal__wake_at__lte=now + WAKING_WITHIN)
    for lead, handoff, wake_at in waking.values_list("lead_id", "pk", "refusal__wake_at"):
        yield "waking", lead, handoff, wake_at
    yield from _steps(day_ends_at)
    yield from (("missing", lead, handoff, None) for handoff, (lead, _) in nurture.lacking().items())
    yield from (("ready", lead, None, None) for lead in _ready())
    yield from (("quiet", lead, None, None) for lead in _quiet())


def _steps(day_ends_at: datetime) -> Iterator[tuple[str, int, int, datetime]]:
    """Yield the next steps of tracks whose day has come, in the day's own zone.

    The step that pays an owed first touch lies on the desk as that touch: no lead asks twice for one thing.
    """
    today = (day_ends_at - timedelta(microseconds=1)).date()
    due = nurture.due_steps(today).exclude(_owes_first_touch("refusal"))
    for lead, handoff, due_on in due.values_list("refusal__handoff__lead", "refusal", "due_on"):
        yield "step", lead, handoff, datetime.combine(due_on, time.min, tzinfo=day_ends_at.tzinfo)


def _owes_first_touch(handoff: str) -> Exists:
    return Exists(Clock.objects.open().filter(handoff=OuterRef(handoff), kind="nurture"))


def _offered() -> Any:
    return Handoff.objects.filter(state=HandoffState.OFFERED, leg=1, is_ended=False)


def _ready() -> Iterable[int]:
    """Return the sales-ready leads that nobody was offered yet."""
    offered = Handoff.objects.open().filter(lead=OuterRef("pk"), leg=1)
    return Lead.objects.alive().filter(~Exists(offered), stage=Stage.MQL).values_list("pk", flat=True)


def _quiet() -> Iterable[int]:
    """Return the leads in Marketing's stages that the worker marked as stale."""
    late = Clock.objects.late().filter(kind="nurture_stale", side=Side.MARKETING, lead__isnull=False)
    return late.values_list("lead_id", flat=True)


def _clocks() -> dict[tuple[str, int | None, int], tuple[Any, ...]]:
    """Return the open clocks that may speak for an item, by kind, handoff and lead; one query."""
    columns = ("kind", "handoff_id", "lead_id", "pk", "due_at", "warned_at", "breached_at")
    stale = Q(kind="nurture_stale", breached_at__isnull=True)
    found = Clock.objects.open().filter(kind__in=CLOCK_OF.values(), scope="lead").exclude(stale)
    return {
        (kind, handoff, lead): tuple(rest)
        for kind, handoff, lead, *rest in found.order_by(F("pk").desc()).values_list(*columns)
    }


def _item(
    kind: str, lead: int, handoff: int | None, own_due: datetime | None, clocks: Mapping[Any, Any]
) -> Item:
    clock, due_at, warned_at, breached_at = clocks.get(
        (CLOCK_OF.get(kind, ""), handoff, lead), (None, own_due, None, None)
    )
    is_late = breached_at is not None
    return Item(kind, lead, handoff, clock, due_at, warned_at is not None and not is_late, is_late)


def _order(item: Item, day_ends_at: datetime) -> tuple[int, bool, float, int]:
    due = item.due_at
    group = GROUPS.index(item.group(day_ends_at))
    return group, due is None, due.timestamp() if due else 0.0, item.lead_id
