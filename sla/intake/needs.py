"""What each lead asks for after a judgement, found out for many leads at once."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef, Q, QuerySet

from leads import kept, storing
from leads.choices import Stage
from leads.marks import Mark
from leads.models import Deal, FactChange, Lead, StageChange, Touch
from sla import agreements, clocks, standings
from sla.choices import Disposition, HandoffState, Ruling
from sla.choices.moves import BY_SIGNIFIER
from sla.models import Clock, Handoff, Refusal

BEFORE_READY = (Stage.INQUIRY, Stage.NURTURING)
_WITH_DEALS = (Stage.SQL, Stage.OPPORTUNITY)
_AFTER_DEALS = (Stage.CUSTOMER, Stage.LOST)
#: Stages in which a judgement or a fact may move a lead; in any other only one that is timed is looked at.
_MOVABLE = frozenset({*BEFORE_READY, *BY_SIGNIFIER, Stage.MQL, Stage.RECYCLED, *_WITH_DEALS, *_AFTER_DEALS})


@dataclass(slots=True)
class Need:
    """What one lead asks for besides its new standing."""

    lead_id: int
    stage: str
    is_history: bool = False
    since: datetime | None = None
    touches: list[clocks.Told] = field(default_factory=list)
    becomes_ready: bool = False
    ceases: bool = False
    #: The stage into which a key signifier leads it, "" for none.
    shows: str = ""
    opted_out: bool = False
    enters_marketing: bool = False
    has_deal: bool = False
    #: Its deal was closed one way, and then the other.
    is_contradicted: bool = False
    waits_for_offer: bool = False

    @property
    def lead(self) -> Lead:
        """The lead as far as its clocks look at it; all else is left in the database."""
        return Lead.from_db(DEFAULT_DB_ALIAS, ("id", "stage"), (self.lead_id, self.stage))

    @property
    def is_for_sales(self) -> bool:
        """Tell whether the lead is ready and waits to be offered."""
        return (self.becomes_ready or self.waits_for_offer) and not self.is_history

    def __bool__(self) -> bool:
        return bool(self.touches) or any(
            (
                self.becomes_ready,
                self.ceases,
                self.shows,
                self.opted_out,
                self.enters_marketing,
                self.has_deal,
                self.is_contradicted,
                self.waits_for_offer,
            )
        )


def of_leads(
    judged: Mapping[int, standings.Judged], changes: Mapping[int, Mark], touch: Touch | None = None
) -> dict[int, Need]:
    """Return by lead what has to follow; leads for which nothing has are left out.

    `touch` was just added: where it is all that is new of its lead, no touches are read. Works on
    many leads with a constant number of queries, so that a bulk of changes which turn nobody costs
    nothing per lead.
    """
    states = {pk: (stage, is_timed) for pk, stage, is_timed in _states(leads={*judged, *changes})}
    heard = {pk for pk, (stage, is_timed) in states.items() if is_timed or stage == Stage.RECYCLED}
    is_alone = touch and _is_alone(touch, changes.get(touch.lead_id), judged.get(touch.lead_id))
    touches = _new_touches(heard, changes, touch if is_alone else None)
    found: dict[int, Need] = {}
    for lead_id in sorted(states):
        stage, is_timed = states[lead_id]
        change, new = changes.get(lead_id), touches.get(lead_id, [])
        need = Need(lead_id, stage)
        if change:
            need.is_history, need.since = change.is_history, change.since
        if stage == Stage.RECYCLED or any(clocks.means_something(one) for one in new):
            need.touches = new
        _decide(need, judged.get(lead_id), is_timed)
        if need:
            found[lead_id] = need
    return _settled(found)


class State(NamedTuple):
    """How a lead stands as a touch comes: whether it is timed, is marked, and has touches that came later."""

    stage: str
    #: As `agreements.heed` takes it.
    ids_in_force: str | None
    #: Reserved for the touch, so that its clocks may name it before it is written; None on SQLite.
    touch_id: int | None
    is_timed: bool
    is_marked: bool
    is_followed: bool


def ask_state(lead_id: int, at: datetime) -> Callable[[], State | None]:
    """Ask how a living lead stands for a touch of a moment, and return what tells it."""
    rows = _state.ahead(lead=lead_id, at=at)
    return lambda: next((State(*row) for row in rows()), None)


@kept.question
def _state() -> QuerySet[Any, Any]:
    others = {
        "is_timed": Clock.objects.open().filter(lead_id=OuterRef("pk")),
        "is_marked": FactChange.objects.filter(pk=OuterRef("pk")),
        "is_followed": Touch.objects.filter(lead_id=OuterRef("pk"), happened_at__gt=kept.moment("at")),
    }
    found = Lead.objects.alive().filter(pk=kept.number("lead"))
    asked = found.annotate(
        ids_in_force=agreements.ids_in_force(),
        touch_id=storing.fresh_id(Touch),
        **{name: Exists(rows) for name, rows in others.items()},
    )
    return asked.values_list("stage", "ids_in_force", "touch_id", *others)


def of_touch(touch: Touch, state: State) -> Need | None:
    """Return what clocks have to hear of a touch by which nobody is judged, None where that is nothing."""
    if not (state.is_timed or state.stage == Stage.RECYCLED):
        return None
    told = [clocks.Told.of(touch)]
    if state.is_followed:
        told = [clocks.Told(*one) for one in _told(leads=[touch.lead_id], since=touch.happened_at)]
    if state.stage == Stage.RECYCLED or any(clocks.means_something(one) for one in told):
        return Need(touch.lead_id, state.stage, touches=told)
    return None


@kept.question
def _states() -> QuerySet[Any, Any]:
    open_clocks = Clock.objects.open().filter(lead_id=OuterRef("pk"))
    leads = Lead.objects.alive().filter(pk__among=kept.ids("leads")).annotate(is_timed=Exists(open_clocks))
    movable = leads.filter(Q(stage__in=sorted(_MOVABLE)) | Q(is_timed=True))
    return movable.values_list("pk", "stage", "is_timed")


def _settled(found: dict[int, Need]) -> dict[int, Need]:
    """Return what remains of the needs once all is known that speaks against them."""
    _drop_refused(found)
    _drop_reasoned(found)
    _drop_without_deal(found)
    _drop_agreeing(found)
    for need in found.values():
        if need.becomes_ready:  # at once in Sales' reach: no time in Marketing's stages to measure
            need.enters_marketing = False
    return {lead_id: need for lead_id, need in found.items() if need}


def _decide(need: Need, judged: standings.Judged | None, is_timed: bool) -> None:
    stage = need.stage
    need.has_deal = stage in _WITH_DEALS and need.since is not None
    need.is_contradicted = stage in _AFTER_DEALS and need.since is not None
    if judged is None:
        return
    is_ready = judged.standing.is_ready
    need.becomes_ready = is_ready and stage in BEFORE_READY
    need.ceases = not is_ready and stage == Stage.MQL
    if not (stage == Stage.INQUIRY and is_ready):
        need.shows = _shown(stage, judged, need.is_history)
    need.waits_for_offer = is_ready and stage == Stage.MQL and not need.is_history
    withdrawn = judged.facts.consent == "withdrawn"
    need.opted_out = withdrawn and is_timed and not need.is_history
    need.enters_marketing = (
        not (is_timed or withdrawn or need.is_history)
        and stage in BEFORE_READY
        and bool(agreements.document(judged.version).of_kind("nurture_stale"))
    )


def _shown(stage: str, judged: standings.Judged, is_history: bool) -> str:
    """Return the stage whose key signifier a lead shows, where it may lead on from its own; "" for none.

    Qualified it becomes only if it meets that gate too; history moves nobody who is with Sales.
    """
    target, terms = BY_SIGNIFIER.get(stage, ""), agreements.terms(judged.version)
    signifier, at = terms.signifiers.get(target), judged.standing.judged_at
    if signifier is None or (is_history and stage != Stage.INQUIRY):
        return ""
    if signifier.value(judged.facts, at) is not True:
        return ""
    is_open = target != Stage.SQL or terms.gates["qualification"].value(judged.facts, at) is True
    return target if is_open else ""


def _is_alone(touch: Touch, mark: Mark | None, judged: standings.Judged | None) -> bool:
    """Tell whether a touch is all that is new of its lead: the only one marked, and none came later."""
    known = judged.facts.touches if judged else None
    return bool(mark and mark.marks == 1 and known and known[-1].id == touch.pk)


def _new_touches(
    ids: set[int], changes: Mapping[int, Mark], alone: Touch | None
) -> dict[int, list[clocks.Told]]:
    """Return touches since the marks, ascending, of the leads that somebody times or that sleep."""
    since = {pk: changes[pk].since for pk in ids if pk in changes and not changes[pk].is_history}
    if alone and since.keys() == {alone.lead_id}:
        return {alone.lead_id: [clocks.Told.of(alone)]}
    found: defaultdict[int, list[clocks.Told]] = defaultdict(list)
    if since:
        for one in _told(leads=since, since=min(since.values())):
            touch = clocks.Told(*one)
            if touch.happened_at >= since[touch.lead_id]:
                found[touch.lead_id].append(touch)
    return found


@kept.question
def _told() -> QuerySet[Any, Any]:
    rows = Touch.objects.filter(lead_id__among=kept.ids("leads"), happened_at__gte=kept.moment("since"))
    return rows.order_by("happened_at", "pk").values_list(*clocks.Told._fields)


def _drop_refused(found: Mapping[int, Need]) -> None:
    """Let no lead become ready again that waits for Marketing: for a repair, or since a withdrawal."""
    ids = [pk for pk, need in found.items() if need.becomes_ready]
    if not ids:
        return
    last: dict[int, Handoff] = {}
    rows = Handoff.objects.filter(lead_id__in=ids, leg=1).order_by("cycle", "hop")
    for handoff in rows:
        last[handoff.lead_id] = handoff
    repairs = [one.pk for one in last.values() if one.disposition == Disposition.REPAIR]
    open_repairs = set(
        Refusal.objects.filter(pk__in=repairs, repaired_at__isnull=True)
        .exclude(ruling=Ruling.OVERTURNED)
        .values_list("pk", flat=True)
    )
    for pk, handoff in last.items():
        since = found[pk].since
        is_withdrawn = handoff.state == HandoffState.WITHDRAWN
        is_unchanged = since is None or handoff.ended_at is None or since <= handoff.ended_at
        if handoff.pk in open_repairs or (is_withdrawn and is_unchanged):
            found[pk].becomes_ready = False


def _drop_reasoned(found: Mapping[int, Need]) -> None:
    """Let a lead cease to be ready only if the verdict made it ready and it is not offered."""
    ids = [pk for pk, need in found.items() if need.ceases or need.waits_for_offer]
    if not ids:
        return
    offered = set(Handoff.objects.open().filter(lead_id__in=ids).values_list("lead_id", flat=True))
    cause: dict[int, str] = {}
    for lead_id, why in (
        StageChange.objects.filter(lead_id__in=ids).order_by("seq").values_list("lead_id", "cause")
    ):
        cause[lead_id] = why
    for pk in ids:
        need = found[pk]
        need.ceases = need.ceases and pk not in offered and cause.get(pk) == "become_ready"
        need.waits_for_offer = need.waits_for_offer and pk not in offered


def _drop_without_deal(found: Mapping[int, Need]) -> None:
    ids = [pk for pk, need in found.items() if need.has_deal]
    if ids:
        with_deal = set(Deal.objects.filter(lead_id__in=ids).values_list("lead_id", flat=True))
        for pk in ids:
            found[pk].has_deal = pk in with_deal


def _drop_agreeing(found: Mapping[int, Need]) -> None:
    ids = [pk for pk, need in found.items() if need.is_contradicted]
    if ids:
        rows = Handoff.objects.contradicted().filter(lead_id__in=ids)
        contradicted = set(rows.values_list("lead_id", flat=True))
        for pk in ids:
            found[pk].is_contradicted = pk in contradicted
