"""Taking up the marks that changed facts leave: judge in bulk, then let each lead's consequences follow."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from leads import marks
from leads.models import FactChange, User
from leads.transitions import WrongStage
from sla import clocks, standings
from sla.intake import following, needs, valve

log = logging.getLogger(__name__)
_HELD_PER_RUN = 100


def drain_lead(*, lead_id: int, now: datetime, actor: User | None = None) -> standings.Judged | None:
    """Judge one lead now and let follow what follows; None when no agreement covers it or it failed."""
    seen = list(FactChange.objects.filter(pk=lead_id))
    judged = _take_up([lead_id], seen, now, actor)
    return judged.get(lead_id)


def drain(*, now: datetime, limit: int = 1000) -> int:
    """Take up waiting marks and leads that time alone has changed; return how many leads.

    A lead that fails is set aside with its error and blocks no other. May run again at any time:
    what was done already is not done twice.
    """
    seen = marks.waiting(now, limit)
    ids = [change.lead_id for change in seen]
    ids += [lead_id for lead_id in _rechecks(now, limit - len(ids)) if lead_id not in set(ids)]
    _take_up(ids, seen, now, None)
    for lead_id in valve.released(now=now, limit=_HELD_PER_RUN):
        if lead_id not in set(ids):
            _take_up([lead_id], [], now, None)
    return len(ids)


def _rechecks(now: datetime, limit: int) -> list[int]:
    if limit <= 0:
        return []
    due = standings.due_rechecks(now, limit)
    aside = FactChange.objects.filter(pk__in=due, retry_at__gt=now).values_list("pk", flat=True)
    return [lead_id for lead_id in due if lead_id not in set(aside)]


def _take_up(
    ids: Sequence[int], seen: Sequence[FactChange], now: datetime, actor: User | None
) -> dict[int, standings.Judged]:
    changes = {change.lead_id: change for change in seen}
    judged, failed = _judge_apart(ids, changes, now)
    found = needs.of_leads(judged, changes)
    failed |= _enter_marketing(found, judged, now)
    for lead_id, need in found.items():
        if lead_id in failed:
            continue
        try:
            following.follow(lead_id=lead_id, judged=judged.get(lead_id), need=need, now=now, actor=actor)
        except (WrongStage, clocks.ClockChanged):
            # Somebody moved the lead meanwhile: its mark stays, the next run sees it as it is then.
            failed.add(lead_id)
        except Exception as error:
            log.exception("lead %s could not be taken up", lead_id)
            marks.set_aside(lead_id=lead_id, error=repr(error), now=now)
            failed.add(lead_id)
    marks.clear(change for change in seen if change.lead_id not in failed)
    return judged


def _enter_marketing(
    found: dict[int, needs.Need], judged: dict[int, standings.Judged], now: datetime
) -> set[int]:
    """Open clocks together; when that fails, lead by lead. Return those that failed."""
    try:
        following.enter_marketing(found, judged, now)
        return set()
    except Exception:
        log.exception("clocks of %s leads could not be opened together", len(found))
    failed = set()
    for lead_id, need in found.items():
        try:
            following.enter_marketing({lead_id: need}, judged, now)
        except Exception as error:
            marks.set_aside(lead_id=lead_id, error=repr(error), now=now)
            failed.add(lead_id)
    return failed


def _judge_apart(
    ids: Sequence[int], changes: dict[int, FactChange], now: datetime
) -> tuple[dict[int, standings.Judged], set[int]]:
    """Judge leads together; when that fails, in halves, until the one that fails stands alone."""
    if not ids:
        return {}, set()
    since = {lead_id: changes[lead_id].since for lead_id in ids if lead_id in changes}
    try:
        with transaction.atomic():
            return standings.judge(lead_ids=ids, now=now, since=since), set()
    except Exception as error:
        if len(ids) == 1:
            log.exception("lead %s could not be judged", ids[0])
            marks.set_aside(lead_id=ids[0], error=repr(error), now=now)
            return {}, {ids[0]}
    half = len(ids) // 2
    first, first_failed = _judge_apart(ids[:half], changes, now)
    second, second_failed = _judge_apart(ids[half:], changes, now)
    return first | second, first_failed | second_failed
