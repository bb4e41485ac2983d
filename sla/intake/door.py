"""Facts as they come in by pages, API and integrations: a writer of `leads`, then the drain.

What the drain meets with never undoes the fact: it stays marked and is judged later.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from leads import bulk, deals, facts
from leads import touches as writers
from leads.choices import Stage, TouchSide
from leads.models import Account, BantFact, Consent, Deal, Lead, Touch, User
from leads.touches import NewTouch, Written
from sla import agreements, clocks, handoffs
from sla.choices import Event
from sla.intake import unjudged
from sla.intake.draining import drain_lead, drain_leads
from sla.models import Handoff


def create_lead(*, account: Account, now: datetime, actor: User | None = None, **known: Any) -> Lead:
    """Create a lead as `facts.create_lead` does; raises `facts.DuplicateEmail`."""
    lead = facts.create_lead(account=account, now=now, actor=actor, **known)
    drain_lead(lead_id=lead.pk, now=now, actor=actor)
    return lead


def edit(
    *,
    lead: Lead,
    changes: Mapping[str, Any],
    now: datetime,
    actor: User | None = None,
    is_as_read: bool = False,
) -> bool:
    """Change facts of a lead as `facts.update_lead` does and return whether anything differed."""
    changed = facts.update_lead(lead=lead, changes=changes, now=now, actor=actor, is_as_read=is_as_read)
    drain_lead(lead_id=lead.pk, now=now, actor=actor)
    return changed


def edit_account(
    *,
    account: Account,
    changes: Mapping[str, Any],
    now: datetime,
    actor: User | None = None,
    is_as_read: bool = False,
) -> bool:
    """Change facts of an account as `facts.update_account` does, which may turn every lead of it."""
    changed = facts.update_account(
        account=account, changes=changes, now=now, actor=actor, is_as_read=is_as_read
    )
    if changed:
        for lead_id in account.leads.alive().values_list("pk", flat=True):
            drain_lead(lead_id=lead_id, now=now, actor=actor)
    return changed


def add_touch(*, lead: Lead, now: datetime, actor: User | None = None, **touch: Any) -> Touch:
    """Write down a touch as `touches.add` does; raises `touches.InvalidTouch`.

    One that no agreement looks at is done with at once, in a transaction of its own.
    """
    added = unjudged.add(lead=lead, now=now, actor=actor, **touch)
    if added is None:
        added, mark = writers.add(lead=lead, now=now, actor=actor, **touch)
        drain_lead(lead_id=added.lead_id, now=now, actor=actor, mark=mark, touch=added)
    return added


def take_step(*, handoff: Handoff, number: int, now: datetime, actor: User) -> Touch:
    """Do the next step of a refused lead's nurture track: it is Marketing's touch of the kind it asks for.

    Raises handoffs.AlreadyDone when it is done already, or is not the next, and handoffs.WrongStage once
    the lead is no longer Marketing's to nurture.
    """
    if handoff.lead.stage not in (Stage.RECYCLED, Stage.NURTURING):
        raise handoffs.WrongStage(handoff.lead)
    with transaction.atomic():
        step = handoffs.claim_step(handoff=handoff, number=number, actor=actor, now=now)
        touch, mark = writers.add(
            lead=handoff.lead,
            now=now,
            actor=actor,
            side=TouchSide.MARKETING,
            kind=step.kind,
            happened_at=now,
            summary=step.label,
        )
    drain_lead(lead_id=touch.lead_id, now=now, actor=actor, mark=mark, touch=touch)
    return touch


def add_touches(
    *,
    touches: Sequence[NewTouch],
    now: datetime,
    actor: User | None = None,
    together: Callable[[list[tuple[Written, bool]]], None] | None = None,
) -> list[tuple[Written, bool]]:
    """Write down many touches as `touches.add_many` does, then judge their leads together.

    `together` runs in the transaction of the writing: what it raises takes the touches back.
    """
    with bulk.undisturbed():
        with transaction.atomic():
            written = writers.add_many(touches=touches, now=now, actor=actor)
            if together:
                together(written)
        drain_leads(lead_ids={touch.lead_id for touch, _is_new in written}, now=now, actor=actor)
        return written


def create_account(*, now: datetime, actor: User | None = None, **known: Any) -> Account:
    """Create an account as `facts.create_account` does; without leads there is nothing to judge."""
    return facts.create_account(now=now, actor=actor, **known)


def learn(*, lead: Lead, now: datetime, actor: User | None = None, **bant: Any) -> BantFact:
    """Add what became known of budget, authority, need or timing, as `facts.learn_bant` does."""
    learned = facts.learn_bant(lead=lead, now=now, actor=actor, **bant)
    drain_lead(lead_id=lead.pk, now=now, actor=actor)
    return learned


def consent(*, lead: Lead, now: datetime, actor: User | None = None, **spoken: Any) -> Consent:
    """Record consent given or withdrawn, as `facts.record_consent` does; an opt-out cancels outreach."""
    recorded = facts.record_consent(lead=lead, now=now, actor=actor, **spoken)
    drain_lead(lead_id=lead.pk, now=now, actor=actor)
    return recorded


def next_step(*, lead: Lead, step: str, on: date | None, now: datetime, actor: User | None = None) -> bool:
    """Write down what happens next; a dated step to come keeps a lead of Sales from going stale."""
    changed = facts.set_next_step(lead=lead, step=step, on=on, now=now, actor=actor)
    if changed and on and on >= now.astimezone(ZoneInfo(agreements.zone())).date():
        clocks.hear(event=Event.SALES_REFRESH, lead=lead, now=now, actor=actor)
    drain_lead(lead_id=lead.pk, now=now, actor=actor)
    return changed


def deal(*, account: Account, now: datetime, actor: User | None = None, **known: Any) -> Deal:
    """Record an open deal as `deals.record_deal` does."""
    recorded = deals.record_deal(account=account, now=now, actor=actor, **known)
    _drain_deal(recorded, now, actor)
    return recorded


def close_deal(*, deal: Deal, now: datetime, actor: User | None = None, **outcome: Any) -> Deal:
    """Close a deal as `deals.close_deal` does; the handoff it belongs to is won or lost with it.

    One that was closed the other way is corrected, and the lead with it.
    """
    closed = deals.close_deal(deal=deal, now=now, actor=actor, **outcome)
    _drain_deal(closed, now, actor)
    return closed


def _drain_deal(deal: Deal, now: datetime, actor: User | None) -> None:
    if deal.lead_id:
        drain_lead(lead_id=deal.lead_id, now=now, actor=actor)
