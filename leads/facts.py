"""Writing what is known about accounts and leads; every change leaves a mark for the judge."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from leads import audit, keys, marks, origins
from leads.choices import BantKind, ConsentChannel, ConsentState
from leads.models import Account, AccountExternalId, BantFact, Consent, ExternalId, ImportRun, Lead, User

ACCOUNT_FACTS = frozenset(
    {"name", "domain", "industry", "employees", "country", "region", "city", "owner_id", "attributes"}
)
LEAD_FACTS = frozenset(
    {
        "account_id",
        "name",
        "title",
        "seniority",
        "email",
        "phone",
        "language",
        "country",
        "source",
        "campaign",
        "first_identified",
        "is_sales_generated",
        "attributes",
    }
)


class UnknownFact(ValueError):
    """A change names something that is no fact of an account or lead."""


class DuplicateEmail(ValueError):
    """Another living lead has this address; `lead_id` names it."""

    def __init__(self, lead_id: int) -> None:
        super().__init__(f"Lead {lead_id} has this address.")
        self.lead_id = lead_id


@transaction.atomic
def create_account(
    *,
    name: str,
    now: datetime,
    actor: User | None = None,
    external_ids: Iterable[tuple[str, str]] = (),
    created_at: datetime | None = None,
    **known: Any,
) -> Account:
    """Create an account with its facts (ACCOUNT_FACTS) and external ids (system, id)."""
    _check(known, ACCOUNT_FACTS)
    account = Account.objects.create(
        name=name, name_key=keys.company_key(name), created_at=created_at, recorded_at=now, **known
    )
    AccountExternalId.objects.bulk_create(
        AccountExternalId(account=account, system=system, external_id=keys.external_id_key(system, value))
        for system, value in external_ids
    )
    _audit_edit("account", account.pk, "created", known, actor, now)
    return account


@transaction.atomic
def update_account(
    *, account: Account, changes: Mapping[str, Any], now: datetime, actor: User | None = None
) -> bool:
    """Change facts of an account and mark all of its leads; `attributes` are merged key by key."""
    changed = _apply(account, changes, ACCOUNT_FACTS)
    if not changed:
        return False
    if "name" in changed:
        account.name_key = keys.company_key(account.name)
        changed.append("name_key")
    account.save(update_fields=[*changed, "origins"])
    leads = list(account.leads.alive())
    if "name" in changed:
        for lead in leads:
            lead.search_text = keys.search_text(lead.name, account.name, lead.email)
            lead.save(update_fields=["search_text"])
    marks.mark(lead_ids=[lead.pk for lead in leads], since=now, now=now)
    _audit_edit("account", account.pk, "edited", changed, actor, now)
    return True


@transaction.atomic
def create_lead(
    *,
    account: Account,
    now: datetime,
    actor: User | None = None,
    external_ids: Iterable[tuple[str, str]] = (),
    created_at: datetime | None = None,
    import_run: ImportRun | None = None,
    is_history: bool = False,
    **known: Any,
) -> Lead:
    """Create a lead in `inquiry` with its facts (LEAD_FACTS) and external ids (system, id).

    `created_at` is when the person was first known. Raises DuplicateEmail.
    """
    _check(known, LEAD_FACTS - {"account_id"})
    lead = Lead(
        account=account, created_at=created_at, stage_since=created_at, recorded_at=now, import_run=import_run
    )
    for name, value in known.items():
        setattr(lead, name, value)
    _set_keys(lead)
    _refuse_duplicate(lead)
    lead.save()
    ExternalId.objects.bulk_create(
        ExternalId(lead=lead, system=system, external_id=keys.external_id_key(system, value))
        for system, value in external_ids
    )
    marks.mark(lead_ids=[lead.pk], since=created_at or now, now=now, is_history=is_history)
    _audit_edit("lead", lead.pk, "created", known, actor, now)
    return lead


@transaction.atomic
def update_lead(*, lead: Lead, changes: Mapping[str, Any], now: datetime, actor: User | None = None) -> bool:
    """Change facts of a lead (LEAD_FACTS); return whether anything differed.

    `attributes` are merged key by key, None removes one. Raises DuplicateEmail.
    """
    changed = _apply(lead, changes, LEAD_FACTS)
    if not changed:
        return False
    _set_keys(lead)
    _refuse_duplicate(lead)
    lead.save(update_fields=[*changed, "name_key", "email_key", "phone_key", "search_text", "origins"])
    marks.mark(lead_ids=[lead.pk], since=now, now=now)
    _audit_edit("lead", lead.pk, "edited", changed, actor, now)
    return True


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
    _audit_edit("lead", lead.pk, "learned", [kind], actor, now)
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
    _audit_edit("lead", lead.pk, f"consent_{state}", [channel], actor, now)
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
    _audit_edit("lead", lead.pk, "next_step", [], actor, now)
    return True


def _check(names: Iterable[str], known: frozenset[str]) -> None:
    strange = sorted(set(names) - known)
    if strange:
        raise UnknownFact(f"{', '.join(strange)}: no such fact.")


def _apply(row: Account | Lead, changes: Mapping[str, Any], known: frozenset[str]) -> list[str]:
    """Set what differs, note that no file said it, and return the names of it."""
    _check(changes, known)
    changed, told = [], []
    for name, value in changes.items():
        new = _merged(row.attributes, value) if name == "attributes" else value
        if getattr(row, name) != new:
            setattr(row, name, new)
            changed.append(name)
            told += [f"attributes.{key}" for key in value] if name == "attributes" else [name]
    if told:
        row.origins = origins.by_hand(
            row.origins, ["company" if name == "account_id" else name for name in told]
        )
    return changed


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**old, **new}.items() if value is not None}


def _set_keys(lead: Lead) -> None:
    lead.name_key = keys.name_key(lead.name)
    lead.email_key = keys.email_key(lead.email)
    lead.phone_key = keys.phone_key(lead.phone, lead.country or lead.account.country)
    lead.search_text = keys.search_text(lead.name, lead.account.name, lead.email)


def _refuse_duplicate(lead: Lead) -> None:
    if not lead.email_key:
        return
    twin = Lead.objects.alive().filter(email_key=lead.email_key).exclude(pk=lead.pk).values("pk").first()
    if twin:
        raise DuplicateEmail(twin["pk"])


def _audit_edit(
    subject: str, subject_id: int, verb: str, names: Iterable[str], actor: User | None, now: datetime
) -> None:
    """Log an act of a person; facts that nobody entered by hand are told by their import run."""
    if actor is None:
        return
    audit.record(
        stream=f"{subject}:{subject_id}",
        verb=verb,
        subject_type=subject,
        subject_id=subject_id,
        actor=actor,
        at=now,
        data={"facts": sorted(names)},
    )
