"""Long lists of leads, page by page: by key and never by number, so that every page costs the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from leads.models import Lead, User
from sla.queries import leads

ROWS = 50
#: Beyond this a count is not worth its time.
COUNTED_UP_TO = 10_000
#: What a list may be sorted by; the second half only where few leads are in sight, as no index has its order.
SORTS: dict[str, str] = {
    "newest": "pk",
    "source": "source",
    "company": "account__name",
    "since": "stage_since",
}
WIDE = ("newest", "source")
#: Columns that may be blank; such leads stand last.
UNKNOWN = ("stage_since",)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `following` is the lead after which the next page begins, None at the end."""

    leads: tuple[Lead, ...]
    count: int
    is_capped: bool
    following: int | None
    sorts: tuple[str, ...]
    sort: str


def page(user: User, asked: Mapping[str, Any], *, sort: str = "newest", after: int | None = None) -> Page:
    """Return the page of the leads that meet every filter, as `leads.narrowed` knows them.

    `sort` is one of SORTS, with "-" before it the other way round; `after` is the lead before the page.
    """
    found = leads.narrowed(user, asked)
    counted = found.order_by()[: COUNTED_UP_TO + 1].count()
    is_few = counted <= COUNTED_UP_TO
    sorts = tuple(SORTS) if is_few else WIDE
    sort = sort if sort.removeprefix("-") in sorts else "newest"
    # First their numbers: to put many leads in order is cheap only without all that is shown of them.
    numbers: list[int] = []
    for part in _parts(found, sort, after, is_few=is_few):
        if len(numbers) <= ROWS:
            numbers += part.values_list("pk", flat=True)[: ROWS + 1 - len(numbers)]
    return Page(
        leads=leads.whole(numbers[:ROWS]),
        count=min(counted, COUNTED_UP_TO),
        is_capped=not is_few,
        following=numbers[ROWS - 1] if len(numbers) > ROWS else None,
        sorts=sorts,
        sort=sort,
    )


def _parts(found: QuerySet[Lead], sort: str, after: int | None, *, is_few: bool) -> Iterator[QuerySet[Lead]]:
    """Yield in order what comes after a lead: the rest of its value, other values, what has none.

    In parts, as each walks one index to its place; with OR between them the database begins at the start.
    Few leads are found by what narrows them, then sorted: a walk might pass all others before it meets them.
    """
    name = SORTS[sort.removeprefix("-")]
    # The newest and the longest in a stage come first unless asked otherwise.
    is_down = sort.startswith("-") != (name == "pk")
    way = "lt" if is_down else "gt"

    def ordered(*columns: str) -> QuerySet[Lead]:
        # No index has the order of an expression, so none is walked for it.
        keys = [Coalesce(column, column) if is_few else F(column) for column in columns]
        return found.order_by(*(key.desc() if is_down else key.asc() for key in keys))

    by_pk = ordered("pk")
    last = Lead.objects.filter(pk=after).values_list(name, flat=True).first() if after else None
    rest = by_pk.filter(**{f"pk__{way}": after}) if after else by_pk
    if name == "pk":
        yield rest
        return
    known = ordered(name, "pk")
    if last is not None:
        yield rest.filter(**{name: last})
        known = known.filter(**{f"{name}__{way}": last})
    if last is not None or not after:
        yield known.filter(**{f"{name}__isnull": False})
        rest = by_pk
    if name in UNKNOWN:
        yield rest.filter(**{f"{name}__isnull": True})
