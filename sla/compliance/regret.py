"""Leads that Sales refused and that bought later: how many, how much, refused for which reason."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F

from leads.choices import DealState
from leads.models import Deal
from sla.choices import REFUSED_STATES, Disposition, Ruling
from sla.compliance.cohorts import offered_in
from sla.compliance.periods import Filters, Period
from sla.models import Handoff


@dataclass(frozen=True, slots=True)
class Regretted:
    """One lead refused and won later; `amount` None where the deal names none."""

    handoff_id: int
    lead_id: int
    lead: str
    account: str
    reason: str
    refused_at: datetime | None
    bought_at: datetime | None
    amount: Decimal | None
    currency: str
    #: Bought, but from somebody else.
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Regret:
    """All of them, the largest first, and their number and value by reason."""

    cases: tuple[Regretted, ...]
    refused: int

    @property
    def amount(self) -> Decimal:
        return sum((case.amount or Decimal(0) for case in self.cases), Decimal(0))

    @property
    def by_reason(self) -> list[tuple[str, int, Decimal]]:
        sums: dict[str, list[Regretted]] = defaultdict(list)
        for case in self.cases:
            sums[case.reason].append(case)
        rows = [(reason, len(found), _sum(found)) for reason, found in sums.items()]
        return sorted(rows, key=lambda row: (-row[1], row[0]))


def find(period: Period | None, filters: Filters) -> Regret:
    """Return the leads refused among the offers of the period that bought afterwards.

    From us or elsewhere; a deal of the account that names no lead belongs to the lead refused last before it.
    Undated history counts when its lead is won in the end. A lead counts once, by its last refusal;
    an overturned decline is no refusal, and neither is asking Marketing to repair the data. Two queries.
    """
    refused = (
        offered_in(period, filters)
        .filter(state__in=REFUSED_STATES)
        .exclude(refusal__ruling=Ruling.OVERTURNED)
        .exclude(disposition=Disposition.REPAIR)
        .select_related("lead__account")
        .order_by("lead_id", F("offered_at").asc(nulls_first=True), "id")
    )
    last = {handoff.lead_id: handoff for handoff in refused}
    deals = _bought_by_lead(last)
    cases = [_case(last[lead_id], deal) for lead_id, deal in deals.items()]
    cases.sort(key=lambda case: (-(case.amount or Decimal(0)), case.lead))
    return Regret(tuple(cases), len(last))


def _bought_by_lead(last: Mapping[int, Handoff]) -> dict[int, Deal]:
    """Return by lead what was bought after its refusal: the latest from us, else the latest elsewhere."""
    by_account: defaultdict[int, list[Handoff]] = defaultdict(list)
    for handoff in last.values():
        by_account[handoff.lead.account_id].append(handoff)
    found: dict[int, Deal] = {}
    won = Deal.objects.filter(state=DealState.WON, account_id__in=by_account)
    for deal in won.order_by("-is_elsewhere", "closed_at", "pk"):
        refused = _refused_before(deal, last, by_account[deal.account_id])
        if refused is not None:
            found[refused.lead_id] = deal
    return found


def _refused_before(deal: Deal, last: Mapping[int, Handoff], others: Iterable[Handoff]) -> Handoff | None:
    """Return the refusal after which a deal was made: of its own lead, else the account's last one."""
    if deal.lead_id is not None:
        own = last.get(deal.lead_id)
        return own if own and _bought(own, deal) else None
    earlier = [handoff for handoff in others if _bought(handoff, deal)]
    return max(earlier, key=_when, default=None)


def _when(handoff: Handoff) -> tuple[float, int]:
    return (handoff.offered_at.timestamp() if handoff.offered_at else 0.0, handoff.pk)


def _bought(handoff: Handoff, deal: Deal) -> bool:
    refused_at = handoff.ended_at or handoff.decided_at
    return refused_at is None or deal.closed_at is None or deal.closed_at >= refused_at


def _case(handoff: Handoff, deal: Deal) -> Regretted:
    return Regretted(
        handoff_id=handoff.pk,
        lead_id=handoff.lead_id,
        lead=str(handoff.lead),
        account=str(handoff.lead.account),
        reason=handoff.reason_code,
        refused_at=handoff.ended_at or handoff.decided_at,
        bought_at=deal.closed_at,
        amount=deal.amount,
        currency=deal.currency,
        is_elsewhere=deal.is_elsewhere,
    )


def _sum(cases: list[Regretted]) -> Decimal:
    return sum((case.amount or Decimal(0) for case in cases), Decimal(0))
