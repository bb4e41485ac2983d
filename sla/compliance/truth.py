"""Is a definition true: do the leads it passes buy, once Sales follows them up?

Counted in account opportunities, not persons; over whole cohorts older than the version's maturity
window; credited to the version of the first cycle; among those followed up, with the followed-up
share beside it. A definition is never condemned while Sales did not follow up.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from leads.choices import DealState
from leads.models import Deal
from sla import agreements, scoring
from sla.compliance.cohorts import PASSED_ON, followed_up
from sla.compliance.periods import Filters, share
from sla.document import Document
from sla.models import AgreementVersion, Handoff

DEFAULT_MATURITY = timedelta(days=180)
#: Wins needed before the segment's own pace is taken as the maturity window.
WINS_NEEDED = 10


@dataclass(frozen=True, slots=True)
class Truth:
    """The verdict on one version; `verdict` is proved, refuted, too_early or untested."""

    version_id: int
    verdict: str
    opportunities: int
    followed_up: int
    won: int
    low: float
    high: float
    bar: float
    margin: float | None
    margin_bar: float | None
    maturity: timedelta
    bought_elsewhere: int
    needed_follow_up: float

    @property
    def rate(self) -> float | None:
        return share(self.won, self.followed_up)

    @property
    def followed_share(self) -> float | None:
        return share(self.followed_up, self.opportunities)


def judge(version: AgreementVersion, now: datetime, filters: Filters | None = None) -> Truth | None:
    """Return the truth of a version's definition, None when it promises no close rate."""
    terms = agreements.document(version)
    promises = terms.of_kind("close_rate")
    if not promises:
        return None
    promise = promises[0]
    maturity = maturity_of(version, terms)
    accounts = _accounts(version, now - maturity, filters or Filters())
    deals = _won_deals(_mature(version, now - maturity, filters or Filters()))
    worked = {account for account, (_, is_worked) in accounts.items() if is_worked}
    won = {a for a in worked if any(_counts(deal, accounts[a][0]) for deal in deals.get(a, []))}
    elsewhere = {a for a in worked - won if any(deal.is_elsewhere for deal in deals.get(a, []))}
    bar = float(promise.target if promise.target is not None else 0.3)
    needed = float(promise.params.get("followed_up", 0.8))
    interval = scoring.wilson(len(won), len(worked))
    return Truth(
        version_id=version.pk,
        verdict=scoring.truth(len(won), len(worked), share(len(worked), len(accounts)) or 0.0, bar, needed),
        opportunities=len(accounts),
        followed_up=len(worked),
        won=len(won),
        low=interval.low,
        high=interval.high,
        bar=bar,
        margin=_margin([deal for a in won for deal in deals[a] if _counts(deal, accounts[a][0])]),
        margin_bar=promise.params.get("margin"),
        maturity=maturity,
        bought_elsewhere=len(elsewhere),
        needed_follow_up=needed,
    )


def maturity_of(version: AgreementVersion, terms: Document) -> timedelta:
    """Return the agreed window, else the segment's own 90th percentile from offer to win."""
    if terms.maturity_days is not None:
        return timedelta(days=terms.maturity_days)
    wins = _first_offers(version.agreement_id).filter(closed_at__isnull=False, state="won")
    times: Any = wins.values_list("offered_at", "closed_at")
    waits = sorted(closed - offered for offered, closed in times)
    return waits[math.ceil(0.9 * len(waits)) - 1] if len(waits) >= WINS_NEEDED else DEFAULT_MATURITY


def _first_offers(agreement_id: int) -> QuerySet[Handoff]:
    offers = Handoff.objects.filter(
        leg=1, cycle=1, version__agreement_id=agreement_id, offered_at__isnull=False
    )
    return offers.exclude(state__in=PASSED_ON)


def _accounts(
    version: AgreementVersion, before: datetime, filters: Filters
) -> dict[int, tuple[datetime, bool]]:
    """Return {account: (first offer, followed up)} of the version's mature first-cycle offers."""
    offers = _mature(version, before, filters).annotate(is_worked=followed_up())
    rows: Any = offers.values_list("lead__account_id", "offered_at", "is_worked")
    found: dict[int, tuple[datetime, bool]] = {}
    for account, offered_at, is_worked in rows:
        first, was_worked = found.get(account, (offered_at, False))
        found[account] = (min(first, offered_at), was_worked or is_worked)
    return found


def _mature(version: AgreementVersion, before: datetime, filters: Filters) -> QuerySet[Handoff]:
    found = _first_offers(version.agreement_id).filter(version=version, offered_at__lt=before)
    return found.filter(filters.on_handoffs())


def _won_deals(offers: QuerySet[Handoff]) -> dict[int, list[Deal]]:
    accounts = offers.values("lead__account_id")
    won = Deal.objects.filter(state=DealState.WON, closed_at__isnull=False, account_id__in=accounts)
    found: dict[int, list[Deal]] = {}
    for deal in won:
        found.setdefault(deal.account_id, []).append(deal)
    return found


def _counts(deal: Deal, offered_at: datetime) -> bool:
    return not deal.is_elsewhere and deal.closed_at is not None and deal.closed_at >= offered_at


def _margin(deals: list[Deal]) -> float | None:
    """Return the margin of won deals weighted by amount, None where amounts or margins are unknown."""
    known = [(d.amount, d.margin) for d in deals if d.amount is not None and d.margin is not None]
    total = sum((amount for amount, _ in known), Decimal(0))
    return float(sum(amount * margin for amount, margin in known) / total) if total else None
