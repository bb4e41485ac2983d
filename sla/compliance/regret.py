"""Leads that Sales refused and that bought later: how many, how much, refused for which reason."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q

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
    deals = _won_by_lead(period, filters)
    cases = [
        _case(handoff, deals[lead]) for lead, handoff in last.items() if _bought(handoff, deals.get(lead))
    ]
    cases.sort(key=lambda case: (-(case.amount or Decimal(0)), case.lead))
    return Regret(tuple(cases), len(last))


def _won_by_lead(period: Period | None, filters: Filters) -> dict[int, Deal]:
    refused = offered_in(period, filters).filter(state__in=REFUSED_STATES)
    won = Deal.objects.filter(
        Q(lead_id__in=refused.values("lead_id")), state=DealState.WON, is_elsewhere=False
    )
    return {deal.lead_id: deal for deal in won.order_by("closed_at") if deal.lead_id is not None}


def _bought(handoff: Handoff, deal: Deal | None) -> bool:
    if deal is None:
        return False
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
    )


def _sum(cases: list[Regretted]) -> Decimal:
    return sum((case.amount or Decimal(0) for case in cases), Decimal(0))
