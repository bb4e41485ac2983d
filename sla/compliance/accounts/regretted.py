"""Refusals after which the lead bought, or its account did without saying for whom.

A lead counts once: by its last deal, one with us rather than one with somebody else, and by the last refusal
before that deal. A deal that names no lead belongs to the account's last refusal before it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet, Sum

from leads.choices import DealState
from leads.models import Deal, Lead
from sla.compliance.accounts import marked
from sla.compliance.cohorts import REFUSED, offered_in
from sla.compliance.periods import Filters, Period
from sla.models import AgreementVersion, Handoff, TallyRegret

NOTHING = Decimal(0)


class Case(NamedTuple):
    """One refusal with the deal that came after it, in the order of the columns of `TallyRegret`."""

    account: int
    lead: int
    handoff: int
    deal: int
    offered_at: datetime | None
    version: int
    team: int
    source: str
    tier: str
    reason: str
    amount: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Sums:
    """Cases by reason, their worth by currency, that of most cases first, and the greatest that may be shown.

    Greatest by the mere number: without rates of exchange currencies have no order.
    """

    counts: Counter[str]
    worth: dict[str, Decimal]
    greatest: list[Case]


class _Refusal(NamedTuple):
    account: int
    lead: int
    handoff: int
    refused_at: datetime | None
    offered_at: datetime | None
    version: int
    team: int
    source: str
    tier: str
    reason: str


def refused_in(period: Period | None, filters: Filters) -> QuerySet[Handoff]:
    """Return the refusals among the offers of a period."""
    return offered_in(period, filters).filter(REFUSED)


def read(period: Period | None, filters: Filters, visible: QuerySet[Lead] | None, most: int | None) -> Sums:
    """Return the cases whose refused offer was made in the period; undated ones belong to all times."""
    changed = marked.waiting()
    if filters.rep_id is not None or changed is None:
        return from_rows(period, filters, visible, most)
    kept = TallyRegret.objects.filter(_on_kept(period, filters)).exclude(account__in=changed)
    sums = kept.order_by().values_list("reason", "currency").annotate(n=Count("pk"), sum=Sum("amount"))
    shown = kept if visible is None else kept.filter(lead__in=visible.values("pk"))
    greatest = shown.order_by(F("amount").desc(nulls_last=True), "handoff").values_list(*Case._fields)[:most]
    fresh = _asked_for(period, filters, changed) if changed else []
    return _merged(list(sums), [Case(*row) for row in greatest], fresh, visible, most)


def from_rows(
    period: Period | None, filters: Filters, visible: QuerySet[Lead] | None, most: int | None
) -> Sums:
    """Return the same, all of it told from the rows."""
    return _merged([], [], _asked_for(period, filters, None), visible, most)


def tell(accounts: Collection[int]) -> Iterator[Case]:
    """Yield the cases of accounts. Two queries."""
    won = Deal.objects.filter(state=DealState.WON, account__in=accounts)
    won = won.order_by("-is_elsewhere", F("closed_at").asc(nulls_first=True), "pk")
    deals = list(won.values_list("pk", "account", "lead", "closed_at", "amount", "currency"))
    refusals: dict[int, list[_Refusal]] = defaultdict(list)
    found = Handoff.objects.filter(REFUSED, lead__account__in={account for _pk, account, *_rest in deals})
    columns = ("offered_at", "version", "team", "lead__source", "tier", "reason_code")
    rows = found.order_by(F("offered_at").asc(nulls_first=True), "pk").values_list(
        "lead__account", "lead", "pk", "ended_at", "decided_at", *columns
    )
    for account, lead, pk, ended_at, decided_at, *rest in rows if deals else ():
        refusals[account].append(_Refusal(account, lead, pk, ended_at or decided_at, *rest))
    cases: dict[int, Case] = {}
    for pk, account, lead, closed_at, amount, currency in deals:
        before = [one for one in refusals[account] if _is_before(one, lead, closed_at)]
        if before:
            last = before[-1]
            cases[last.lead] = Case(account, last.lead, last.handoff, pk, *last[4:], amount, currency)
    yield from cases.values()


def _is_before(refusal: _Refusal, lead: int | None, closed_at: datetime | None) -> bool:
    if lead is not None and lead != refusal.lead:
        return False
    return refusal.refused_at is None or closed_at is None or closed_at >= refusal.refused_at


def _asked_for(period: Period | None, filters: Filters, accounts: set[int] | None) -> list[Case]:
    """Return the cases of a question told from the rows, of all accounts or of these."""
    refused = refused_in(period, filters).order_by()
    if accounts is not None:
        refused = refused.filter(lead__account__in=accounts)
    asked = dict(refused.values_list("pk", "lead__account"))
    return [case for case in tell(set(asked.values())) if case.handoff in asked]


def _on_kept(period: Period | None, filters: Filters) -> Q:
    pairs = {"team": filters.team_id, "source": filters.source, "tier": filters.tier}
    pairs["version"] = filters.version_id
    found = Q(**{name: value for name, value in pairs.items() if value is not None})
    if filters.agreement_id is not None:
        own = AgreementVersion.objects.filter(agreement_id=filters.agreement_id)
        found &= Q(version__in=own.values("pk"))
    if period is not None:
        found &= Q(offered_at__gte=period.start_at, offered_at__lt=period.end_at)
    return found


def _merged(
    sums: list[tuple[str, str, int, Decimal | None]],
    greatest: list[Case],
    fresh: list[Case],
    visible: QuerySet[Lead] | None,
    most: int | None,
) -> Sums:
    counts: Counter[str] = Counter()
    worth: dict[str, Decimal] = defaultdict(Decimal)
    cases: Counter[str] = Counter()
    for reason, currency, n, amount in [*sums, *((one.reason, one.currency, 1, one.amount) for one in fresh)]:
        counts[reason] += n
        if amount is not None:
            worth[currency] += amount
            cases[currency] += n
    if visible is not None and fresh:
        seen = set(visible.filter(pk__in={case.lead for case in fresh}).values_list("pk", flat=True))
        fresh = [case for case in fresh if case.lead in seen]
    shown = sorted([*greatest, *fresh], key=lambda case: (-(case.amount or NOTHING), case.handoff))
    ordered = sorted(worth, key=lambda currency: (-cases[currency], currency))
    return Sums(counts, {currency: worth[currency] for currency in ordered}, shown[:most])
