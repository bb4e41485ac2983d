"""What follows from a judgement: the stage, the clocks, the offer, the outcome of a deal."""

import contextlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, Q

from leads import transitions
from leads.choices import DealState, Evidence, Stage, TouchSide
from leads.models import Deal, Lead, User
from sla import agreements, clocks, handoffs, standings
from sla.choices import Event, HandoffState
from sla.intake import valve
from sla.intake.needs import BEFORE_READY, Need
from sla.models import Handoff, Refusal


@transaction.atomic
def enter_marketing(found: Mapping[int, Need], judged: Mapping[int, standings.Judged], now: datetime) -> None:
    """Open the clocks of leads that Marketing has to look after from now on, all in a few statements."""
    starts = [
        clocks.Start(
            need.lead,
            judged[pk].version,
            judged[pk].standing.tier,
            _cared_for_since(need.lead, judged[pk], now),
        )
        for pk, need in found.items()
        if need.enters_marketing
    ]
    if starts:
        clocks.open_many(event=Event.ENTERED_MARKETING, starts=starts, now=now)


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


@transaction.atomic
def _touch_clocks(
    lead_id: int, judged: standings.Judged | None, need: Need, now: datetime, actor: User | None
) -> None:
    """Tell the clocks of new touches and of an opt-out."""
    if not (need.touches or need.opted_out):
        return
    lead = Lead.objects.get(pk=lead_id)
    for touch in need.touches:
        clocks.hear_touch(lead=lead, touch=touch, now=now)
    if judged and need.opted_out:
        at = judged.facts.known_at.get("consent", now)
        clocks.hear(event=Event.OPTED_OUT, lead=lead, now=now, at=at, actor=actor)


def _cared_for_since(lead: Lead, judged: standings.Judged, now: datetime) -> datetime:
    """Return from when a lead may go stale: its latest refresh, never before the agreement counts."""
    refreshed = [
        touch.at
        for touch in judged.facts.touches or ()
        if touch.side == TouchSide.MARKETING or touch.evidence == Evidence.TWO_WAY
    ]
    began = lead.stage_since or lead.created_at or lead.recorded_at
    return min(now, max([began, judged.version.activated_at or now, *refreshed]))


@transaction.atomic
def _become_ready(
    lead_id: int, judged: standings.Judged, need: Need, now: datetime, actor: User | None
) -> None:
    """Move the lead to `mql` as of the true moment; history moves silently."""
    lead = Lead.objects.select_for_update().get(pk=lead_id)
    if lead.stage not in BEFORE_READY:
        return
    ready_since = judged.standing.ready_since or now
    # A lead that slept or came back became ready in this stage, whatever it was before; one whose
    # data was wrong, when it was put right.
    repairs = Refusal.objects.filter(handoff__lead=lead, repaired_at__isnull=False)
    repaired_at = repairs.aggregate(latest=Max("repaired_at"))["latest"]
    at = max(ready_since, lead.stage_since or ready_since, repaired_at or ready_since)
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
    document = agreements.document(judged.version)
    because = valve.holds(judged.standing, document, valve.free_share() if document.valve else None)
    if not because:
        try:
            handoffs.offer(lead=need.lead, now=now)
        except handoffs.AlreadyOpen:
            return
        except handoffs.MoveRefused:
            because = handoffs.HELD
    if because:  # an offer that was made says so itself
        standings.hold(lead_id=lead_id, because=because)


def _follow_deal(lead_id: int, now: datetime) -> None:
    """Let the handoff follow the deal that another system reports: opportunity, then won or lost.

    A deal that was closed before the offer belongs to an earlier round and says nothing of this one.
    """
    handoff = Handoff.objects.open().filter(lead_id=lead_id).order_by("leg").last()
    if handoff is None:
        return
    deals = Deal.objects.filter(lead_id=lead_id, is_elsewhere=False)
    if handoff.offered_at:
        deals = deals.filter(Q(state=DealState.OPEN) | Q(closed_at__gte=handoff.offered_at))
    deal = deals.order_by(F("closed_at").asc(nulls_first=True), "pk").last()
    if deal is None:
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
