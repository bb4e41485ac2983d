"""Taking up the marks that changed facts leave: judge in bulk, then let each lead's consequences follow."""

import logging
from collections.abc import Callable, Collection, Container, Sequence
from datetime import datetime

from leads import marks
from leads.choices import Stage
from leads.marks import Mark
from leads.models import FactChange, Touch, User
from leads.transitions import WrongStage
from sla import clocks, standings
from sla.intake import following, needs, valve

log = logging.getLogger(__name__)
_HELD_PER_RUN = 100
#: Leads that one transaction moves: few enough that nobody waits long for one of them.
_AT_ONCE = 200
#: What may follow from a judgement, in the order in which it happens.
_STEPS: tuple[tuple[Callable[[needs.Need], bool], following.Act], ...] = (
    (lambda need: need.enters_marketing, following.enter_marketing),
    (lambda need: bool(need.touches) or need.opted_out, following.hear),
    (lambda need: need.shows == Stage.NURTURING, following.show_signifier),
    (lambda need: need.shows in following.ADVANCES, following.advance),
    (lambda need: need.becomes_ready, following.become_ready),
    (lambda need: need.ceases, following.cease),
    (lambda need: need.has_deal, following.follow_deals),
    (lambda need: need.is_contradicted, following.correct),
    (lambda need: need.is_for_sales, following.offer),
)


def drain_lead(
    *,
    lead_id: int,
    now: datetime,
    actor: User | None = None,
    mark: Mark | None = None,
    touch: Touch | None = None,
) -> standings.Judged | None:
    """Judge one lead now and let follow what follows; None when no agreement covers it or it failed.

    Without its `mark`, as it was left a moment ago, that is looked up; so are its new touches unless
    `touch`, which left the mark, is the only one.
    """
    judged = _take_up([lead_id], [mark] if mark else marks.of([lead_id]), now, actor, touch)
    return judged.get(lead_id)


def drain_leads(*, lead_ids: Collection[int], now: datetime, actor: User | None = None) -> None:
    """Judge some leads now, together, and let follow what follows, as far as they are marked."""
    seen = marks.of(lead_ids)
    _take_up(sorted(change.lead_id for change in seen), seen, now, actor)


def drain(*, now: datetime, limit: int = 1000, walk: marks.Walk | None = None) -> int:
    """Take up waiting marks and leads that time alone has changed; return how many leads.

    A lead that fails is set aside with its error and blocks no other. May run again at any time:
    what was done already is not done twice. A `walk` goes on where it ended; several may walk beside
    each other, and only that of the first share takes up what has no mark.
    """
    walk = walk or marks.Walk()
    is_first = walk.share[0] == 0
    seen = walk.take(now, limit)
    ids = dict.fromkeys(change.lead_id for change in seen)
    if is_first:
        ids |= dict.fromkeys(_rechecks(now, limit - len(ids)))
    _take_up(list(ids), seen, now, None)
    if is_first:
        released = _not_aside(valve.released(now=now, limit=_HELD_PER_RUN), now)
        _take_up([pk for pk in released if pk not in ids], [], now, None)
    return len(ids)


def _rechecks(now: datetime, limit: int) -> list[int]:
    if limit <= 0:
        return []
    return _not_aside(standings.due_rechecks(now, limit), now)


def _not_aside(ids: Collection[int], now: datetime) -> list[int]:
    aside = set(FactChange.objects.filter(pk__in=ids, retry_at__gt=now).values_list("pk", flat=True))
    return [lead_id for lead_id in ids if lead_id not in aside]


def _take_up(
    ids: Sequence[int],
    seen: Sequence[Mark],
    now: datetime,
    actor: User | None,
    touch: Touch | None = None,
) -> dict[int, standings.Judged]:
    if not ids:
        return {}
    guards = _guarded(set(ids).difference(change.lead_id for change in seen), now)
    # What somebody marked in this very moment is a change like any other.
    seen = [*seen, *(one for one in guards if one.marks > 1)]
    changes = {change.lead_id: change for change in seen}
    renewed = {pk for pk, change in changes.items() if change.is_renewal}
    judged, failed = _judge_apart(ids, changes, now, renewed)
    found = needs.of_leads(judged, changes, touch)
    # What follows for a lead may ask for all of its touches.
    whole, more = _judge_apart([pk for pk in found if pk in renewed], changes, now)
    judged, failed = judged | whole, failed | more
    for asks, act in _STEPS:
        asking = [pk for pk, need in found.items() if pk not in failed and asks(need)]
        # Offers are cut into transactions where they are made.
        at_once = len(asking) if act is following.offer else _AT_ONCE
        for start in range(0, len(asking), at_once or 1):
            part = {pk: found[pk] for pk in asking[start : start + at_once]}
            failed |= _let(act, part, judged, now, actor)
    ours = [*seen, *(one for one in guards if one.marks == 1)]
    for gone in marks.clear(change for change in ours if change.lead_id not in failed):
        # Somebody judged this lead beside us: which of the two wrote last, the next run makes sure.
        marks.mark(lead_ids=[gone.lead_id], since=now, now=now, is_history=gone.is_history)
    return judged


def _guarded(ids: Collection[int], now: datetime) -> list[Mark]:
    """Mark leads that are judged without a mark, so that whoever judges them beside us is noticed.

    The mark begins with the judgement that stands: left behind, it hides no moment since then.
    """
    if not ids:
        return []
    marks.mark_each(since=dict.fromkeys(ids, now) | standings.judged_at(ids), now=now)
    return marks.of(ids)


def _let(
    act: following.Act,
    part: dict[int, needs.Need],
    judged: dict[int, standings.Judged],
    now: datetime,
    actor: User | None,
) -> set[int]:
    """Let one thing happen to leads together; when it fails, in halves. Return those that failed alone."""
    ids = list(part)
    try:
        act(part, judged, now, actor)
        return set()
    except (WrongStage, clocks.ClockChanged):
        # Somebody moved a lead meanwhile: its mark stays, the next run sees it as it is then.
        if len(ids) == 1:
            return set(ids)
    except Exception as error:
        if len(ids) == 1:
            log.exception("lead %s could not be taken up", ids[0])
            marks.set_aside(lead_id=ids[0], error=repr(error), now=now)
            return set(ids)
    failed = set()
    for half in (ids[: len(ids) // 2], ids[len(ids) // 2 :]):
        failed |= _let(act, {pk: part[pk] for pk in half}, judged, now, actor)
    return failed


def _judge_apart(
    ids: Sequence[int], changes: dict[int, Mark], now: datetime, renewed: Container[int] = ()
) -> tuple[dict[int, standings.Judged], set[int]]:
    """Judge leads together; when that fails, in halves, until the one that fails stands alone.

    Judging writes standings alone, and each anew as often as it is judged, so there is nothing to take back:
    it needs no transaction of its own, and whoever drains within one would lose what they wrote with the
    first lead that the database refuses.
    """
    if not ids:
        return {}, set()
    since = {lead_id: changes[lead_id].since for lead_id in ids if lead_id in changes}
    try:
        return standings.judge(lead_ids=ids, now=now, since=since, renewed=renewed), set()
    except Exception as error:
        if len(ids) == 1:
            log.exception("lead %s could not be judged", ids[0])
            marks.set_aside(lead_id=ids[0], error=repr(error), now=now)
            return {}, {ids[0]}
    half = len(ids) // 2
    first, first_failed = _judge_apart(ids[:half], changes, now, renewed)
    second, second_failed = _judge_apart(ids[half:], changes, now, renewed)
    return first | second, first_failed | second_failed
