"""Writing what accounts bought, from whom and at which margin."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from leads import audit, marks
from leads.choices import DealState
from leads.models import Account, Deal, ImportRun, Lead, User


class InvalidDeal(ValueError):
    """A deal was closed as something that is neither won nor lost."""


@transaction.atomic
def record_deal(
    *,
    account: Account,
    now: datetime,
    lead: Lead | None = None,
    owner: User | None = None,
    name: str = "",
    opened_at: datetime | None = None,
    proposed_at: datetime | None = None,
    amount: Decimal | None = None,
    currency: str = "",
    is_elsewhere: bool = False,
    system: str = "",
    external_id: str = "",
    import_run: ImportRun | None = None,
    actor: User | None = None,
) -> Deal:
    """Write down an open deal once; the same system and external id return the one that is there."""
    facts: dict[str, Any] = {
        "account": account,
        "lead": lead,
        "owner": owner,
        "name": name,
        "opened_at": opened_at,
        "proposed_at": proposed_at,
        "amount": amount,
        "currency": currency,
        "is_elsewhere": is_elsewhere,
        "recorded_at": now,
        "import_run": import_run,
    }
    if external_id:
        deal, is_new = Deal.objects.get_or_create(system=system, external_id=external_id, defaults=facts)
    else:
        deal, is_new = Deal.objects.create(**facts), True
    if is_new:
        _mark(deal, opened_at or now, now)
        _log(deal, "deal_opened", actor, now)
    return deal


@transaction.atomic
def close_deal(
    *,
    deal: Deal,
    state: str,
    closed_at: datetime,
    now: datetime,
    amount: Decimal | None = None,
    currency: str = "",
    margin: Decimal | None = None,
    actor: User | None = None,
) -> Deal:
    """Close a deal as won or lost; amount and margin that are not given stay as they were.

    Raises InvalidDeal for another state.
    """
    if state not in (DealState.WON, DealState.LOST):
        raise InvalidDeal(f"A deal is closed as won or lost, not as {state}.")
    deal.state, deal.closed_at = state, closed_at
    deal.amount = deal.amount if amount is None else amount
    deal.currency = currency or deal.currency
    deal.margin = deal.margin if margin is None else margin
    deal.save(update_fields=["state", "closed_at", "amount", "currency", "margin"])
    _mark(deal, closed_at, now)
    _log(deal, f"deal_{state}", actor, now)
    return deal


def _log(deal: Deal, verb: str, actor: User | None, now: datetime) -> None:
    about, pk = ("lead", deal.lead_id) if deal.lead_id else ("account", deal.account_id)
    audit.by_person(subject=about, subject_id=pk, verb=verb, actor=actor, at=now, data={"deal": deal.pk})


def _mark(deal: Deal, since: datetime, now: datetime) -> None:
    if deal.lead_id:
        marks.mark(lead_ids=[deal.lead_id], since=since, now=now)
