"""Effects that must reach the world, left in the transaction that caused them and delivered later."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leads import setbased
from leads.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class Message:
    """One effect; the same `key` is never left twice."""

    key: str
    kind: str
    subject_type: str
    subject_id: int | None
    not_before: datetime
    lead_id: int | None = None
    recipient_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


def put(
    *,
    key: str,
    kind: str,
    subject_type: str,
    subject_id: int | None,
    not_before: datetime,
    now: datetime,
    lead_id: int | None = None,
    recipient_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> bool:
    """Leave one message and tell whether it is new; it waits until `not_before`."""
    message = Message(key, kind, subject_type, subject_id, not_before, lead_id, recipient_id, data or {})
    return put_many([message], now=now) == 1


def put_many(messages: Sequence[Message], *, now: datetime) -> int:
    """Leave messages in one statement and return how many are new."""
    rows = [
        {
            "key": message.key,
            "kind": message.kind,
            "subject_type": message.subject_type,
            "subject_id": message.subject_id,
            "lead_id": message.lead_id,
            "recipient_id": message.recipient_id,
            "data": message.data,
            "not_before": message.not_before,
            "created_at": now,
            "fanned_out_at": None,
        }
        for message in messages
    ]
    return setbased.insert_rows(OutboxMessage, rows, ignore_conflicts=True)


def drop(*, key: str) -> bool:
    """Take back a message that nobody has read yet, as when its cause is undone; tell whether it was."""
    return bool(OutboxMessage.objects.filter(key=key, fanned_out_at__isnull=True).delete()[0])
