"""The capacity valve: while Sales has no room only the upper tiers are offered, the rest waits."""

from datetime import datetime, timedelta

from django.db.models import Count, Q

from leads.choices import Role, Side
from leads.models import User
from sla import agreements
from sla.document import Document
from sla.models import Handoff, Standing

#: Why a ready lead is not offered: Sales lacks room, or the offer itself was refused.
CAPACITY = "capacity"
REFUSED = "refused"
_RETRY_REFUSED = timedelta(hours=1)


def holds(standing: Standing, document: Document, share: float | None) -> str:
    """Return the code of what keeps a ready lead back, blank when it may be offered.

    `share` is that of the places that are free, None where nobody has a limit.
    """
    valve = document.valve
    if valve is None or share is None or standing.tier in valve.tiers:
        return ""
    return CAPACITY if share < valve.free_capacity_below else ""


def free_share() -> float | None:
    """Return the share of places that Sales' people on duty have left, None where nobody has a limit."""
    people = User.objects.filter(
        is_active=True,
        is_paused=False,
        max_open__isnull=False,
        role__in=(Role.REP, Role.QUALIFIER),
        team__side=Side.SALES,
    )
    limits = {pk: most or 0 for pk, most in people.values_list("pk", "max_open")}
    places = sum(limits.values())
    if not places:
        return None
    counts = Handoff.objects.open().filter(rep_id__in=limits).values("rep_id").annotate(open=Count("pk"))
    taken = sum(min(row["open"], limits[row["rep_id"]]) for row in counts)
    return (places - taken) / places


def released(*, now: datetime, limit: int) -> list[int]:
    """Return ready leads that were kept back and may be offered now, best cells of the grid first.

    A refused offer is tried again each hour: nothing in the lead itself would call for it.
    """
    share = free_share()
    waiting = Standing.objects.filter(~Q(held_because=""), is_ready=True).select_related("version")
    waiting = waiting.defer("version__document", "version__canonical_text", "parts")
    ready = []
    for standing in waiting.order_by("grid", "ready_since")[:limit]:
        if standing.held_because == REFUSED:
            is_free = standing.judged_at <= now - _RETRY_REFUSED
        else:
            is_free = not holds(standing, agreements.document(standing.version), share)
        if is_free:
            ready.append(standing.lead_id)
    return ready
