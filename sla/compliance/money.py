"""What deals came to, by currency: without rates of exchange, amounts of two are never added."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

NOTHING = Decimal(0)


@dataclass(slots=True)
class Worth:
    """What `n` cases bought in one currency; `earned` is amount times margin, of deals that name both."""

    n: int = 0
    amount: Decimal = NOTHING
    earned: Decimal = NOTHING

    def add(self, other: "Worth") -> None:
        self.n += other.n
        self.amount += other.amount
        self.earned += other.earned


class Sale(Protocol):
    """A deal that was won."""

    @property
    def amount(self) -> Decimal | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def margin(self) -> Decimal | None: ...


class Margin(NamedTuple):
    """The margin of `n` cases that bought in one currency, weighted by amount; "" names deals without one."""

    currency: str
    margin: float
    n: int


def of_case(sales: Iterable[Sale]) -> dict[str, Worth]:
    """Return what one case bought, a lead or an account."""
    found: dict[str, Worth] = {}
    for sale in sales:
        if sale.amount and sale.margin is not None:
            own = found.setdefault(sale.currency, Worth(1))
            own.amount += sale.amount
            own.earned += sale.amount * sale.margin
    return found


def margins(worth: Mapping[str, Worth]) -> tuple[Margin, ...]:
    """Return the margin of each currency, that of most cases first: amounts of two have no order."""
    told = [
        Margin(currency, float(own.earned / own.amount), own.n)
        for currency, own in worth.items()
        if own.amount
    ]
    return tuple(sorted(told, key=lambda one: (-one.n, one.currency)))


def plain(told: tuple[Margin, ...]) -> dict[str, Any]:
    """Return margins as JSON-safe values; `margin` is the one there is, None where there are several."""
    return {
        "margin": told[0].margin if len(told) == 1 else None,
        "margins": [one._asdict() for one in told],
    }
