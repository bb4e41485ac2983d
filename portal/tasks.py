"""Tasks of the top floor; ids in, one call, safe to run twice."""

from celery import shared_task
from django.utils import timezone

from portal import delivery, imports
from portal.api import repeating
from portal.delivery import clearing
from portal.demo import asking
from portal.models import Heartbeat
from sla import tasks as judging


@shared_task(name="portal.heartbeat")
def heartbeat() -> None:
    """Leave a mark that beat, queue, worker and database all did their part just now."""
    Heartbeat.objects.update_or_create(name="queue", defaults={"beat_at": judging.database_now()})


@shared_task(name="portal.deliver")
def deliver() -> int:
    """Carry what waits in the outbox to people, by the clock of the database that wrote it."""
    return delivery.deliver(now=judging.database_now())


@shared_task(name="portal.clear")
def clear() -> int:
    """Throw away what was delivered, answered, rejected or left lying long ago."""
    now = timezone.now()
    return clearing.clear(now=now) + repeating.forget(now) + imports.clear(now=now)


@shared_task(name="portal.imports")
def bring_in() -> int:
    """Check and import the files that people brought."""
    return imports.work(now=timezone.now)


@shared_task(name=asking.TASK)
def load_demo(actor_id: int) -> None:
    """Load the demo company for whoever asked for it; done already, nothing happens."""
    asking.load(actor_id=actor_id, now=judging.database_now())
