"""What follows from a judgement: the stage, the clocks, the offer, the outcome of a deal."""

import contextlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F

from leads import transitions
from leads.choices import DealState, Evidence, Stage, TouchSide
from leads.models import Deal, FactChange, Lead, StageChange, Touch, User
from sla import agreements, clocks, handoffs, readiness, standings
from sla.choices import Disposition, Event, HandoffState, Ruling
from sla.intake import valve
from sla.models import Clock, Handoff, Refusal

_BEFORE_READY = (Stage.INQUIRY, Stage.NURTURING)
_WITH_DEALS = (Stage.SQL, Stage.OPPORTUNITY)


@dataclass(slots=True)
class Need:
    """What one lead asks for besides its new standing."""

    is_history: bool = False
    since: datetime | None = None
    touches: list[Touch] = field(default_factory=list)
    becomes_ready: bool = False
    ceases: bool = False
    opted_out: bool = False
    enters_marketing: bool = False
    has_deal: bool = False
    waits_for_offer: bool = False

    def __bool__(self) -> bool:
        return bool(self.touches) or any(
            (
                self.becomes_ready,
                self.ceases,
                self.opted_out,
                self.enters_marketing,
                self.has_deal,
                self.waits_for_offer,
            )
        )


def needs(
    judged: Mapping[int, standings.Judged], changes: Mapping[int, FactChange], now: datetime
) -> dict[int, Need]:
    """Return by lead what has to follow; leads for which nothing has are left out.

    Works on many leads with a constant number of queries, so that a bulk of changes which turn
    nobody costs nothing per lead.
    """
    ids = {*judged, *changes}
    leads = Lead.objects.alive().in_bulk(ids)
    timed = set(Clock.objects.open().filter(lead_id__in=ids).values_list("lead_id", flat=True))
    found = {lead_id: Need() for lead_id in sorted(leads)}
    for lead_id, change in changes.items():
        if lead_id in found:
            found[lead_id].is_history, found[lead_id].since = change.is_history, change.since
    listening = {pk for pk in found if pk in timed or leads[pk].stage == Stage.RECYCLED}
    for lead_id, touches in _new_touches(listening, changes).items():
        found[lead_id].touches = touches
    for lead_id, need in found.items():
        _decide(need, leads[lead_id], judged.get(lead_id), lead_id in timed)
    _drop_refused(found, leads)
    _drop_reasoned(found)
    _drop_without_deal(found)
    return {lead_id: need for lead_id, need in found.items() if need}


def follow(
    *, lead_id: int, judged: standings.Judged | None, need: Need, now: datetime, actor: User | None
) -> None:
    """Do what one lead needs, in the order in which it happened; each step is its own transaction.

    Every step looks at the lead as it is then and does nothing when somebody was faster.
    """
    _touch_clocks(lead_id, judged, need, now, actor)
    if judged and need.becomes_ready:
        _become_ready(lead_id, judged, need, now, actor)
    elif judged and need.ceases:
        _cease(lead_id, now, actor)
    if need.has_deal:
        _follow_deal(lead_id, now)
    if judged and judged.standing.is_ready and (need.becomes_ready or need.waits_for_offer):
        _offer(lead_id, judged, need, now)


def _decide(need: Need, lead: Lead, judged: standings.Judged | None, is_timed: bool) -> None:
    need.has_deal = lead.stage in _WITH_DEALS and need.since is not None
    if judged is None:
        return
    is_ready = judged.standing.is_ready
    need.becomes_ready = is_ready and lead.stage in _BEFORE_READY
    need.ceases = not is_ready and lead.stage == Stage.MQL
    need.waits_for_offer = is_ready and lead.stage == Stage.MQL and not need.is_history
    withdrawn = judged.facts.consent == "withdrawn"
    need.opted_out = withdrawn and is_timed and not need.is_history
    need.enters_marketing = (
        not (is_timed or withdrawn or need.is_history)
        and lead.stage in _BEFORE_READY
        and bool(agreements.document(judged.version).of_kind("nurture_stale"))
    )


def _new_touches(ids: set[int], changes: Mapping[int, FactChange]) -> dict[int, list[Touch]]:
    """Return touches since the marks, ascending, of the leads that somebody times or that sleep."""
    since = {pk: changes[pk].since for pk in ids if pk in changes and not changes[pk].is_history}
    found: defaultdict[int, list[Touch]] = defaultdict(list)
    if since:
        rows = Touch.objects.filter(lead_id__in=since, happened_at__gte=min(since.values()))
        for touch in rows.order_by("happened_at", "pk"):
            if touch.happened_at >= since[touch.lead_id]:
                found[touch.lead_id].append(touch)
    return found


def _drop_refused(found: Mapping[int, Need], leads: Mapping[int, Lead]) -> None:
    """Let no lead become ready again that waits for Marketing: for a repair, or since a withdrawal."""
    ids = [pk for pk, need in found.items() if need.becomes_ready]
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


@transaction.atomic
def _touch_clocks(
    lead_id: int, judged: standings.Judged | None, need: Need, now: datetime, actor: User | None
) -> None:
    """Tell the clocks of new touches, an opt-out, and that Marketing has the lead to look after."""
    if not (need.touches or need.opted_out or need.enters_marketing):
        return
    lead = Lead.objects.get(pk=lead_id)
    for touch in need.touches:
        clocks.hear_touch(lead=lead, touch=touch, now=now)
    if judged and need.opted_out:
        at = judged.facts.known_at.get("consent", now)
        clocks.hear(event=Event.OPTED_OUT, lead=lead, now=now, at=at, actor=actor)
    if judged and need.enters_marketing:
        at = _cared_for_since(lead, judged.facts, judged.version.activated_at or now)
        clocks.hear(event=Event.ENTERED_MARKETING, lead=lead, now=now, at=min(at, now), actor=actor)


def _cared_for_since(lead: Lead, facts: readiness.Facts, in_force_at: datetime) -> datetime:
    """Return from when a lead may go stale: its latest refresh, never before the agreement counts."""
    refreshed = [
        touch.at
        for touch in facts.touches or ()
        if touch.side == TouchSide.MARKETING or touch.evidence == Evidence.TWO_WAY
    ]
    began = lead.stage_since or lead.created_at or lead.recorded_at
    return max([began, in_force_at, *refreshed])


@transaction.atomic
def _become_ready(
    lead_id: int, judged: standings.Judged, need: Need, now: datetime, actor: User | None
) -> None:
    """Move the lead to `mql` as of the true moment; history moves silently."""
    lead = Lead.objects.select_for_update().get(pk=lead_id)
    if lead.stage not in _BEFORE_READY:
        return
    ready_since = judged.standing.ready_since or now
    # A lead that slept or came back became ready in this stage, whatever it was before.
    at = max(ready_since, lead.stage_since or ready_since)
    transitions.change_stage(
        lead=lead, to_stage=Stage.MQL, cause="become_ready", happened_at=at, now=now, actor=actor
    )
    if not need.is_history:
        clocks.hear(event=Event.BECAME_READY, lead=lead, now=now, at=at, actor=actor)


@transaction.atomic
def _cease(lead_id: int, now: datetime, actor: User | None) -> None:
    lead = Lead.objects.select_for_update().get(pk=lead_id)
    if lead.stage != Stage.MQL or Handoff.objects.open().filter(lead=lead).exists():
        return
    transitions.change_stage(
        lead=lead, to_stage=Stage.NURTURING, cause="cease_ready", happened_at=now, now=now, actor=actor
    )
    clocks.hear(event=Event.CEASED_READY, lead=lead, now=now, actor=actor)
    standings.hold(lead_id=lead_id, because="")


def _offer(lead_id: int, judged: standings.Judged, need: Need, now: datetime) -> None:
    """Offer a ready lead by routing, unless the capacity valve keeps it back for now."""
    if need.is_history:
        return
    because = valve.holds(judged.standing, agreements.document(judged.version), valve.free_share())
    if not because:
        try:
            handoffs.offer(lead=Lead.objects.get(pk=lead_id), now=now)
        except handoffs.AlreadyOpen:
            return
        except handoffs.MoveRefused:
            because = valve.REFUSED
    standings.hold(lead_id=lead_id, because=because)


def _follow_deal(lead_id: int, now: datetime) -> None:
    """Let the handoff follow the deal that another system reports: opportunity, then won or lost."""
    newest = F("closed_at").asc(nulls_first=True)
    deal = Deal.objects.filter(lead_id=lead_id, is_elsewhere=False).order_by(newest, "pk").last()
    handoff = Handoff.objects.open().filter(lead_id=lead_id).order_by("leg").last()
    if deal is None or handoff is None:
        return
    # A refused move is no fault of the fact: the deal stays, whoever works the lead decides.
    with contextlib.suppress(handoffs.MoveRefused):
        if handoff.state == HandoffState.QUALIFIED:
            handoff = handoffs.convert(handoff=handoff, actor=None, now=now)
        if handoff.state == HandoffState.CONVERTED or handoff.leg > 1:
            _close(handoff, deal, now)


def _close(handoff: Handoff, deal: Deal, now: datetime) -> None:
    if deal.state == DealState.WON:
        handoffs.win(
            handoff=handoff,
            actor=None,
            now=now,
            amount=deal.amount,
            currency=deal.currency,
            margin=deal.margin,
        )
    elif deal.state == DealState.LOST:
        handoffs.lose(handoff=handoff, actor=None, now=now)
