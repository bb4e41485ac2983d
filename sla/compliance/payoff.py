"""Whether keeping one's word pays: wins by month and by speed, and what is at risk now."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median as middle
from zoneinfo import ZoneInfo

from django.db.models import Count, Min

from leads.choices import DealState, Side, Stage
from leads.models import Deal, StageChange
from sla import scoring
from sla.compliance import cohorts
from sla.compliance.periods import Filters, Period, months_before, share
from sla.compliance.report import late_now

MONTHS = 12
DAYS = 60
#: Upper ends of the classes of first touches, counted from the offer by the clock on the wall.
WITHIN = (("hour", timedelta(hours=1)), ("four_hours", timedelta(hours=4)), ("day", timedelta(days=1)))
LATER, NEVER = "later", "never"
YEAR = timedelta(days=365)
#: Stages of a lead that Sales accepted once, in which it is known whether that was worth it.
_KNOWN = frozenset(
    {Stage.CUSTOMER, Stage.LOST, Stage.DISQUALIFIED, Stage.RECYCLED, Stage.NURTURING, Stage.INQUIRY}
)


@dataclass(frozen=True, slots=True)
class Month:
    """The leads first handed over in a month, and which share was won by the end of each month since.

    `won` holds counts by whole months since the hand-over's month, None where that month has not ended.
    """

    first_on: date
    n: int
    won: tuple[int | None, ...]

    def share(self, index: int) -> float | None:
        won = self.won[index]
        return None if won is None else share(won, self.n)


@dataclass(frozen=True, slots=True)
class Speed:
    """The leads first touched within a time, whose outcome is known; 95% Wilson interval of the share won."""

    code: str
    n: int
    won: int

    @property
    def share(self) -> float | None:
        return share(self.won, self.n)

    @property
    def interval(self) -> tuple[float, float]:
        found = scoring.wilson(self.won, self.n)
        return found.low, found.high


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Leads that are late on Sales' side now, with what they are worth on average.

    The amount of a lead's open deal times the share of deals won, else the middle amount of won deals
    times the share of leads won, both of the last year. Whole units of the currency; the amount is None
    where no deal was won in that year, so that nobody knows the worth.
    """

    lead_ids: tuple[int | None, ...]
    amount: int | None = None
    currency: str = ""
    by_cause: tuple[tuple[str, Decimal], ...] = ()
    typical: int = 0
    rate: float = 0.0

    @property
    def leads(self) -> int:
        return len(self.lead_ids)


def by_month(last_on: date, zone: str, filters: Filters) -> list[Month]:
    """Return the last twelve months of first hand-overs up to a day, the oldest first; two queries."""
    first_on = months_before(last_on, MONTHS - 1)
    offers = cohorts.offered_in(Period(first_on, last_on, zone), filters, leg=1).filter(cycle=1, hop=1)
    own = ZoneInfo(zone)
    handed = {lead: at.astimezone(own) for lead, at in offers.values_list("lead_id", "offered_at") if at}
    wins = StageChange.objects.filter(lead__in=offers.values("lead_id"), to_stage=Stage.CUSTOMER)
    counted: dict[date, Counter[int]] = defaultdict(Counter)
    sizes: Counter[date] = Counter(at.date().replace(day=1) for at in handed.values())
    for lead, won_at in wins.values_list("lead_id").annotate(at=Min("happened_at")):
        start = handed[lead].date().replace(day=1)
        counted[start][_months_between(start, won_at.astimezone(own).date())] += 1
    months = [months_before(last_on, back) for back in range(MONTHS - 1, -1, -1)]
    return [Month(month, sizes[month], _running(month, counted[month], last_on)) for month in months]


def by_speed(period: Period | None, filters: Filters) -> list[Speed]:
    """Return the share won by the time of Sales' first touch, for leads whose outcome is known."""
    found: dict[str, list[bool]] = defaultdict(list)
    rows = cohorts.handed_over(period, filters).filter(state__in=cohorts.ACCEPTED)
    for offered_at, touched_at, stage in rows.values_list("offered_at", "first_touch_at", "lead__stage"):
        if stage in _KNOWN:
            found[_class(offered_at, touched_at)].append(stage == Stage.CUSTOMER)
    codes = (*(code for code, _limit in WITHIN), LATER, NEVER)
    return [Speed(code, len(found[code]), sum(found[code])) for code in codes]


def by_day(last_on: date, zone: str, filters: Filters) -> list[tuple[date, float]]:
    """Return the middle hours from offer to Sales' first touch by day of offer, for the last sixty days.

    Days on which nothing was offered, or nothing of it touched yet, are left out. Wall clock.
    """
    own, waits = ZoneInfo(zone), defaultdict(list)
    period = Period(last_on - timedelta(days=DAYS - 1), last_on, zone)
    rows = cohorts.handed_over(period, filters).filter(first_touch_at__isnull=False)
    for offered_at, touched_at in rows.values_list("offered_at", "first_touch_at"):
        waits[offered_at.astimezone(own).date()].append((touched_at - offered_at).total_seconds() / 3600)
    return [(day, middle(hours)) for day, hours in sorted(waits.items())]


def at_risk(filters: Filters, now: datetime) -> AtRisk:
    """Return what is late on Sales' side now, the longest late first, and what it is worth."""
    late: dict[int | None, str] = {}
    for clock in late_now(filters):
        if clock.side == Side.SALES:
            late.setdefault(clock.lead_id, clock.cause)
    closed = Deal.objects.filter(closed_at__gte=now - YEAR, is_elsewhere=False)
    won = list(closed.filter(state=DealState.WON, amount__isnull=False).values_list("amount", "currency"))
    if not won:
        return AtRisk(tuple(late))
    currency = Counter(code for _amount, code in won).most_common(1)[0][0]
    typical = Decimal(middle(amount for amount, code in won if code == currency and amount is not None))
    deal_rate = len(won) / (len(won) + closed.filter(state=DealState.LOST).count())
    lead_rate = _share_won(filters, now - YEAR)
    deals = _open_deals(late, currency)
    sums: dict[str, list[Decimal]] = defaultdict(list)
    for lead, cause in late.items():
        worth = deals[lead] * Decimal(deal_rate) if lead in deals else typical * Decimal(lead_rate)
        sums[cause].append(worth)
    totals = {code: sum(worths, Decimal(0)) for code, worths in sums.items()}
    by_cause = tuple(sorted(totals.items(), key=lambda row: -row[1]))
    return AtRisk(tuple(late), round(sum(totals.values())), currency, by_cause, round(typical), lead_rate)


def _share_won(filters: Filters, since: datetime) -> float:
    """Return the share won of leads that Sales accepted since a moment and whose outcome is known."""
    offers = cohorts.offered_in(None, filters, leg=1)
    offers = offers.filter(offered_at__gte=since, state__in=cohorts.ACCEPTED)
    counts = dict(offers.order_by().values_list("lead__stage").annotate(n=Count("lead", distinct=True)))
    known = sum(n for stage, n in counts.items() if stage in _KNOWN)
    return counts.get(Stage.CUSTOMER, 0) / known if known else 0.0


def _open_deals(leads: Iterable[int | None], currency: str) -> dict[int | None, Decimal]:
    """Return the amount of each lead's open deal in a currency, the greatest where it has several."""
    deals = Deal.objects.filter(lead__in=set(leads), state=DealState.OPEN, currency=currency)
    rows = deals.order_by("amount").values_list("lead_id", "amount")
    return {lead: amount for lead, amount in rows if amount is not None}


def _class(offered_at: datetime, touched_at: datetime | None) -> str:
    if touched_at is None:
        return NEVER
    wait = touched_at - offered_at
    return next((code for code, limit in WITHIN if wait <= limit), LATER)


def _months_between(start: date, day: date) -> int:
    return max((day.year - start.year) * 12 + day.month - start.month, 0)


def _running(month: date, wins: Counter[int], last_on: date) -> tuple[int | None, ...]:
    """Return the wins up to the end of each month since, None from the first that has not begun."""
    seen = _months_between(month, last_on)
    total, found = 0, []
    for index in range(MONTHS):
        total += wins[index]
        found.append(total if index <= seen else None)
    return tuple(found)
