"""What follows from a judgement: the stage, the clocks, the offer, the outcome of a deal."""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet

from leads import kept, transitions
from leads.choices import DealState, Evidence, Stage, TouchSide
from leads.models import Deal, Lead, User
from sla import agreements, clocks, handoffs, readiness, standings
from sla.choices import Event, HandoffState
from sla.intake import valve
from sla.intake.needs import BEFORE_READY, Need
from sla.models import AgreementVersion, Handoff, Refusal

Found = Mapping[int, Need]
Judged = Mapping[int, standings.Judged]
#: Lets one thing happen to leads together; may be called again for leads to which it happened already.
Act = Callable[[Found, Judged, datetime, User | None], None]


@transaction.atomic
def enter_marketing(found: Found, judged: Judged, now: datetime, actor: User | None) -> None:
    """Open the clocks of leads that Marketing has to look after from now on, all in a few statements."""
    starts = [
        clocks.Start(lead, one.version, one.standing.tier, _cared_for_since(lead, one, now))
        for lead in _leads(leads=found)
        for one in (judged[lead.pk],)
    ]
    clocks.open_many(event=Event.ENTERED_MARKETING, starts=starts, now=now)


@kept.question
def _leads() -> QuerySet[Lead]:
    return Lead.objects.alive().filter(pk__among=kept.ids("leads")).order_by("pk")


@transaction.atomic
def hear(found: Found, judged: Judged, now: datetime, actor: User | None) -> None:
    """Tell the clocks of leads' new touches and of opt-outs."""
    judging = tell(found, judged, now)
    opted_out = [
        (need.lead, judged[pk].facts.known_at.get("consent", now))
        for pk, need in found.items()
        if pk in judged and need.opted_out
    ]
    if opted_out:
        clocks.hear_of_leads(event=Event.OPTED_OUT, leads=opted_out, judged=judging, now=now, actor=actor)


def tell(
    found: Found, judged: Judged, now: datetime, hearers: clocks.Hearers | None = None
) -> dict[int, tuple[AgreementVersion, str]]:
    """Tell the clocks of leads' new touches, and return who judges these leads; call it in a transaction.

    `hearers` are those of these leads, where somebody asked for them already.
    """
    judging = {pk: (one.version, one.standing.tier) for pk, one in judged.items() if pk in found}
    heard = [(need.lead, need.touches) for need in found.values() if need.touches]
    if heard:
        clocks.hear_touches(heard=heard, judged=judging, now=now, hearers=hearers)
    return judging


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
def become_ready(found: Found, judged: Judged, now: datetime, actor: User | None) -> None:
    """Move leads to `mql`, each as of the true moment, and start the clocks; history moves silently."""
    rows = Lead.objects.select_for_update(no_key=True).filter(pk__in=found, stage__in=BEFORE_READY)
    repaired = _repaired(found)
    steps = [
        transitions.Step(lead, _ready_at(lead, judged[lead.pk].standing, repaired.get(lead.pk)))
        for lead in rows.order_by("pk")
    ]
    moved = transitions.become(steps=steps, to_stage=Stage.MQL, cause="become_ready", now=now, actor=actor)
    clocks.hear_of_leads(
        event=Event.BECAME_READY,
        leads=[(lead, lead.stage_since or now) for lead in moved if not found[lead.pk].is_history],
        judged={pk: (one.version, one.standing.tier) for pk, one in judged.items()},
        now=now,
        actor=actor,
    )


@transaction.atomic
def show_signifier(found: Found, judged: Judged, now: datetime, actor: User | None) -> None:
    """Move inquiries that show the key signifier of nurturing there, each as of the true moment."""
    rows = Lead.objects.select_for_update(no_key=True).filter(pk__in=found, stage=Stage.INQUIRY)
    steps = [transitions.Step(lead, _shown_at(lead, judged[lead.pk], now)) for lead in rows.order_by("pk")]
    transitions.become(steps=steps, to_stage=Stage.NURTURING, cause="signifier", now=now, actor=actor)


def _shown_at(lead: Lead, judged: standings.Judged, now: datetime) -> datetime:
    found = _shown_since(Stage.NURTURING, judged, now)
    return min(now, max(found, lead.stage_since or found, judged.version.activated_at or found))


def _shown_since(stage: str, judged: standings.Judged, now: datetime) -> datetime:
    terms = agreements.terms(judged.version)
    return readiness.ready_since(terms.signifiers[stage], judged.facts, now, terms.document.engagement) or now


def advance(found: Found, judged: Judged, now: datetime, actor: User | None) -> None:
    """Qualify or convert leads with Sales that show the key signifier of that stage, by the usual moves.

    Only what was shown since Sales accepted counts: an earlier round moves nobody again, and so no
    lead goes round in a circle. Where a second leg follows, accepting there makes the opportunity.
    """
    rows = Handoff.objects.open().filter(lead__in=found, leg=1, is_history=False)
    for handoff in rows.filter(state__in=[state for state, _move in ADVANCES.values()]).order_by("lead_id"):
        target, one = found[handoff.lead_id].shows, judged[handoff.lead_id]
        state, move = ADVANCES[target]
        is_between = target == Stage.SQL or len(agreements.document(one.version).legs) == 1
        accepted_at = handoff.accepted_at or now
        if handoff.state == state and is_between and _shown_since(target, one, now) >= accepted_at:
            with contextlib.suppress(handoffs.MoveRefused):
                move(handoff=handoff, actor=None, now=now)


#: Stage → the state of the handoff from which a signifier leads there, and the move that it makes.
ADVANCES: dict[str, tuple[str, Callable[..., Handoff]]] = {
    Stage.SQL: (HandoffState.ACCEPTED, handoffs.qualify),
    Stage.OPPORTUNITY: (HandoffState.QUALIFIED, handoffs.convert),
}


def _repaired(lead_ids: Iterable[int]) -> dict[int, datetime]:
    """Return when the data of leads was last put right."""
    rows = Refusal.objects.filter(handoff__lead__in=lead_ids, repaired_at__isnull=False)
    return dict(rows.values_list("handoff__lead").annotate(latest=Max("repaired_at")))


def _ready_at(lead: Lead, standing: standings.Judgement, repaired_at: datetime | None) -> datetime:
    """Return when a lead became ready: in this stage and with its data put right, whatever it was before."""
    ready_since = standing.ready_since or lead.stage_since
    assert ready_since is not None  # of a standing that is ready
    return max(ready_since, lead.stage_since or ready_since, repaired_at or ready_since)


def cease(found: Found, judged: Judged, now: datetime, actor: User | None) -> None:
    """Take leads back to nurturing that are ready no more, unless somebody was offered them."""
    for pk in found:
        _cease(pk, now, actor)


def follow_deals(found: Found, judged: Judged, now: datetime, actor: User | None) -> None:
    """Let the handoffs of leads follow the deals that another system reports."""
    for pk in found:
        _follow_deal(pk, now)


def correct(found: Found, judged: Judged, now: datetime, actor: User | None) -> None:
    """Let closed handoffs say what their deals say, which another system took back."""
    for handoff in Handoff.objects.contradicted().filter(lead__in=found).order_by("lead_id", "pk"):
        with contextlib.suppress(handoffs.Changed):
            handoffs.correct(handoff=handoff, now=now)


@transaction.atomic
def _cease(lead_id: int, now: datetime, actor: User | None) -> None:
    lead = Lead.objects.select_for_update().get(pk=lead_id)
    if lead.stage != Stage.MQL or Handoff.objects.open().filter(lead=lead).exists():
        return
    transitions.change_stage(
        lead=lead, to_stage=Stage.NURTURING, cause="cease_ready", happened_at=now, now=now, actor=actor
    )
    clocks.hear(event=Event.CEASED_READY, lead=lead, now=now, actor=actor)
    standings.hold(lead_ids=[lead_id], because="")


def offer(found: Found, judged: Judged, now: datetime, actor: User | None) -> None:
    """Offer ready leads by routing, but those that the capacity valve or the loop guard keeps back."""
    room = valve.Room(now)
    held: defaultdict[str, list[int]] = defaultdict(list)
    free = []
    rounds = valve.rounds(found)
    for pk in found:
        document = agreements.document(judged[pk].version)
        is_worn = rounds.get(pk, 0) >= document.routing.max_cycles
        because = valve.ROUNDS if is_worn else room.holds(judged[pk].standing.tier, document)
        if because:
            held[because].append(pk)
        else:
            free.append(pk)
    for pk, answer in handoffs.offer_many(lead_ids=free, now=now).items():
        if isinstance(answer, handoffs.MoveRefused) and not isinstance(answer, handoffs.AlreadyOpen):
            held[handoffs.HELD].append(pk)
    for because, ids in held.items():
        standings.hold(lead_ids=ids, because=because)


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
