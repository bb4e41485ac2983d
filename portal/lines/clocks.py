"""Say clocks and the commitments behind them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import badges, wording
from sla.choices import CLOCK_KINDS, PERIODIC_KINDS
from sla.models import Clock, Commitment

UNITS: dict[str, tuple[Promise | str, Promise | str]] = {
    "business_minutes": (gettext_lazy("%s business minute"), gettext_lazy("%s business minutes")),
    "business_hours": (gettext_lazy("%s business hour"), gettext_lazy("%s business hours")),
    "business_days": (gettext_lazy("%s business day"), gettext_lazy("%s business days")),
    "calendar_hours": (gettext_lazy("%s hour"), gettext_lazy("%s hours")),
    "calendar_days": (gettext_lazy("%s day"), gettext_lazy("%s days")),
}


def badge(
    clock: Clock,
    now: datetime,
    *,
    attempts: int = 0,
    note: str = "",
    remaining: timedelta | None = None,
) -> badges.Badge:
    """Return the badge of a stored clock; `note` stands in place of its due time."""
    return badges.badge_for(
        clock.state,
        now=now,
        label=clock_label(clock, attempts),
        started_at=clock.started_at,
        due_at=clock.due_at,
        warned_at=clock.warned_at,
        breached_at=clock.breached_at,
        ended_at=clock.ended_at,
        lateness=clock.lateness,
        remaining=remaining,
        note=note,
    )


def clock_label(clock: Clock, attempts: int = 0) -> str:
    """Name a clock by its commitment; a running persistence clock by the attempt that is next."""
    wanted = clock.commitment.params.get("attempts")
    if clock.kind == "persistence" and wanted and clock.ended_at is None:
        return _("Attempt %(n)s of %(all)s") % {"n": min(attempts + 1, wanted), "all": wanted}
    return commitment_label(clock.commitment)


def commitment_label(commitment: Commitment) -> str:
    """Name a commitment."""
    return promise_label(commitment.kind, commitment.params)


def promise_label(kind: str, params: Mapping[str, Any]) -> str:
    """Name what a kind of commitment promises; the one that counts from the offer says so."""
    if kind == "first_touch" and params.get("from") == "offer":
        return _("First touch after offer")
    return str(CLOCK_KINDS[kind].label if kind in CLOCK_KINDS else PERIODIC_KINDS[kind][0])


def limit(commitment: Commitment) -> str:
    """Say the time a commitment allows: "2 business hours"; "" when it has none."""
    return "" if commitment.amount is None else span(float(commitment.amount), commitment.unit)


def allowed(clock: Clock) -> str:
    """Say the time a clock was started with, which for stale leads depends on the stage."""
    return span(clock.allowance, clock.unit)


def span(amount: float, unit: str) -> str:
    """Say an amount of a unit of agreements; "" for one that has no words."""
    if unit not in UNITS:
        return ""
    one, many = UNITS[unit]
    return str(one if amount == 1 else many) % wording.count_text(amount)
