"""What waits at all, asked of every queue in one statement: an idle sweep opens none of them."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BooleanField, Exists, ExpressionWrapper, Q, QuerySet

from leads import kept, marks
from sla import agreements, intake, outages, standings
from sla.models import Clock
from sla.sweep import acting


class Waiting(NamedTuple):
    """What waits, by the kind of work that it asks for; before the first sweep anything may."""

    clocks: bool = True
    moves: bool = True
    versions: bool = True
    reviews: bool = True
    leads: bool = True


def look(now: datetime) -> Waiting:
    """Return what waits to be done by the very conditions by which the queues are read."""
    found = _waiting.first(
        now=now,
        **acting.around(now),
        **agreements.days_of_reminders(now),
        refused_until=now - intake.RETRY_REFUSED,
    )
    return Waiting(*found) if found else Waiting()


@kept.planned_anew
def _waiting() -> QuerySet[Any, Any]:
    now = kept.moment("now")
    queues: tuple[tuple[QuerySet[Any], ...], ...] = (
        (Clock.objects.due(now),),
        acting.waiting(now, since=kept.day("since"), until=kept.day("until")),
        (agreements.to_activate(),),
        (agreements.to_remind(kept.day("today"), kept.day("remind_by")),),
        (marks.due(now), standings.to_recheck(now), *intake.held(kept.moment("refused_until"))),
    )
    asked = dict(zip(Waiting._fields, map(_any, queues), strict=True))
    return outages.sweeps().annotate(**asked).values_list(*asked)


def _any(queues: tuple[QuerySet[Any], ...]) -> ExpressionWrapper:
    found = Q(Exists(queues[0]))
    for queue in queues[1:]:
        found |= Q(Exists(queue))
    return ExpressionWrapper(found, output_field=BooleanField())
