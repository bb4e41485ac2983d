"""The plan of the day: what each person of Sales has to do today, told once when their day begins."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leads import outbox
from leads.choices import Side
from leads.models import OutboxMessage, User
from sla import businesstime, calendars
from sla.models import Clock
from sla.permissions import TAKES_LEADS

KIND = "plan.daily"
#: A plan that could not be told so long after the day began comes too late.
FRESH = timedelta(hours=3)
#: What a clock asks for; every other kind is told as one more thing.
PARTS = {"decide": "decide", "first_touch": "touch", "persistence": "touch", "upkeep": "touch"}


def write_due(*, now: datetime) -> int:
    """Leave a plan for everybody whose working day has begun and who has something due; return how many.

    Safe to run at any moment: the key of a person and day is used once.
    """
    found = User.objects.filter(is_active=True, role__in=TAKES_LEADS)
    people = list(found.select_related("calendar", "team__calendar"))
    hours = calendars.of_people(people)
    begun = {person.pk: open_ for person in people if (open_ := hours[person.pk]) and _has_begun(open_, now)}
    keys = {pk: f"plan:{pk}:{open_.local_date(now)}" for pk, open_ in begun.items()}
    known = set(OutboxMessage.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    waiting = {pk: begun[pk] for pk, key in keys.items() if key not in known}
    plans = _plans(waiting, now) if waiting else {}
    messages = [outbox.Message(keys[pk], KIND, "user", pk, now, None, pk, plan) for pk, plan in plans.items()]
    return outbox.put_many(messages, now=now) if messages else 0


def _has_begun(hours: businesstime.Schedule, now: datetime) -> bool:
    """Tell whether the day's first opening lies at most a few hours back."""
    try:
        opened_at = hours.next_open(_midnight(hours, now))
    except businesstime.BeyondCalendar:
        return False
    return opened_at <= now < opened_at + FRESH


def _midnight(hours: businesstime.Schedule, now: datetime, days: int = 0) -> datetime:
    day = hours.local_date(now) + timedelta(days=days)
    return datetime.combine(day, time.min, ZoneInfo(hours.timezone))


def _plans(hours: Mapping[int, businesstime.Schedule], now: datetime) -> dict[int, dict[str, Any]]:
    """Return by person what is due until the end of their day, in one query; nothing for who has nothing."""
    ends = {pk: _midnight(open_, now, days=1) for pk, open_ in hours.items()}
    clocks = Clock.objects.open().filter(rep__in=hours, side=Side.SALES, due_at__lt=max(ends.values()))
    rows = clocks.filter(handoff__is_ended=False).order_by("due_at").values_list(
        "rep_id", "handoff_id", "kind", "due_at", "breached_at"
    )  # fmt: skip
    due: dict[int, dict[tuple[int, str], tuple[datetime, bool]]] = defaultdict(dict)
    for rep_id, handoff_id, kind, due_at, breached_at in rows:
        if due_at and due_at < ends[rep_id]:
            # Two clocks that one act stops are one thing to do.
            due[rep_id].setdefault((handoff_id, PARTS.get(kind, "other")), (due_at, bool(breached_at)))
    return {pk: _plan(found.items(), now) for pk, found in due.items()}


def _plan(found: Iterable[tuple[tuple[int, str], tuple[datetime, bool]]], now: datetime) -> dict[str, Any]:
    things = list(found)
    ahead = [due_at for _key, (due_at, _late) in things if due_at >= now]
    return {
        "counts": dict(Counter(part for (_handoff, part), _due in things)),
        "late": sum(is_late for _key, (_due, is_late) in things),
        "first_at": min(ahead).isoformat() if ahead else "",
    }
