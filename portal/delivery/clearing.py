"""Throw away what has been delivered long ago."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from leads.models import OutboxMessage
from portal.models import Delivery, Notice, PasswordRequest

KEPT = timedelta(days=90)
REQUESTS_KEPT = timedelta(days=1)
BATCH = 2_000
State = Delivery.State


def clear(*, now: datetime, batches: int = 50) -> int:
    """Delete messages that were handed out 90 days ago, with their notices and deliveries; return how many.

    What was given up stays until somebody has looked at it, and so does its message.
    """
    PasswordRequest.objects.filter(at__lt=now - REQUESTS_KEPT).delete()
    cleared = 0
    for _batch in range(batches):
        count = _clear_batch(now - KEPT)
        cleared += count
        if count < BATCH:
            break
    return cleared


@transaction.atomic
def _clear_batch(before: datetime) -> int:
    kept = Delivery.objects.filter(message=OuterRef("pk")).exclude(state__in=[State.SENT, State.SKIPPED])
    old = OutboxMessage.objects.filter(~Exists(kept), fanned_out_at__lt=before).order_by("fanned_out_at")
    ids = list(old.values_list("pk", flat=True)[:BATCH])
    Notice.objects.filter(message__in=ids).delete()
    Delivery.objects.filter(message__in=ids).delete()
    OutboxMessage.objects.filter(pk__in=ids).delete()
    return len(ids)
