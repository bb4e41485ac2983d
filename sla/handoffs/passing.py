"""From one rep to the next: reroute and expire write a new hop, reassign gives worked leads away."""

from datetime import datetime

from django.db import transaction

from leads.models import User
from sla import agreements, clocks, routing
from sla.choices import HandoffState
from sla.handoffs import acting, errors, offering, writing
from sla.handoffs.acting import Case
from sla.models import ActionRow, Handoff

_REASSIGNED = (HandoffState.ACCEPTED, HandoffState.QUALIFIED)


@transaction.atomic
def reroute(
    *, handoff: Handoff, actor: User | None, now: datetime, to: User | None = None, reason: str = ""
) -> Handoff:
    """Pass an open offer on to another rep, or to the pool when there is none; return the next hop.

    The lead's own clocks run on; the new rep gets personal ones. `reason` is a code of the agreement.
    Raises AlreadyDecided, NotYours, NotEligible, TooManyHops.
    """
    case = acting.begin("reroute", handoff, actor, now)
    return _next_hop(case, _chosen(case, to), reason)


@transaction.atomic
def pool(*, handoff: Handoff, now: datetime, actor: User | None = None) -> Handoff:
    """Pass an open offer on to its team's pool; return the next hop. Raises as `reroute`."""
    case = acting.begin("reroute", handoff, actor, now)
    if case.handoff.rep_id is None:
        raise errors.TooManyHops
    return _next_hop(case, _to_pool(case, "asked"))


@transaction.atomic
def expire(*, handoff: Handoff, now: datetime) -> Handoff:
    """End an offer that nobody decided in time, as the agreement says; return the next hop.

    Raises AlreadyDecided, and Changed when its time has not come.
    """
    case = acting.begin("expire", handoff, None, now)
    expires_at = case.handoff.expires_at
    if expires_at is None or expires_at > now:
        raise errors.Changed
    expiry = case.document.expiry
    if expiry is None or expiry.to == "pool":
        return _next_hop(case, _to_pool(case, "expired"))
    return _next_hop(case, _chosen(case, None))


@transaction.atomic
def reassign(*, handoff: Handoff, to: User, actor: User | None, now: datetime) -> Handoff:
    """Give worked lead to another rep: its clocks run on, the new owner gets personal ones.

    Raises NotYours, NotEligible, AlreadyDecided.
    """
    return _give(acting.begin("reassign", handoff, actor, now), to)


def _give(case: Case, to: User, reason: str = "") -> Handoff:
    handoff = case.handoff
    acting.stage_after(case)
    is_same = to.pk == handoff.rep_id
    if is_same or not routing.is_eligible(to, document=case.document, leg=handoff.leg, now=case.now):
        raise errors.NotEligible
    plan = acting.Plan(
        changes={"rep": to, "team": to.team, "given_at": case.now},
        owner=acting.Owner(to, to.team),
        data={"from": handoff.rep_id, "to": to.pk, **({"reason": reason} if reason else {})},
        recipient=to,
    )
    acting.carry_out(case, plan)
    clocks.person(handoff=handoff, now=case.now, actor=case.actor)
    return handoff


def hand_on(*, handoff: Handoff, now: datetime, asked_by: User | None = None, reason: str = "") -> Handoff:
    """Do what a ladder's rung `reassign` asks for: an offer is rerouted, worked leads go to another rep.

    `asked_by` is who gives a worked lead away, `reason` a code of the agreement, both for the record.
    Raises NobodyElse while nobody else can take it, TooManyHops when it went from hand to hand as often as
    the agreement allows.
    """
    fresh = Handoff.objects.select_related("lead__account", "version__agreement").get(pk=handoff.pk)
    if fresh.state not in _REASSIGNED:
        return reroute(handoff=fresh, actor=None, now=now)
    if fresh.hop + _handed_on(fresh) >= agreements.document(fresh.version).routing.max_hops:
        raise errors.TooManyHops
    with transaction.atomic():
        known = {"version": fresh.version, "leg": fresh.leg, "cycle": fresh.cycle}
        not_to = (fresh.rep_id,) if fresh.rep_id else ()
        choice = offering.choose(lead=fresh.lead, known=known, now=now, not_to=not_to)
        if choice.rep is None:
            raise errors.NobodyElse
        case = acting.begin("reassign", fresh, None, now)
        case.actor = asked_by
        return _give(case, choice.rep, reason)


def _handed_on(handoff: Handoff) -> int:
    """Count how often ladders gave worked leads of this handoff to another rep."""
    done = ActionRow.objects.filter(handoff=handoff, action__in=("reassign", "pool"), done_at__isnull=False)
    return done.filter(error="").count()


def _chosen(case: Case, to: User | None) -> routing.Choice:
    handoff = case.handoff
    if to is None and handoff.hop >= agreements.document(handoff.version).routing.max_hops:
        return _to_pool(case, "max_hops")
    known = {"version": handoff.version, "leg": handoff.leg, "cycle": handoff.cycle}
    not_to = (handoff.rep_id,) if handoff.rep_id else ()
    choice = offering.choose(
        lead=handoff.lead, known=known, now=case.now, to=to, actor=case.actor, not_to=not_to
    )
    if choice.rep is None and handoff.rep_id is None:
        raise errors.TooManyHops
    return choice


def _to_pool(case: Case, why: str) -> routing.Choice:
    if case.handoff.rep_id is None:
        raise errors.TooManyHops
    return routing.Choice(None, case.handoff.team, {"method": "pool", "why": why})


def _next_hop(case: Case, choice: routing.Choice, reason: str = "") -> Handoff:
    old, now, actor = case.handoff, case.now, case.actor
    if reason and reason not in {one.code for one in case.document.reasons}:
        raise errors.UnknownReason
    acting.stage_after(case)
    ended = {"decided_by": actor, "ended_at": now, "is_ended": True, "reason_code": reason}
    acting.claim(case, acting.Plan(changes=ended))
    same = {name: getattr(old, name) for name in ("version", "leg", "cycle", "tier", "grid", "ready_at")}
    placed = routing.Choice(choice.rep, choice.team or old.team, choice.trace)
    written = writing.Hop(old.lead, placed, {**same, "hop": old.hop + 1})
    (hop,) = writing.write(hops=[written], now=now, actor=old.offered_by)
    hop.lead = acting.lock_lead(old)
    data = {"reason": reason, "hop": hop.pk, "rep": hop.rep_id}
    acting.log(case, data)
    acting.tell(case, acting.Plan(data=data), not_before=now)
    writing.announce(handoffs=[hop], now=now, actor=actor)
    clocks.carry(from_handoff=old, to_handoff=hop, now=now, actor=actor)
    return hop
