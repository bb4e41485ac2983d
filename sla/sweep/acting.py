"""Moves that a ladder or a date asks for: written down first, then made as ordinary moves, one by one."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Exists, Expression, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from leads import kept, setbased
from leads.models import Absence
from sla import calendars, handoffs
from sla.choices import Disposition, HandoffState
from sla.models import ActionRow, Handoff, Refusal
from sla.sweep import resting

BATCH = 500
_A_DAY = timedelta(days=1)
#: What goes to somebody else while its owner is away.
_HANDED_ON = (HandoffState.OFFERED, HandoffState.ACCEPTED, HandoffState.QUALIFIED)
log = logging.getLogger(__name__)


def waiting(now: kept.Moment, *, since: kept.Day, until: kept.Day) -> tuple[QuerySet[Any], ...]:
    """Return what `ask` and `act` look at; absences are those of the days `around` a moment."""
    return _expiring(now), _waking(now), _absences(since, until), _asked(now)


def around(now: datetime) -> dict[str, date]:
    """Return the days that may be today somewhere."""
    return {"since": now.date() - _A_DAY, "until": now.date() + _A_DAY}


def ask(now: datetime) -> int:
    """Write down what has come due by date: offers that end, recycled leads that wake.

    What is written down already is passed over, so that moves that keep failing shut nobody out.
    """
    rows = [
        _row("expire", pk, f"expire:{pk}:{seq}", now)
        for pk, seq in _expiring(now).order_by("expires_at").values_list("pk", "seq")[:BATCH]
    ]
    rows += [
        _row("wake", pk, f"wake:{pk}:date", now)
        for pk in _waking(now).order_by("wake_at").values_list("pk", flat=True)[:BATCH]
    ]
    rows += [_row("stand_in", pk, f"stand_in:{pk}:{rep}:{day}", now) for pk, rep, day in _left_behind(now)]
    return setbased.insert_rows(ActionRow, rows, ignore_conflicts=True)


def _left_behind(now: datetime) -> list[tuple[int, int, str]]:
    """Return open handoffs of people who are away, each with the person and the last day away."""
    absences = list(_absences(**around(now)).select_related("user__calendar", "user__team__calendar"))
    away = calendars.away([one.user for one in absences], now) if absences else set()
    until = {one.user_id: one.last_on.isoformat() for one in absences if one.user_id in away}
    if not until:
        return []
    held = Handoff.objects.open().filter(rep__in=until, state__in=_HANDED_ON)
    last_day = Case(*(When(rep=rep, then=Value(day)) for rep, day in until.items()), default=Value(""))
    key = (Cast("pk", CharField()), Value(":"), Cast("rep", CharField()), Value(":"), last_day)
    unasked = _unasked(held, "stand_in:", *key)
    return [(pk, rep, until[rep]) for pk, rep in unasked.values_list("pk", "rep_id")[:BATCH]]


def _expiring(now: kept.Moment) -> QuerySet[Handoff]:
    offers = Handoff.objects.filter(state=HandoffState.OFFERED, expires_at__lte=now)
    return _unasked(offers, "expire:", Cast("pk", CharField()), Value(":"), Cast("seq", CharField()))


def _waking(now: kept.Moment) -> QuerySet[Refusal]:
    asleep = Refusal.objects.filter(
        woken_at__isnull=True, wake_at__lte=now, handoff__disposition=Disposition.RECYCLE
    )
    return _unasked(asleep, "wake:", Cast("pk", CharField()), Value(":date"))


def _absences(since: kept.Day, until: kept.Day) -> QuerySet[Absence]:
    return Absence.objects.filter(first_on__lte=until, last_on__gte=since)


def _asked(now: kept.Moment) -> QuerySet[ActionRow]:
    return ActionRow.objects.filter(done_at__isnull=True, due_at__lte=now)


def _unasked(rows: QuerySet[Any], prefix: str, *key: Expression) -> QuerySet[Any]:
    """Keep rows whose move has not been asked for yet."""
    keyed = rows.annotate(action_key=Concat(Value(prefix), *key, output_field=CharField()))
    return keyed.filter(~Exists(ActionRow.objects.filter(key=OuterRef("action_key"))))


def act(now: datetime) -> Counter[str]:
    """Make the moves that are asked for, one transaction each; return how many by action, and `failed`.

    A move that is refused because somebody was faster is done with; one that finds nobody to take
    the lead, or fails, is tried again later, each time after a longer rest.
    """
    taken: Counter[str] = Counter()
    # One look per run: what fails rests and stands behind the others in the next.
    found = _asked(now).order_by("attempts", "due_at", "id")
    for pk in list(found.values_list("pk", flat=True)[:BATCH]):
        taken[_act_one(pk, now)] += 1
    return taken


def _act_one(pk: int, now: datetime) -> str:
    try:
        with transaction.atomic():
            row = _claimed(pk)
            if row is None:
                return "skipped"
            _MOVES[row.action](row.handoff, now)
            ActionRow.objects.filter(pk=pk).update(done_at=now, error="")
            return row.action
    except handoffs.NotEligible as refused:
        handoffs.alarm(handoff=ActionRow.objects.select_related("handoff").get(pk=pk).handoff, now=now)
        return _put_off(pk, refused, now)
    except handoffs.MoveRefused as refused:
        ActionRow.objects.filter(pk=pk).update(done_at=now, error=resting.told(refused))
        return "moot"
    # Whatever is wrong with one handoff, the others are due.
    except Exception as error:
        log.exception("Action %s failed", pk)
        return _put_off(pk, error, now)


def _claimed(pk: int) -> ActionRow | None:
    rows = ActionRow.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return rows.filter(pk=pk, done_at__isnull=True).select_related("handoff__lead").first()


def _put_off(pk: int, error: Exception, now: datetime) -> str:
    attempts = ActionRow.objects.values_list("attempts", flat=True).get(pk=pk) + 1
    due_at = resting.until(now, attempts)
    ActionRow.objects.filter(pk=pk).update(attempts=attempts, error=resting.told(error), due_at=due_at)
    return "failed"


def _row(action: str, handoff_id: int, key: str, now: datetime) -> dict[str, object]:
    return {"key": key, "action": action, "handoff_id": handoff_id, "created_at": now, "due_at": now}


def _pool(handoff: Handoff, now: datetime) -> None:
    """Worked leads have no pool: they go to another rep."""
    if handoff.state == HandoffState.OFFERED:
        handoffs.pool(handoff=handoff, now=now)
    else:
        handoffs.hand_on(handoff=handoff, now=now)


def _reassign(handoff: Handoff, now: datetime) -> None:
    handoffs.hand_on(handoff=handoff, now=now)


def _stand_in(handoff: Handoff, now: datetime) -> None:
    """Give the lead of somebody who is away to somebody else; moot once they are back or it is not theirs."""
    rep = handoff.rep
    if rep is None or not calendars.away([rep], now):
        raise handoffs.Changed
    handoffs.hand_on(handoff=handoff, now=now)


def _expire(handoff: Handoff, now: datetime) -> None:
    handoffs.expire(handoff=handoff, now=now)


def _wake(handoff: Handoff, now: datetime) -> None:
    handoffs.wake(handoff=handoff, now=now)


_MOVES: dict[str, Callable[[Handoff, datetime], None]] = {
    "reassign": _reassign,
    "pool": _pool,
    "stand_in": _stand_in,
    "expire": _expire,
    "wake": _wake,
}
