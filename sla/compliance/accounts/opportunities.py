"""Account opportunities: what the first offers to an account came to under one version.

Kept of all its offers and of those of each team, source, tier, and team and source: the first of a team may
be another than the account's first. A question that names other pairs, or a person, is told from the rows.
Money is told for each currency.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet, Sum

from leads.choices import DealState
from leads.models import Deal
from sla.choices import Grain
from sla.compliance import money
from sla.compliance.accounts import marked
from sla.compliance.cohorts import PASSED_ON, followed_up
from sla.compliance.money import Worth
from sla.compliance.periods import Filters
from sla.models import AgreementVersion, Handoff, TallyAccount

Named = tuple[str, int, str, str]
EVERYTHING: Named = (Grain.ALL, 0, "", "")
#: What is kept, by whether a question names team, source and tier.
_GRAINS = {
    (False, False, False): Grain.ALL,
    (True, False, False): Grain.TEAM,
    (False, True, False): Grain.SOURCE,
    (False, False, True): Grain.TIER,
    (True, True, False): Grain.PAIR,
}


class Opportunity(NamedTuple):
    """One account under one version in one currency, in the order of the columns of `TallyAccount`."""

    account: int
    version: int
    grain: str
    team: int
    source: str
    tier: str
    first_at: datetime
    worked_at: datetime | None
    is_won: bool
    is_elsewhere: bool
    is_counted: bool
    currency: str
    amount: Decimal
    earned: Decimal


@dataclass(slots=True)
class Sums:
    """Accounts first offered before a moment; of those that Sales followed up by then, what was won.

    `worth` is by currency, of accounts whose deals name amount and margin.
    """

    accounts: int = 0
    worked: int = 0
    won: int = 0
    elsewhere: int = 0
    worth: dict[str, Worth] = field(default_factory=dict)

    def add(self, other: "Sums") -> None:
        self.accounts += other.accounts
        self.worked += other.worked
        self.won += other.won
        self.elsewhere += other.elsewhere
        for currency, worth in other.worth.items():
            self.worth.setdefault(currency, Worth()).add(worth)


def first_offers() -> QuerySet[Handoff]:
    """Return the first offers of leads: an opportunity is credited to the version of the first cycle."""
    return Handoff.objects.filter(leg=1, cycle=1, offered_at__isnull=False).exclude(state__in=PASSED_ON)


def read(version: AgreementVersion, before: datetime, filters: Filters) -> Sums:
    """Return what the opportunities of a version first offered before a moment came to."""
    grain, changed = _named(filters), marked.waiting()
    if grain is None or changed is None:
        return from_rows(version, before, filters)
    if not _speaks_of(version, filters):
        return Sums()
    columns = dict(zip(("grain", "team", "source", "tier"), grain, strict=True))
    kept = TallyAccount.objects.filter(version=version.pk, first_at__lt=before, **columns)
    sums = _summed(kept.exclude(account__in=changed), before)
    if changed:
        sums.add(from_rows(version, before, filters, changed))
    return sums


def from_rows(
    version: AgreementVersion, before: datetime, filters: Filters, accounts: Collection[int] | None = None
) -> Sums:
    """Return the same told from the rows, of all accounts or of these."""
    asked = first_offers().filter(filters.on_handoffs(), version=version, offered_at__lt=before)
    return _added(tell(asked if accounts is None else asked.filter(lead__account__in=accounts)), before)


def everywhere(team: int, source: str, tier: str) -> tuple[Named, ...]:
    """Return the names under which an offer is kept."""
    return (
        EVERYTHING,
        (Grain.TEAM, team, "", ""),
        (Grain.SOURCE, 0, source, ""),
        (Grain.TIER, 0, "", tier),
        (Grain.PAIR, team, source, ""),
    )


def tell(
    offers: QuerySet[Handoff], names: Callable[[int, str, str], Iterable[Named]] | None = None
) -> Iterator[Opportunity]:
    """Yield what offers came to, by account, version, name and currency. Two queries."""
    columns = ("lead__account", "version", "team", "lead__source", "tier", "offered_at", "is_worked")
    rows = offers.order_by().annotate(is_worked=followed_up()).values_list(*columns)
    found: dict[tuple[int, int, Named], list[tuple[datetime, bool]]] = defaultdict(list)
    for account, version, team, source, tier, at, is_worked in rows.iterator(chunk_size=5_000):
        for name in names(team, source, tier) if names else (EVERYTHING,):
            found[account, version, name].append((at, is_worked))
    deals = _won_deals(offers) if found else {}
    for (account, version, name), own in found.items():
        yield from _opportunities(account, version, name, own, deals.get(account, ()))


def _opportunities(
    account: int, version: int, name: Named, offers: list[tuple[datetime, bool]], deals: Iterable[Deal]
) -> Iterator[Opportunity]:
    """Yield one for each currency that the account bought in, at least one; the first is counted."""
    first_at = min(at for at, _worked in offers)
    counted = [
        deal for deal in deals if not deal.is_elsewhere and deal.closed_at and deal.closed_at >= first_at
    ]
    worth = money.of_case(counted) or {"": Worth()}
    for place, currency in enumerate(sorted(worth)):
        yield Opportunity(
            account,
            version,
            *name,
            first_at=first_at,
            worked_at=min((at for at, is_worked in offers if is_worked), default=None),
            is_won=bool(counted),
            is_elsewhere=any(deal.is_elsewhere for deal in deals),
            is_counted=not place,
            currency=currency,
            amount=worth[currency].amount,
            earned=worth[currency].earned,
        )


def _won_deals(offers: QuerySet[Handoff]) -> dict[int, list[Deal]]:
    accounts = offers.order_by().values("lead__account")
    won = Deal.objects.filter(state=DealState.WON, closed_at__isnull=False, account__in=accounts)
    found: dict[int, list[Deal]] = defaultdict(list)
    for deal in won.only("account", "closed_at", "amount", "currency", "margin", "is_elsewhere"):
        found[deal.account_id].append(deal)
    return found


def _named(filters: Filters) -> Named | None:
    """Return the name under which a question is kept, None where none is."""
    named = tuple(value is not None for value in (filters.team_id, filters.source, filters.tier))
    if filters.rep_id is not None or named not in _GRAINS:
        return None
    return _GRAINS[named], filters.team_id or 0, filters.source or "", filters.tier or ""


def _speaks_of(version: AgreementVersion, filters: Filters) -> bool:
    return filters.version_id in (None, version.pk) and filters.agreement_id in (None, version.agreement_id)


def _summed(kept: QuerySet[TallyAccount], before: datetime) -> Sums:
    """Count accounts, then what was won by currency: to group all accounts for the few that won is dear."""
    worked = Q(worked_at__lt=before)
    won = worked & Q(is_won=True)
    # Counted by a column of the index: any other would have the table read.
    counts = kept.filter(is_counted=True).aggregate(
        accounts=Count("account"),
        worked=Count("account", filter=worked),
        won=Count("account", filter=won),
        elsewhere=Count("account", filter=worked & Q(is_won=False, is_elsewhere=True)),
    )
    bought = kept.filter(won).exclude(amount=0).order_by().values_list("currency")
    worth = bought.annotate(n=Count("account"), amount=Sum("amount"), earned=Sum("earned"))
    return Sums(**counts, worth={currency: Worth(*own) for currency, *own in worth})


def _added(rows: Iterable[Opportunity], before: datetime) -> Sums:
    mature = [row for row in rows if row.first_at < before]
    worked = [row for row in mature if row.worked_at and row.worked_at < before]
    won = [row for row in worked if row.is_won]
    elsewhere = [row for row in worked if row.is_elsewhere and not row.is_won]
    worth: dict[str, Worth] = {}
    for row in won:
        if row.amount:
            worth.setdefault(row.currency, Worth()).add(Worth(1, row.amount, row.earned))
    return Sums(_counted(mature), _counted(worked), _counted(won), _counted(elsewhere), worth)


def _counted(rows: Iterable[Opportunity]) -> int:
    return sum(row.is_counted for row in rows)
