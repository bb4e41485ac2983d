"""Which handoffs make an offer cohort, and by which conditions they are counted.

Acceptance = accepted ÷ (accepted + declined); an overturned decline counts as accepted; rerouted and
withdrawn do not count; an expired offer is Sales' miss and stands beside. A handoff belongs to the
period of its offer; history without an offer time belongs to no period.
"""

from typing import Any

from django.db.models import Count, DateTimeField, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leads.choices import Evidence, TouchSide
from leads.models import Touch
from sla.choices import REFUSED_STATES, Disposition, HandoffState, Ruling
from sla.compliance.periods import Filters, Period
from sla.models import Clock, Handoff

ACCEPTED = ("accepted", "qualified", "returned", "converted", "won", "lost")
#: Hops that are no outcome of their own: the next hop of the cycle carries on.
PASSED_ON = (HandoffState.REROUTED, HandoffState.WITHDRAWN, HandoffState.EXPIRED)
OVERTURNED = Q(state=HandoffState.DECLINED, refusal__ruling=Ruling.OVERTURNED)
#: How offers count in the acceptance rate; what matches neither is not decided, or no outcome of its own.
COUNTS_ACCEPTED = Q(state__in=ACCEPTED) | OVERTURNED
COUNTS_DECLINED = Q(state=HandoffState.DECLINED) & ~OVERTURNED
UPHELD = Q(refusal__ruling=Ruling.UPHELD)
#: Sales said no before or after working it; asking Marketing to repair the data is no such word.
REFUSED = (
    Q(state__in=REFUSED_STATES)
    & ~Q(refusal__ruling=Ruling.OVERTURNED)
    & ~Q(disposition=Disposition.REPAIR)
)  # fmt: skip
#: Accepted and worked, and nothing came of it: the mirror of what was refused and bought later.
IN_VAIN = (HandoffState.RETURNED, HandoffState.LOST)
#: Handoffs with a decision of their own, whatever came after.
DECIDED = (*ACCEPTED, HandoffState.DECLINED)
#: Of handoffs that `followed` knows of: those whose follow-up can be told.
HANDED_OVER = Q(leg=1) & ~Q(state__in=[*PASSED_ON, HandoffState.OFFERED]) & ~Q(in_time=True, touched=0)


def offered_in(period: Period | None, filters: Filters, leg: int | None = None) -> QuerySet[Handoff]:
    """Return the handoffs offered in the period (None: all, undated history included)."""
    found = Handoff.objects.filter(filters.on_handoffs())
    if period is not None:
        found = found.filter(offered_at__gte=period.start_at, offered_at__lt=period.end_at)
    return found if leg is None else found.filter(leg=leg)


def in_bucket(handoffs: QuerySet[Handoff], bucket: str) -> QuerySet[Handoff]:
    """Narrow offers to a bucket: `accepted`, `in_vain`, `declined`, `declined_though_met`, `expired`,
    `undecided`; any other word keeps all.
    """
    tests = {
        "accepted": COUNTS_ACCEPTED,
        "in_vain": Q(state__in=IN_VAIN),
        "declined": COUNTS_DECLINED,
        "declined_though_met": COUNTS_DECLINED & Q(verdict__value=True),
        "expired": Q(state=HandoffState.EXPIRED),
        "undecided": Q(state=HandoffState.OFFERED),
    }
    return handoffs.filter(tests[bucket]) if bucket in tests else handoffs


def sales_touches() -> QuerySet[Touch]:
    """Return Sales' real touches since the offer, for use against an outer handoff."""
    return Touch.objects.filter(
        lead=OuterRef("lead"),
        side=TouchSide.SALES,
        evidence__gte=Evidence.LOGGED,
        is_automatic=False,
        happened_at__gte=OuterRef("offered_at"),
    )


def followed(handoffs: QuerySet[Handoff]) -> Any:
    """Add Sales' touches since the offer, the first of them, and whether there is still time for it."""
    in_time = Clock.objects.open().filter(
        handoff=OuterRef("pk"), kind="first_touch", breached_at__isnull=True
    )
    counted = sales_touches().order_by().values("lead").annotate(n=Count("id"), first=Min("happened_at"))
    return handoffs.annotate(
        in_time=Exists(in_time),
        touched=Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0),
        first_touch_at=Subquery(counted.values("first"), output_field=DateTimeField()),
    )


def worked(handoffs: QuerySet[Handoff]) -> Any:
    """Add how many times Sales touched the lead between the offer and its end."""
    until = sales_touches().filter(happened_at__lte=OuterRef("ended_at"))
    counted = until.order_by().values("lead").annotate(n=Count("id")).values("n")
    return handoffs.annotate(touches=Coalesce(Subquery(counted, output_field=IntegerField()), 0))


def handed_over(period: Period | None, filters: Filters) -> Any:
    """Return the leads handed to Sales on leg one, once per cycle, with Sales' touches counted.

    Left out is what Sales still has time for: undecided offers, and accepted leads whose first touch
    is neither made nor due.
    """
    return followed(offered_in(period, filters, leg=1)).filter(HANDED_OVER)


def followed_up() -> Exists:
    """Return the condition that Sales touched the lead after this handoff was offered."""
    return Exists(sales_touches())
