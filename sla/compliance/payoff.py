"""Whether keeping one's word pays: wins by month and by speed, and what is at risk now."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median as middle
from typing import Any
from zoneinfo import ZoneInfo

from leads.choices import DealState, Side
from leads.models import Deal
from sla import agreements, scoring
from sla.compliance import offers, tallies
from sla.compliance.periods import Filters, Period, months_before, months_between, share
from sla.compliance.report import late_now
from sla.compliance.tallies import Day, Detail

MONTHS = 12
DAYS = 60
YEAR = timedelta(days=365)
#: So many closed deals tell what a deal is worth.
LAST_DEALS = 1_000
_CLOSED = (DealState.WON, DealState.LOST)


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
class Stake:
    """What is at risk in one currency, in whole units of it, and by cause, the greatest first."""

    currency: str
    amount: int
    by_cause: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Leads that are late on Sales' side now, with what they are worth on average.

    The amount of a lead's open deal times the share of deals won, else the middle amount of won deals
    times the share of leads won, of the last year; of deals the last `LAST_DEALS` of it, in the `currency` of
    most wins. Told for each currency, that of most leads first; `stakes` is None where none of these deals
    was won, so that nobody knows the worth.
    """

    lead_ids: tuple[int | None, ...]
    stakes: tuple[Stake, ...] | None = None
    typical: int = 0
    currency: str = ""
    rate: float = 0.0

    @property
    def leads(self) -> int:
        return len(self.lead_ids)


def by_month(last_on: date, zone: str, filters: Filters) -> list[Month]:
    """Return the last twelve months of first hand-overs up to a day, the oldest first."""
    period = Period(months_before(last_on, MONTHS - 1), last_on, zone)
    told = offers.read(period, filters, detail=Detail.MONTHS)
    found: dict[date, list[Day]] = defaultdict(list)
    for day in told.days:
        found[day.day.replace(day=1)].append(day)
    months = [months_before(last_on, back) for back in range(MONTHS - 1, -1, -1)]
    return [_month(month, tallies.total(found[month]), last_on) for month in months]


def by_speed(period: Period | None, filters: Filters) -> list[Speed]:
    """Return the share won by the time of Sales' first touch, for leads whose outcome is known."""
    counts = offers.read(period, filters, detail=Detail.MONTHS).counts
    codes = (*(code for code, _limit in offers.WITHIN), offers.LATER, offers.NEVER)
    return [Speed(code, counts[f"speed:{code}:n"], counts[f"speed:{code}:won"]) for code in codes]


def by_day(last_on: date, zone: str, filters: Filters) -> list[tuple[date, float]]:
    """Return the middle hours from offer to Sales' first touch by day of offer, for the last sixty days.

    Days on which nothing was offered, or nothing of it touched yet, are left out. Wall clock.
    """
    period = Period(last_on - timedelta(days=DAYS - 1), last_on, zone)
    days = offers.read(period, filters, has_times=True, detail=Detail.TIMES).by_day()
    waits = {day: tallies.middle(own.times.get("first_touch", {})) for day, own in days.items()}
    return [(day, wait / timedelta(hours=1)) for day, wait in waits.items() if wait is not None]


def at_risk(filters: Filters, now: datetime) -> AtRisk:
    """Return what is late on Sales' side now, the longest late first, and what it is worth."""
    late: dict[int | None, str] = {}
    for lead_id, cause in late_now(filters).filter(side=Side.SALES).values_list("lead_id", "cause"):
        late.setdefault(lead_id, cause)
    typical, currency, deal_rate = _typical(now) if late else (None, "", 0.0)
    if typical is None:
        return AtRisk(tuple(late))
    lead_rate = _share_won(filters, now)
    deals = _open_deals(late, currency)
    worth: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for lead, cause in late.items():
        if lead in deals:
            code, amount = deals[lead]
            worth[code].append((cause, amount * Decimal(deal_rate)))
        else:
            worth[currency].append((cause, typical * Decimal(lead_rate)))
    ordered = sorted(worth.items(), key=lambda row: (-len(row[1]), row[0]))
    stakes = tuple(_stake(code, parts) for code, parts in ordered)
    return AtRisk(tuple(late), stakes, round(typical), currency, lead_rate)


def _stake(currency: str, parts: list[tuple[str, Decimal]]) -> Stake:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for cause, amount in parts:
        totals[cause] += amount
    by_cause = tuple(sorted(totals.items(), key=lambda row: -row[1]))
    return Stake(currency, round(sum(totals.values())), by_cause)


def _typical(now: datetime) -> tuple[Decimal | None, str, float]:
    """Return the middle amount of the last deals won, in which currency, and the share of deals won."""
    last = Deal.objects.filter(closed_at__gte=now - YEAR, is_elsewhere=False, state__in=_CLOSED)
    deals = list(last.order_by("-closed_at", "-pk").values_list("state", "amount", "currency")[:LAST_DEALS])
    won = [(amount, code) for state, amount, code in deals if state == DealState.WON and amount is not None]
    if not won:
        return None, "", 0.0
    currency = Counter(code for _amount, code in won).most_common(1)[0][0]
    typical = middle(amount for amount, code in won if code == currency)
    lost = sum(state == DealState.LOST for state, _amount, _code in deals)
    return Decimal(typical), currency, len(won) / (len(won) + lost)


def _share_won(filters: Filters, now: datetime) -> float:
    """Return the share won of the leads that Sales accepted in a year and whose outcome is known."""
    zone = agreements.zone()
    today = now.astimezone(ZoneInfo(zone)).date()
    speeds = by_speed(Period(today - YEAR + timedelta(days=1), today, zone), filters)
    return share(sum(each.won for each in speeds), sum(each.n for each in speeds)) or 0.0


def _open_deals(leads: Iterable[int | None], currency: str) -> dict[int | None, tuple[str, Decimal]]:
    """Return currency and amount of each lead's open deal, the greatest of several, in this one if any."""
    deals = Deal.objects.filter(lead__in=set(leads), state=DealState.OPEN, amount__isnull=False)
    rows: Any = deals.values_list("lead_id", "currency", "amount")
    ordered = sorted(rows, key=lambda row: (row[1] == currency, row[2], row[1]))
    return {lead: (code, amount) for lead, code, amount in ordered}


def _month(month: date, counts: Counter[str], last_on: date) -> Month:
    wins = Counter({index: counts[f"first:{index}"] for index in range(MONTHS)})
    return Month(month, counts["first:n"], _running(month, wins, last_on))


def _running(month: date, wins: Counter[int], last_on: date) -> tuple[int | None, ...]:
    """Return the wins up to the end of each month since, None from the first that has not begun."""
    seen = months_between(month, last_on)
    total, found = 0, []
    for index in range(MONTHS):
        total += wins[index]
        found.append(total if index <= seen else None)
    return tuple(found)
