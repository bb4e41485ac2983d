"""Carry what the outbox holds to people and systems: at least once, under a key that never changes."""

from datetime import datetime

from portal.delivery.fanning import fan_out
from portal.delivery.sending import send_due
from portal.delivery.telling import Told, told

__all__ = ["Told", "deliver", "fan_out", "told"]


def deliver(*, now: datetime) -> int:
    """Say who is told of what waits, send what is due, and return the number of messages taken up.

    Safe to run at any moment, beside itself, and after a crash anywhere.
    """
    taken = fan_out(now=now)
    send_due(now=now)
    return taken
