"""Is a definition true: do the leads it passes buy, once Sales follows them up?

Counted in account opportunities, not persons; over whole cohorts older than the version's maturity
window; credited to the version of the first cycle; among those followed up, with the followed-up
share beside it. A definition is never condemned while Sales did not follow up. The margin stands beside the
verdict, for each currency by itself, and weighs nothing in it.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F

from sla import agreements, scoring
from sla.compliance import money
from sla.compliance.accounts import opportunities
from sla.compliance.money import Margin
from sla.compliance.periods import Filters, share
from sla.document import Document
from sla.models import AgreementVersion

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
    margins: tuple[Margin, ...]
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


class Truths:
    """The definitions that one question asks about, each judged once: counting its accounts is dear."""

    def __init__(self, now: datetime, filters: Filters) -> None:
        self._now, self._filters = now, filters
        self._judged: dict[int, Truth | None] = {}

    def of(self, version: AgreementVersion) -> Truth | None:
        """Return the truth of a version's definition, None when it promises no close rate."""
        if version.pk not in self._judged:
            self._judged[version.pk] = judge(version, self._now, self._filters)
        return self._judged[version.pk]


def judge(version: AgreementVersion, now: datetime, filters: Filters | None = None) -> Truth | None:
    """Return the truth of a version's definition, None when it promises no close rate."""
    terms = agreements.document(version)
    promises = terms.of_kind("close_rate")
    if not promises:
        return None
    promise = promises[0]
    maturity = maturity_of(version, terms)
    sums = opportunities.read(version, now - maturity, filters or Filters())
    bar = float(promise.target if promise.target is not None else 0.3)
    needed = float(promise.params.get("followed_up", 0.8))
    interval = scoring.wilson(sums.won, sums.worked)
    return Truth(
        version_id=version.pk,
        verdict=scoring.truth(sums.won, sums.worked, share(sums.worked, sums.accounts), bar, needed),
        opportunities=sums.accounts,
        followed_up=sums.worked,
        won=sums.won,
        low=interval.low,
        high=interval.high,
        bar=bar,
        margins=money.margins(sums.worth),
        margin_bar=promise.params.get("margin"),
        maturity=maturity,
        bought_elsewhere=sums.elsewhere,
        needed_follow_up=needed,
    )


def maturity_of(version: AgreementVersion, terms: Document) -> timedelta:
    """Return the agreed window, else the segment's own 90th percentile from offer to win (nearest rank)."""
    if terms.maturity_days is not None:
        return timedelta(days=terms.maturity_days)
    wins = opportunities.first_offers().filter(
        version__agreement=version.agreement_id, closed_at__isnull=False, state="won"
    )
    n = wins.count()
    if n < WINS_NEEDED:
        return DEFAULT_MATURITY
    waited = ExpressionWrapper(F("closed_at") - F("offered_at"), output_field=DurationField())
    waits: Any = wins.annotate(waited=waited).order_by("waited").values_list("waited", flat=True)
    wait: timedelta = waits[math.ceil(0.9 * n) - 1]
    return wait
