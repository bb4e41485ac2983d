"""Writing what is known about leads."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from leads import keys, marks
from leads.facts import writing
from leads.facts.writing import LEAD_FACTS
from leads.models import Account, ExternalId, ImportRun, Lead, User


class DuplicateEmail(ValueError):
    """Another living lead has this address; `lead_id` names it."""

    def __init__(self, lead_id: int) -> None:
        super().__init__(f"Lead {lead_id} has this address.")
        self.lead_id = lead_id


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

    `created_at` is when the person was first known. Raises DuplicateEmail, DuplicateExternalId.
    """
    writing.check(known, LEAD_FACTS - {"account_id"})
    named = writing.named(ExternalId, external_ids)
    lead = Lead(
        account=account, created_at=created_at, stage_since=created_at, recorded_at=now, import_run=import_run
    )
    for name, value in known.items():
        setattr(lead, name, value)
    _set_keys(lead)
    _refuse_duplicate(lead)
    lead.save()
    ExternalId.objects.bulk_create(
        ExternalId(lead=lead, system=system, external_id=value) for system, value in named
    )
    marks.mark(lead_ids=[lead.pk], since=created_at or now, now=now, is_history=is_history)
    writing.audit_edit("lead", lead.pk, "created", known, actor, now)
    return lead


@transaction.atomic
def update_lead(
    *,
    lead: Lead,
    changes: Mapping[str, Any],
    now: datetime,
    actor: User | None = None,
    is_as_read: bool = False,
) -> bool:
    """Change facts of a lead (LEAD_FACTS); return whether anything differed.

    `attributes` are merged key by key, None removes one. Raises DuplicateEmail; `is_as_read` raises
    ChangedMeanwhile when its facts differ from those given, or its stage.
    """
    writing.hold(lead, LEAD_FACTS | {"stage_seq"} if is_as_read else frozenset())
    changed = writing.apply(lead, changes, LEAD_FACTS)
    if not changed:
        return False
    _set_keys(lead)
    _refuse_duplicate(lead)
    lead.save(update_fields=[*changed, "name_key", "email_key", "phone_key", "search_text", "origins"])
    marks.mark(lead_ids=[lead.pk], since=now, now=now)
    writing.audit_edit("lead", lead.pk, "edited", changed, actor, now)
    return True


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
