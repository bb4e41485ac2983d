"""How long rests what failed, and what is told of it."""

from datetime import datetime, timedelta

_FIRST, _LONGEST = timedelta(minutes=5), timedelta(days=1)
_LONGEST_ERROR = 500


def until(now: datetime, attempts: int) -> datetime:
    """Return when to try again after so many attempts in a row: twice as long each time, a day at most."""
    return now + min(_FIRST * 2 ** min(attempts - 1, 10), _LONGEST)


def told(error: BaseException) -> str:
    """Return an error in one line for operations."""
    return f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
