"""Long lists, page by page: by key and never by number, so that every page costs the same."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, QuerySet
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


class Listed:
    """Rows that were narrowed, and how many there are: `count` is right up to COUNTED_UP_TO, then capped.

    A few are found by what narrows them, once, and put in order then: a walk along an index might pass all
    others before it meets them. Many lie so close that each page is such a walk.
    """

    def __init__(self, found: QuerySet[Any]) -> None:
        keys = list(found.order_by().values_list("pk", flat=True)[: COUNTED_UP_TO + 1])
        self.is_capped = len(keys) > COUNTED_UP_TO
        self.count = COUNTED_UP_TO if self.is_capped else len(keys)
        self._few = [] if self.is_capped else keys
        self._found = found if self.is_capped else found.model.objects.filter(pk__in=among.ids(keys))

    def page(
        self, size: int, *, order: Order = NEWEST, after: int | None = None
    ) -> tuple[list[int], int | None]:
        """Return the keys of a page, and the one after which the next page begins, None at the end.

        Keys only: to put many rows in order is cheap only without all that is shown of them.
        """
        keys: list[int] = []
        if order.column == "pk" and not self.is_capped:
            keys = self._few_in_order(order, after)
        else:
            for part in self._parts(order, after):
                if len(keys) <= size:
                    keys += part.values_list("pk", flat=True)[: size + 1 - len(keys)]
        return keys[:size], keys[size - 1] if len(keys) > size else None

    def pages(self, size: int) -> Iterator[list[int]]:
        """Yield the keys of all pages, newest first."""
        keys, following = self.page(size)
        yield keys
        while following:
            keys, following = self.page(size, after=following)
            yield keys

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
