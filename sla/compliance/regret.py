"""Leads that Sales refused and that bought later: how many, for which reason, how much; and its mirror."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from leads.models import Deal, Lead
from sla.compliance import cohorts, offers
from sla.compliance.accounts import regretted
from sla.compliance.periods import Filters, Period
from sla.compliance.tallies import Detail
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
    """Of so many refusals, those after which the lead bought: number by reason, worth by currency, and cases.

    Amounts of different currencies are never added; "" is the currency of deals that name none.
    Its mirror: of so many leads accepted on the first leg, those `in_vain` were lost or handed back.
    """

    refusals: int
    accepted: int
    in_vain: int
    cases: tuple[Regretted, ...]
    counts: Mapping[str, int]
    worth: Mapping[str, Decimal]

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def by_reason(self) -> list[tuple[str, int]]:
        """The reasons with their number, the most frequent first."""
        return sorted(self.counts.items(), key=lambda row: (-row[1], row[0]))


def find(
    period: Period | None,
    filters: Filters,
    *,
    visible: QuerySet[Lead] | None = None,
    most: int | None = None,
) -> Regret:
    """Return the refusals among the offers of the period, and the leads that bought afterwards.

    From us or elsewhere, see `accounts.regretted`. Of the cases those of greatest value are named, `most` of
    them, and of `visible` leads only; counted are all.
    """
    sums = regretted.read(period, filters, visible, most)
    counts = offers.read(period, filters, detail=Detail.MONTHS).counts
    return Regret(
        refusals=counts["refused"],
        accepted=counts["1:counts_accepted"],
        in_vain=sum(counts[f"1:{state}"] for state in cohorts.IN_VAIN),
        cases=tuple(_named(sums.greatest)),
        counts=sums.counts,
        worth=sums.worth,
    )


def _named(cases: list[regretted.Case]) -> list[Regretted]:
    handoffs = Handoff.objects.select_related("lead__account").in_bulk([case.handoff for case in cases])
    deals = Deal.objects.in_bulk([case.deal for case in cases])
    return [_case(handoffs[case.handoff], deals[case.deal]) for case in cases]


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
