"""What the accounts of past handoffs bought since, of us and elsewhere."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from leads import among, moments
from leads.choices import DealState
from leads.models import Deal


class Won(NamedTuple):
    """A deal that was won; the moment is the database's text, as `moments.written` reads it."""

    closed_at: str | None
    is_elsewhere: bool
    amount: Decimal | None
    currency: str
    margin: Decimal | None


class Bought(NamedTuple):
    """By handoff our deals that can have come of it, and the handoffs whose account bought elsewhere."""

    ours: dict[int, list[Won]]
    elsewhere: set[int]


def since(pks: Sequence[int], accounts: Sequence[int], offered_at: Sequence[str | None]) -> Bought:
    """Tell by handoff what its account bought since its offer.

    Where neither the offer nor a deal has a date, the deal can have come of it.
    """
    won = _won(set(accounts))
    ours: dict[int, list[Won]] = {}
    elsewhere: set[int] = set()
    for pk, account, at in zip(pks, accounts, offered_at, strict=True):
        for deal in won.get(account, ()):
            if not _is_since(deal.closed_at, at):
                continue
            if deal.is_elsewhere:
                elsewhere.add(pk)
            else:
                ours.setdefault(pk, []).append(deal)
    return Bought(ours, elsewhere)


def _is_since(closed_at: str | None, at: str | None) -> bool:
    if closed_at is None or at is None:
        return closed_at is at
    # One database writes all moments alike, so that their texts sort as they do.
    return closed_at >= at


def took(deals: Iterable[Won], offered_at: str | None) -> timedelta | None:
    """Return the time from an offer to the first of some deals that has a date."""
    first = min((deal.closed_at for deal in deals if deal.closed_at), default=None)
    return moments.read(first) - moments.read(offered_at) if first and offered_at else None


def _won(accounts: Iterable[int]) -> dict[int, list[Won]]:
    found: defaultdict[int, list[Won]] = defaultdict(list)
    deals = Deal.objects.filter(state=DealState.WON, account_id__in=among.ids(accounts))
    for account, *rest in deals.values_list(
        "account_id", moments.written("closed_at"), "is_elsewhere", "amount", "currency", "margin"
    ):
        found[account].append(Won(*rest))
    return dict(found)
