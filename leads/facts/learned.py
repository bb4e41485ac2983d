"""Writing what was learned of a lead: BANT, consent, the next step."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from leads import marks
from leads.choices import BantKind, ConsentChannel, ConsentState
from leads.facts import writing
from leads.facts.writing import UnknownFact
from leads.models import BantFact, Consent, ImportRun, Lead, User


@transaction.atomic
def learn_bant(
    *,
    lead: Lead,
    kind: str,
    known_at: datetime,
    now: datetime,
    actor: User | None = None,
    amount: Decimal | None = None,
    currency: str = "",
    text: str = "",
    on: date | None = None,
    source: str = "",
    import_run: ImportRun | None = None,
    is_history: bool = False,
) -> BantFact:
    """Add what became known of budget (amount), authority and need (text) or timing (on)."""
    if kind not in BantKind.values:
        raise UnknownFact(f"BANT has no {kind}.")
    fact = BantFact.objects.create(
        lead=lead,
        kind=kind,
        amount=amount,
        currency=currency,
        text=text,
        on=on,
        known_at=known_at,
        recorded_at=now,
        actor=actor,
        source=source,
        import_run=import_run,
    )
    marks.mark(lead_ids=[lead.pk], since=known_at, now=now, is_history=is_history)
    writing.audit_edit("lead", lead.pk, "learned", [kind], actor, now)
    return fact


@transaction.atomic
def record_consent(
    *,
    lead: Lead,
    channel: str,
    state: str,
    happened_at: datetime | None,
    now: datetime,
    actor: User | None = None,
    source: str = "",
    import_run: ImportRun | None = None,
    is_history: bool = False,
) -> Consent:
    """Add that consent was given or withdrawn on a channel (`any`, `mail`, `phone`)."""
    if channel not in ConsentChannel.values or state not in ConsentState.values:
        raise UnknownFact(f"Consent knows no {channel} {state}.")
    consent = Consent.objects.create(
        lead=lead,
        channel=channel,
        state=state,
        happened_at=happened_at,
        recorded_at=now,
        actor=actor,
        source=source,
        import_run=import_run,
    )
    marks.mark(lead_ids=[lead.pk], since=happened_at or now, now=now, is_history=is_history)
    writing.audit_edit("lead", lead.pk, f"consent_{state}", [channel], actor, now)
    return consent


@transaction.atomic
def set_next_step(
    *, lead: Lead, step: str, on: date | None, now: datetime, actor: User | None = None
) -> bool:
    """Write down what happens next with a lead and when; return whether it is new."""
    if (lead.next_step, lead.next_step_on) == (step, on):
        return False
    lead.next_step, lead.next_step_on = step, on
    lead.save(update_fields=["next_step", "next_step_on"])
    marks.mark(lead_ids=[lead.pk], since=now, now=now)
    writing.audit_edit("lead", lead.pk, "next_step", [], actor, now)
    return True
