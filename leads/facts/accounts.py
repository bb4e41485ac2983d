"""Writing what is known about accounts."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from leads import keys, marks
from leads.facts import writing
from leads.facts.writing import ACCOUNT_FACTS
from leads.models import Account, AccountExternalId, User


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
    """Create an account with its facts (ACCOUNT_FACTS) and external ids (system, id).

    Raises DuplicateExternalId.
    """
    writing.check(known, ACCOUNT_FACTS)
    named = writing.named(AccountExternalId, external_ids)
    account = Account.objects.create(
        name=name, name_key=keys.company_key(name), created_at=created_at, recorded_at=now, **known
    )
    AccountExternalId.objects.bulk_create(
        AccountExternalId(account=account, system=system, external_id=value) for system, value in named
    )
    writing.audit_edit("account", account.pk, "created", known, actor, now)
    return account


@transaction.atomic
def update_account(
    *,
    account: Account,
    changes: Mapping[str, Any],
    now: datetime,
    actor: User | None = None,
    is_as_read: bool = False,
) -> bool:
    """Change facts of an account and mark all of its leads; `attributes` are merged key by key.

    `is_as_read` raises ChangedMeanwhile when its facts differ from those given.
    """
    writing.hold(account, ACCOUNT_FACTS if is_as_read else frozenset())
    changed = writing.apply(account, changes, ACCOUNT_FACTS)
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
    writing.audit_edit("account", account.pk, "edited", changed, actor, now)
    return True
