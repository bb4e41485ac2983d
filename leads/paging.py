"""Long lists, page by page: by key and never by number, so that every page costs the same."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Coalesce

from leads import among

#: Beyond this a count is not worth its time.
COUNTED_UP_TO = 10_000


@dataclass(frozen=True, slots=True)
class Order:
    """By which column, within it by key, and which way; rows without a value stand last."""

    column: str = "pk"
    is_down: bool = True
    has_blanks: bool = False

    def turned(self) -> "Order":
        """Return the same the other way round."""
        return replace(self, is_down=not self.is_down)


NEWEST = Order()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after which row, and whether the page before knew of more rows than are counted.

    In an address it stands as "1234", or as "1234+" among so many.
    """

    after: int | None = None
    is_among_many: bool = False

    def __str__(self) -> str:
        return f"{self.after or ''}{'+' * self.is_among_many}"


FRONT = Place()


class Listed:
    """Rows that were narrowed, and how many there are: `count` is right up to COUNTED_UP_TO, then capped.

    A few are found by what narrows them, once, and put in order then: a walk along an index might pass all
    others before it meets them. Many lie so close that each page is such a walk; they are counted for the
    first page only, as to count so far costs more than a page.
    """

    def __init__(self, found: QuerySet[Any], *, start: Place = FRONT) -> None:
        self._start = start
        self._few: list[int] = []
        self.count, self.is_capped = COUNTED_UP_TO, start.is_among_many
        if not self.is_capped:
            self._count(found)
        self._found = found if self.is_capped else found.model.objects.filter(pk__in=among.ids(self._few))

    def _count(self, found: QuerySet[Any]) -> None:
        some = found.order_by().values("pk")[: COUNTED_UP_TO + 1]
        counted = some.aggregate(n=Count("pk"), keys=among.AsText("pk"))
        self.is_capped = counted["n"] > COUNTED_UP_TO
        if not self.is_capped:
            self.count, self._few = counted["n"], among.read(counted["keys"])

    def page(self, size: int, *, order: Order = NEWEST) -> tuple[list[int], Place | None]:
        """Return the keys of the page at `start`, and where the next one begins, None at the end.

        Keys only: to put many rows in order is cheap only without all that is shown of them.
        """
        return self._page(size, order, self._start.after)

    def pages(self, size: int) -> Iterator[list[int]]:
        """Yield the keys of all pages from `start` on, newest first."""
        keys, following = self.page(size)
        yield keys
        while following:
            keys, following = self._page(size, NEWEST, following.after)
            yield keys

    def _page(self, size: int, order: Order, after: int | None) -> tuple[list[int], Place | None]:
        keys: list[int] = []
        if order.column == "pk" and not self.is_capped:
            keys = self._few_in_order(order, after)
        else:
            for part in self._parts(order, after):
                if len(keys) <= size:
                    keys += part.values_list("pk", flat=True)[: size + 1 - len(keys)]
        return keys[:size], Place(keys[size - 1], self.is_capped) if len(keys) > size else None

    def _few_in_order(self, order: Order, after: int | None) -> list[int]:
        keys = sorted(self._few, reverse=order.is_down)
        if after is None:
            return keys
        return [key for key in keys if (key < after if order.is_down else key > after)]

    def _parts(self, order: Order, after: int | None) -> Iterator[QuerySet[Any]]:
        """Yield in order what comes after a row: the rest of its value, other values, what has none.

        In parts, as each walks one index to its place; with OR between them the database begins at the start.
        """
        name, way = order.column, "lt" if order.is_down else "gt"
        by_key = self._in_order("pk", is_down=order.is_down)
        rest = by_key.filter(**{f"pk__{way}": after}) if after else by_key
        if name == "pk":
            yield rest
            return
        last = self._value(name, after) if after else None
        known = self._in_order(name, "pk", is_down=order.is_down)
        if last is not None:
            yield rest.filter(**{name: last})
            known = known.filter(**{f"{name}__{way}": last})
        if last is not None or not after:
            yield known.filter(**{f"{name}__isnull": False})
            rest = by_key
        if order.has_blanks:
            yield rest.filter(**{f"{name}__isnull": True})

    def _value(self, column: str, key: int) -> Any:
        return self._found.model.objects.filter(pk=key).values_list(column, flat=True).first()

    def _in_order(self, *columns: str, is_down: bool) -> QuerySet[Any]:
        # No index has the order of an expression, so none is walked for it.
        keys = [F(column) if self.is_capped else Coalesce(column, column) for column in columns]
        return self._found.order_by(*(key.desc() if is_down else key.asc() for key in keys))
