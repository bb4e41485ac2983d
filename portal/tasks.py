"""Tasks of the top floor; ids in, one call, safe to run twice."""

from celery import shared_task
from django.utils import timezone

from portal import delivery, imports
from portal.models import Heartbeat


@shared_task(name="portal.heartbeat")
def heartbeat() -> None:
    """Leave a mark that beat, queue, worker and database all did their part just now."""
    Heartbeat.objects.update_or_create(name="queue", defaults={"beat_at": timezone.now()})


@shared_task(name="portal.deliver")
def deliver() -> int:
    """Carry what waits in the outbox to people."""
    return delivery.deliver(now=timezone.now())


@shared_task(name="portal.imports")
def bring_in() -> int:
    """Check and import the files that people brought."""
    return imports.work(now=timezone.now)
