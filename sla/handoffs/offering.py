"""Offering leads: one by a person's hand or by routing, or many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from leads import audit
from leads.models import Lead, User
from sla import agreements, clocks, permissions, routing, standings
from sla.choices import MOVES, NOT_YET, Event
from sla.handoffs import errors, legs, writing
from sla.models import AgreementVersion, Handoff, Standing

#: Why a ready lead waits although nothing in it keeps it: the offer itself was refused.
HELD = "refused"
#: Leads offered in one transaction: short enough that nobody waits long for a rep who is locked.
AT_ONCE = 200
Answers = dict[int, "Handoff | errors.MoveRefused"]
_Crews = dict[int, routing.Crew]


@dataclass(frozen=True)
class _Case:
    """A lead that may be offered: what judges the offer, as columns of its row."""

    lead: Lead
    known: dict[str, Any]


def offer(
    *, lead: Lead, now: datetime, actor: User | None = None, leg: int = 1, to: User | None = None
) -> Handoff:
    """Hand a lead over on a leg: to the person named, else to whom routing chooses, else to the pool.

    Its own transaction; call it while no other lock of yours is held. Raises NotYours,
    NotSalesReady, AlreadyOpen, NotEligible, SaidNo; NoTeam also notes on the standing that the lead waits.
    """
    answer = offer_many(lead_ids=[lead.pk], now=now, actor=actor, leg=leg, to=to)[lead.pk]
    if isinstance(answer, errors.MoveRefused):
        raise answer
    return answer


def offer_many(
    *,
    lead_ids: Collection[int],
    now: datetime,
    actor: User | None = None,
    leg: int = 1,
    to: User | None = None,
) -> Answers:
    """Hand many leads over, each as `offer` does; return by lead its handoff or why it was refused.

    A transaction for every AT_ONCE leads, in their order; one that fails does not keep the others.
    """
    answers: Answers = {}
    crews: _Crews = {}
    ids = list(dict.fromkeys(lead_ids))
    for start in range(0, len(ids), AT_ONCE):
        cases = _cases(ids[start : start + AT_ONCE], now, actor, leg, answers)
        by_version: defaultdict[int, list[_Case]] = defaultdict(list)
        for case in cases:
            by_version[case.known["version"].pk].append(case)
        for group in by_version.values():
            answers |= _offer_apart(group, crews, now, actor, to)
    unplaced = [pk for pk, answer in answers.items() if isinstance(answer, errors.NoTeam)]
    standings.hold(lead_ids=unplaced, because=HELD)
    return answers


def choose(
    *,
    lead: Lead,
    known: dict[str, Any],
    now: datetime,
    to: User | None = None,
    actor: User | None = None,
    not_to: Collection[int] = (),
) -> routing.Choice:
    """Take the person named if eligible, else ask routing; raises NotEligible, SaidNo."""
    version: AgreementVersion = known["version"]
    document = agreements.document(version)
    if to is None:
        return routing.choose(
            lead=lead,
            document=document,
            agreement_key=version.agreement.key,
            leg=known["leg"],
            cycle=known["cycle"],
            now=now,
            not_to=not_to,
        )
    if not routing.is_eligible(to, document=document, leg=known["leg"], now=now):
        raise errors.NotEligible
    said_no = routing.said_no(lead=lead, leg=known["leg"], cycle=known["cycle"])
    if to.pk in said_no and to.pk != lead.account.owner_id:
        raise errors.SaidNo
    return routing.Choice(to, to.team, {"method": "by_hand", "by": actor.pk if actor else None})


def _cases(ids: Sequence[int], now: datetime, actor: User | None, leg: int, answers: Answers) -> list[_Case]:
    """Return the leads that may be offered, in their order; the others are answered."""
    leads = Lead.objects.select_related("account").in_bulk(ids)
    cycles: dict[int, int] = {}
    open_ones = set()
    made = Handoff.objects.filter(lead__in=ids, leg=leg).values_list("lead_id", "cycle", "is_ended")
    for lead_id, cycle, is_ended in made:
        cycles[lead_id] = max(cycle, cycles.get(lead_id, 0))
        open_ones |= set() if is_ended else {lead_id}
    judged = dict(_judged(ids, leads, leg, now))
    cases = []
    for pk in ids:
        known = judged.get(pk) or errors.NotSalesReady(leads[pk])
        refused = _refusal(leads[pk], actor, leg, pk in open_ones)
        if refused:
            answers[pk] = refused
        elif isinstance(known, errors.MoveRefused):
            answers[pk] = known
        else:
            cases.append(_Case(leads[pk], {**known, "leg": leg, "cycle": cycles.get(pk, 0) + 1}))
    return cases


def _refusal(lead: Lead, actor: User | None, leg: int, is_open: bool) -> errors.MoveRefused | None:
    if actor and not permissions.can_offer(actor, lead, leg):
        return errors.NotYours()
    if lead.stage not in MOVES["offer"].legs.get(leg, {}).get(NOT_YET, {}):
        return errors.NotSalesReady(lead)
    return errors.AlreadyOpen() if is_open else None


def _judged(
    ids: Sequence[int], leads: dict[int, Lead], leg: int, now: datetime
) -> Iterator[tuple[int, dict[str, Any] | errors.MoveRefused]]:
    """Yield version, tier, cell and readiness of offers: of the standing, later of the leg before."""
    if leg == 1:
        said = Standing.objects.filter(pk__in=ids).values("pk", "version_id", "tier", "grid", "ready_since")
        versions = _versions({row["version_id"] for row in said})
        for row in said:
            version = versions[row["version_id"]]
            known = {"version": version, "tier": row["tier"], "grid": row["grid"]}
            yield row["pk"], {**known, "ready_at": row["ready_since"]}
        return
    for pk in ids:
        first = legs.worked_on(pk, leg - 1)
        if first is None:
            yield pk, errors.NotSalesReady(leads[pk])
        elif leg not in {one.leg for one in agreements.document(first.version).legs}:
            yield pk, errors.NoTeam()
        else:
            known = {"version": first.version, "tier": first.tier, "grid": first.grid}
            yield pk, {**known, "ready_at": first.qualified_at or now}


def _versions(ids: Collection[int]) -> dict[int, AgreementVersion]:
    found = AgreementVersion.objects.select_related("agreement")
    return found.defer("document", "canonical_text").in_bulk(ids)


def _offer_apart(
    group: Sequence[_Case], crews: _Crews, now: datetime, actor: User | None, to: User | None
) -> Answers:
    """Offer leads together; if somebody was faster with one of them, in halves, until it stands alone."""
    try:
        with transaction.atomic():
            return _offer(group, crews, now, actor, to)
    except errors.MoveRefused as refused:
        if len(group) == 1:
            return {group[0].lead.pk: refused}
    except IntegrityError:
        if len(group) == 1:
            if not _is_open(group[0]):
                raise
            return {group[0].lead.pk: errors.AlreadyOpen()}
    half = len(group) // 2
    first = _offer_apart(group[:half], crews, now, actor, to)
    return first | _offer_apart(group[half:], crews, now, actor, to)


def _is_open(case: _Case) -> bool:
    return Handoff.objects.open().filter(lead=case.lead, leg=case.known["leg"]).exists()


def _offer(
    group: Sequence[_Case], crews: _Crews, now: datetime, actor: User | None, to: User | None
) -> Answers:
    choices = _choices(group, crews, now, actor, to)
    placed = [(case, choice) for case, choice in zip(group, choices, strict=True) if choice.team]
    leads = _lock([case for case, _choice in placed])
    hops = [writing.Hop(leads[case.lead.pk], choice, case.known) for case, choice in placed]
    handoffs = writing.write(hops=hops, now=now, actor=actor)
    audit.record_many([_record(handoff, actor, now) for handoff in handoffs])
    writing.announce(handoffs=handoffs, now=now, actor=actor)
    clocks.hear_many(event=Event.OFFERED, handoffs=handoffs, now=now, actor=actor)
    standings.hold(lead_ids=[handoff.lead_id for handoff in handoffs], because="")
    made = {handoff.lead_id: handoff for handoff in handoffs}
    return {case.lead.pk: made.get(case.lead.pk) or errors.NoTeam() for case in group}


def _choices(
    group: Sequence[_Case], crews: _Crews, now: datetime, actor: User | None, to: User | None
) -> list[routing.Choice]:
    if to is not None:
        return [choose(lead=case.lead, known=case.known, now=now, to=to, actor=actor) for case in group]
    version: AgreementVersion = group[0].known["version"]
    leg = group[0].known["leg"]
    if version.pk not in crews:
        crews[version.pk] = routing.crew_for(agreements.document(version), version.agreement.key, leg, now)
    requests = [routing.Request(case.lead, case.known["cycle"]) for case in group]
    return routing.choose_many(requests=requests, crew=crews[version.pk], leg=leg, now=now)


def _lock(cases: Sequence[_Case]) -> dict[int, Lead]:
    """Lock the leads in the order of their ids, without touching keys; raises Changed."""
    rows = Lead.objects.select_for_update(no_key=True)
    leads = {lead.pk: lead for lead in rows.filter(pk__in=[c.lead.pk for c in cases]).order_by("pk")}
    for case in cases:
        lead = leads[case.lead.pk]
        if lead.account_id == case.lead.account_id:
            lead.account = case.lead.account
        if (lead.stage, lead.stage_seq) != (case.lead.stage, case.lead.stage_seq):
            raise errors.Changed
    return leads


def _record(handoff: Handoff, actor: User | None, now: datetime) -> audit.Record:
    known = {name: getattr(handoff, name) for name in ("leg", "cycle")}
    data = {**known, "rep": handoff.rep_id, "team": handoff.team_id}
    actor_id = actor.pk if actor else None
    return audit.Record(f"lead:{handoff.lead_id}", "offer", "handoff", handoff.pk, actor_id, now, data)
