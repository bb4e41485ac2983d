"""Leave messages and see what becomes of them."""

from datetime import timedelta
from typing import Any

from leads import outbox
from leads.models import OutboxMessage, User
from portal.models import Delivery
from tests.factories import NOW

HOUR = timedelta(hours=1)


def leave(kind: str, *, key: str = "", not_before: Any = NOW, **fields: Any) -> OutboxMessage:
    """Leave a message in the outbox, by default about a clock that is not there."""
    fields = {"subject_type": "clock", "subject_id": 1, **fields}
    outbox.put(key=key or kind, kind=kind, not_before=not_before, now=NOW, **fields)
    return OutboxMessage.objects.get(key=key or kind)


def tell(person: User, count: int = 1, kind: str = "handoff.nudge") -> None:
    """Leave news for one person."""
    first = OutboxMessage.objects.count()
    for number in range(first, first + count):
        leave(kind, key=f"news:{number}", recipient_id=person.pk)


def states(**of: Any) -> list[str]:
    """Return the states of deliveries, in order."""
    return list(Delivery.objects.filter(**of).order_by("id").values_list("state", flat=True))
