"""What touches mean to clocks: contact, the agreed attempts, freshness, a sign to wake up."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Min, QuerySet, Subquery

from leads import kept, pipeline, setbased, storing
from leads.choices import Evidence, Stage, TouchKind, TouchSide
from leads.models import Lead, Touch
from sla.choices import CLOCK_KINDS, Event
from sla.clocks import together
from sla.clocks.hearing import Accepts, Hearing
from sla.clocks.shared import Shared, of_clocks, open_clocks
from sla.models import ActionRow, Clock, Handoff, Refusal


class Told(NamedTuple):
    """What clocks hear of a touch: columns of its row."""

    id: int
    lead_id: int
    happened_at: datetime
    side: str
    kind: str
    evidence: int
    reached: bool | None
    is_automatic: bool
    actor_id: int | None

    @classmethod
    def of(cls, touch: Touch) -> "Told":
        """Tell of a touch that is at hand."""
        return cls(*(getattr(touch, name) for name in cls._fields))


#: When somebody of Sales tried, and how, by lead; ascending.
_Attempts = Mapping[int, Sequence[tuple[datetime, str, int]]]
#: Kinds of clocks of which the next one opens when they are met.
_REFRESHED = [code for code, kind in CLOCK_KINDS.items() if kind.refresh]


class Hearers(NamedTuple):
    """What gives all that hears the touches of some leads: clocks under lock, their handoffs, attempts."""

    clocks: Callable[[], Sequence[Clock]]
    #: An id for each clock that may be followed by another.
    ids: Callable[[], Sequence[int | None]]
    handoffs: Callable[[], Sequence[Handoff]]
    #: Rows of lead, id, moment, kind, evidence.
    attempts: Callable[[], Sequence[tuple[int, int, datetime, str, int]]]


def ask_hearers(lead_ids: Collection[int]) -> Hearers:
    """Ask for all that hears the touches of some leads, and return what gives it; see `pipeline.together`.

    Of many leads each is asked for only where it is looked for: then its work counts, and not the way to it.
    """
    if len(lead_ids) > setbased.FEW:
        return Hearers(
            partial(open_clocks, leads=lead_ids),
            list,
            partial(_handoffs, leads=lead_ids),
            partial(_tried, leads=lead_ids),
        )
    return Hearers(
        open_clocks.ahead(leads=lead_ids),
        _fresh_ids.ahead(leads=lead_ids),
        _handoffs.ahead(leads=lead_ids),
        _tried.ahead(leads=lead_ids),
    )


def hear_touches(
    *,
    heard: Sequence[tuple[Lead, Sequence[Told]]],
    now: datetime,
    judged: together.Judged | None = None,
    hearers: Hearers | None = None,
) -> list[Clock]:
    """Let touches, ascending, work on the clocks of their leads; return those changed.

    Call it in a transaction. Each counts as of when it happened. Automatic touches mean nothing to clocks.
    The same touch may come twice. `judged` is that of `hear_of_leads`; `hearers` are those of these leads,
    where somebody asked for them already. The number of statements stays.
    """
    meant = [(lead, [one for one in touches if not one.is_automatic]) for lead, touches in heard]
    _ask_to_wake([(lead, touches) for lead, touches in meant if lead.stage == Stage.RECYCLED], now)
    if hearers is None:
        with pipeline.together():
            hearers = ask_hearers([lead.pk for lead, touches in meant if touches])
    shared = of_clocks(hearers.clocks(), hearers.ids())
    _attach_handoffs(shared, hearers)
    attempts = _attempts(shared, hearers, meant)
    hearings = []
    for lead, touches in meant:
        if lead.pk in shared.clocks:
            hearing = together.of_lead(lead, shared, judged or {}, now)
            for touch in touches:
                _hear(hearing, touch, attempts)
            hearings.append(hearing)
    return together.save(hearings, now)


def means_something(touch: Told) -> bool:
    """Tell whether a touch works on clocks at all: what the prospect merely opened or read does not."""
    return not touch.is_automatic and (touch.side == TouchSide.SALES or any(_meanings(touch)))


def _hear(hearing: Hearing, touch: Told, attempts: _Attempts) -> None:
    hearing.actor_id = touch.actor_id
    for event, accepts in _meanings(touch):
        hearing.hear(event, at=touch.happened_at, detail={"touch": touch.id}, accepts=accepts)
    if touch.side == TouchSide.SALES:
        for clock in hearing.clocks:
            if clock.kind == "persistence" and clock.ended_at is None:
                _persist(hearing, clock, attempts)


def _meanings(touch: Told) -> Iterator[tuple[str, Accepts]]:
    def is_proved(clock: Clock) -> bool:
        return touch.evidence >= clock.commitment.evidence

    def is_any(clock: Clock) -> bool:
        return True

    if touch.side == TouchSide.SALES:
        yield Event.SALES_TOUCH, is_proved
        yield Event.SALES_REFRESH, is_proved
        if touch.reached or touch.evidence == Evidence.TWO_WAY:
            yield Event.CONTACTED, is_proved
    elif touch.side == TouchSide.MARKETING:
        yield Event.MARKETING_TOUCH, is_proved
        yield Event.MARKETING_REFRESH, is_proved
    elif touch.kind == TouchKind.REPLIED or touch.evidence == Evidence.TWO_WAY:
        yield Event.SALES_REFRESH, is_any
        yield Event.MARKETING_REFRESH, is_any


def _persist(hearing: Hearing, clock: Clock, attempts: _Attempts) -> None:
    """Meet a persistence clock at the attempt that completes what was agreed."""
    params, schedule = clock.commitment.params, hearing.schedule(clock)
    days, channels, count = set(), set(), 0
    for at, kind, evidence in attempts.get(hearing.lead.pk, ()):
        if at < clock.started_at or evidence < clock.commitment.evidence:
            continue
        count += 1
        days.add(schedule.local_date(at))
        channels.add(kind)
        is_enough = count >= params["attempts"] and len(days) >= params["days"]
        if is_enough and len(channels) >= params["channels"]:
            hearing.advance(clock, "met", at=at, detail={"attempts": count})
            return


def _attempts(shared: Shared, hearers: Hearers, heard: Iterable[tuple[Lead, Sequence[Told]]]) -> _Attempts:
    """Return what Sales tried since persistence clocks of these leads started, and what is heard now."""
    if not any(clock.kind == "persistence" for own in shared.clocks.values() for clock in own):
        return {}
    found: defaultdict[int, dict[int, tuple[datetime, str, int]]] = defaultdict(dict)
    for lead_id, touch_id, at, kind, evidence in hearers.attempts():
        found[lead_id][touch_id] = (at, kind, evidence)
    for lead, touches in heard:  # written, or proved better, since it was asked
        for one in touches:
            if one.side == TouchSide.SALES:
                found[lead.pk][one.id] = (one.happened_at, one.kind, one.evidence)
    return {lead_id: sorted(attempts.values()) for lead_id, attempts in found.items()}


@kept.question
def _tried() -> QuerySet[Any, Any]:
    # A new owner has a younger clock beside the side's own.
    clocks = Clock.objects.open().filter(lead__among=kept.ids("leads"), kind="persistence")
    since = Subquery(clocks.values("kind").annotate(since=Min("started_at")).values("since"))
    made = Touch.objects.filter(lead_id__among=kept.ids("leads"), side=TouchSide.SALES, is_automatic=False)
    return made.filter(happened_at__gte=since).values_list("lead_id", "pk", "happened_at", "kind", "evidence")


def _attach_handoffs(shared: Shared, hearers: Hearers) -> None:
    """Give the clocks that a refresh opens anew their handoffs, with all that tells their hours."""
    refreshed = (clock for own in shared.clocks.values() for clock in own if clock.kind in _REFRESHED)
    clocks = [(clock, clock.handoff_id) for clock in refreshed if clock.handoff_id]
    handoffs = {handoff.pk: handoff for handoff in hearers.handoffs()} if clocks else {}
    for clock, handoff_id in clocks:
        clock.handoff = handoff = handoffs[handoff_id]
        if handoff.version_id == clock.version_id:
            handoff.version = clock.version
        if handoff.rep_id == clock.rep_id:
            clock.rep = handoff.rep


@kept.question
def _fresh_ids() -> QuerySet[Clock, int | None]:
    return _refreshed().values_list(storing.fresh_id(Clock), flat=True)


@kept.question
def _handoffs() -> QuerySet[Handoff]:
    """Read of handoffs what a clock that follows on them needs: what judges it, whose hours rule it."""
    calendars = [f"{whose}__calendar" for whose in ("rep", "rep__team", "team")]
    hours = [f"{calendar}__{name}" for calendar in calendars for name in ("key", "revision")]
    found = Handoff.objects.filter(pk__in=_refreshed().values("handoff")).select_related(*calendars)
    return found.only(
        "lead", "leg", "version", "tier", "rep", "team", "rep__team", "team__side", *calendars, *hours
    )


def _refreshed() -> QuerySet[Clock]:
    return Clock.objects.open().filter(lead__among=kept.ids("leads"), kind__in=_REFRESHED)


def _ask_to_wake(asleep: Sequence[tuple[Lead, Sequence[Told]]], now: datetime) -> None:
    """Ask for the wake-ups that refusals tied to these kinds of touches; the sweep then runs them."""
    touches = {lead.pk: own for lead, own in asleep if own}
    if not touches:
        return
    waiting = Refusal.objects.filter(handoff__lead__in=touches, woken_at__isnull=True)
    waiting = waiting.exclude(wake_trigger="")
    asked = [
        {
            "key": f"wake:{handoff_id}:touch:{touch.id}",
            "action": "wake",
            "handoff_id": handoff_id,
            "created_at": now,
            "due_at": now,
        }
        for handoff_id, lead_id, signs in waiting.values_list("pk", "handoff__lead", "wake_trigger")
        for touch in touches[lead_id]
        if f"{touch.side}.{touch.kind}" in signs.split()
    ]
    setbased.insert_rows(ActionRow, asked, ignore_conflicts=True)
