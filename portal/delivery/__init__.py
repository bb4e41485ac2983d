"""Carry what the outbox holds to people: at least once, each message once per person."""

from portal.delivery.fanning import deliver
from portal.delivery.telling import Told, told

__all__ = ["Told", "deliver", "told"]
