"""Stretches in which no sweep ran: nobody was warned, so what fell due then is charged to nobody."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from leads import kept, setbased
from sla.models import Outage, SweepMark

#: A worker that is started anew takes seconds; silence longer than this is an outage.
SILENCE = timedelta(minutes=2)
_SWEEP = "sweep"


def between(since: datetime, until: datetime) -> list[Outage]:
    """Return the outages that touch a stretch of time, the earliest first."""
    return list(Outage.objects.filter(to_at__gt=since, from_at__lt=until).order_by("from_at"))


def covering(outages: Iterable[Outage], moment: datetime) -> Outage | None:
    """Return the outage in which a moment lies, its first instant not included."""
    return next((outage for outage in outages if outage.from_at < moment <= outage.to_at), None)


def note(now: datetime) -> Outage | None:
    """Write down the outage that ends now, if the clocks have not been looked at for too long.

    A sweep that dies before it has caught up lengthens the same outage by the next one.
    """
    last_at = _last_at.first()
    if last_at is None or now - last_at <= SILENCE:
        return None
    setbased.upsert_rows(Outage, [{"from_at": last_at, "to_at": now}], key="from_at")
    return Outage.objects.get(from_at=last_at)


def caught_up(now: datetime) -> None:
    """Note that every clock due by now has been looked at."""
    # A long run that ends late does not take the mark back behind a later one.
    if not sweeps().filter(clocks_at__lte=now).update(clocks_at=now):
        setbased.insert_rows(SweepMark, [{"name": _SWEEP, "clocks_at": now}], ignore_conflicts=True)


def finished(now: datetime, seconds: float, report: dict[str, int]) -> None:
    """Note the end of a whole sweep, how long it took and what it did."""
    sweeps().update(finished_at=now, seconds=seconds, report=report)


def sweeps() -> QuerySet[SweepMark]:
    """Return the mark of the regular sweep; there is none before the first."""
    return SweepMark.objects.filter(name=_SWEEP)


@kept.question
def _last_at() -> QuerySet[SweepMark, datetime]:
    return sweeps().values_list("clocks_at", flat=True)
