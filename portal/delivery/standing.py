"""How the post stands: what waits for how long, what was given up, by which way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from leads.models import OutboxMessage
from portal.models import Delivery

State = Delivery.State
COUNTED = ("waiting", "sending", "sent", "dead")


@dataclass(frozen=True)
class Way:
    """The counts of one channel; `sent` of the last day."""

    channel: str
    label: str
    waiting: int
    sending: int
    sent: int
    dead: int


@dataclass(frozen=True)
class Standing:
    """The post as a whole; `oldest_at` is since when something is due and not out."""

    ways: tuple[Way, ...]
    not_fanned: int
    oldest_at: datetime | None


def standing(now: datetime) -> Standing:
    """Count the post as it is now."""
    counts: dict[str, dict[str, Any]] = {row["channel"]: row for row in _counts(now)}
    ways = tuple(
        Way(code, str(label), *(counts.get(code, {}).get(name, 0) for name in COUNTED))
        for code, label in Delivery.Channel.choices
    )
    waiting = OutboxMessage.objects.filter(fanned_out_at__isnull=True, not_before__lte=now)
    return Standing(ways, waiting.count(), oldest_undelivered(now))


def oldest_undelivered(now: datetime) -> datetime | None:
    """Return since when the oldest message that should be out is not; None when nothing is late.

    What waits for a person's hours or for an undo is not late; what failed and is tried again is.
    """
    waiting = OutboxMessage.objects.filter(fanned_out_at__isnull=True, not_before__lte=now)
    held = Delivery.objects.filter(state__in=[State.WAITING, State.SENDING])
    late = held.filter(Q(next_try_at__lte=now) | Q(attempts__gt=0))
    found = [
        waiting.order_by("not_before").values_list("not_before", flat=True).first(),
        late.order_by("created_at").values_list("created_at", flat=True).first(),
    ]
    return min((at for at in found if at), default=None)


def given_up() -> QuerySet[Delivery]:
    """Return the letters that were given up, the newest first."""
    dead = Delivery.objects.filter(state=State.DEAD)
    return dead.select_related("message__lead__account", "recipient", "endpoint").order_by("-id")


def _counts(now: datetime) -> QuerySet[Delivery, dict[str, Any]]:
    lately = Q(state=State.SENT, sent_at__gt=now - timedelta(days=1))
    found: QuerySet[Delivery, Any] = Delivery.objects.values("channel").annotate(
        waiting=Count("id", filter=Q(state=State.WAITING)),
        sending=Count("id", filter=Q(state=State.SENDING)),
        sent=Count("id", filter=lately),
        dead=Count("id", filter=Q(state=State.DEAD)),
    )
    return found
