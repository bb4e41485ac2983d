"""What the accounts of past handoffs bought since, of us and elsewhere."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from leads import among, moments
from leads.choices import DealState
from leads.models import Deal


class Bought(NamedTuple):
    """What can have come of one handoff: so many deals won by us, so many elsewhere.

    `took` is the time from the offer to our first deal that has a date; amount and margin, as money, are of
    our deals that have both.
    """

    ours: int
    elsewhere: int
    took: timedelta | None
    amount: Decimal
    margin: Decimal


class _Won(NamedTuple):
    closed_at: datetime | None
    is_elsewhere: bool
    amount: Decimal | None
    margin: Decimal | None


def since(pks: Sequence[int], accounts: Sequence[int], offered_at: Sequence[str | None]) -> dict[int, Bought]:
    """Tell by handoff what its account bought since its offer, where the account ever bought anything.

    Where neither the offer nor a deal has a date, the deal can have come of it.
    """
    won = _won(set(accounts))
    rows = zip(pks, accounts, offered_at, strict=True)
    return {pk: _bought(at, won[account]) for pk, account, at in rows if account in won}


def _bought(offered_at: str | None, deals: Iterable[_Won]) -> Bought:
    at = moments.read(offered_at) if offered_at else None
    later = [deal for deal in deals if _is_since(deal.closed_at, at)]
    ours = [deal for deal in later if not deal.is_elsewhere]
    took = min((deal.closed_at - at for deal in ours if deal.closed_at and at), default=None)
    priced = [(one.amount, one.margin) for one in ours if one.amount is not None and one.margin is not None]
    amount = sum((amount for amount, _ in priced), Decimal())
    margin = sum((amount * margin for amount, margin in priced), Decimal())
    return Bought(len(ours), len(later) - len(ours), took, amount, margin)


def _is_since(closed_at: datetime | None, at: datetime | None) -> bool:
    if closed_at is None or at is None:
        return closed_at is None and at is None
    return closed_at >= at


def _won(accounts: Iterable[int]) -> dict[int, list[_Won]]:
    found: defaultdict[int, list[_Won]] = defaultdict(list)
    deals = Deal.objects.filter(state=DealState.WON, account_id__in=among.ids(accounts))
    for account, closed_at, *rest in deals.values_list(
        "account_id", moments.written("closed_at"), "is_elsewhere", "amount", "margin"
    ):
        found[account].append(_Won(moments.read(closed_at) if closed_at else None, *rest))
    return dict(found)
