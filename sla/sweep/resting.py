"""How long rests what failed, what is told of it, and how it is tried again at once."""

from datetime import datetime, timedelta

from leads.models import FactChange
from sla.models import ActionRow, Clock

_FIRST, _LONGEST = timedelta(minutes=5), timedelta(days=1)
_LONGEST_ERROR = 500


def until(now: datetime, attempts: int) -> datetime:
    """Return when to try again after so many attempts in a row: twice as long each time, a day at most."""
    return now + min(_FIRST * 2 ** min(attempts - 1, 10), _LONGEST)


def told(error: BaseException) -> str:
    """Return an error in one line for operations."""
    return f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]


def try_again(*, kind: str, pk: int, now: datetime) -> bool:
    """Let the next sweep try a `clock`, a `move` or a `lead` again; tell whether it still waits."""
    waiting = {
        "clock": (Clock.objects.open().filter(pk=pk).exclude(error=""), {"next_at": now}),
        "move": (ActionRow.objects.filter(pk=pk, done_at__isnull=True, attempts__gt=0), {"due_at": now}),
        "lead": (FactChange.objects.filter(pk=pk).exclude(error=""), {"retry_at": now}),
    }
    rows, changes = waiting[kind]
    return bool(rows.update(**changes))
