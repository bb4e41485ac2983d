"""Long lists of leads, page by page: by key and never by number, so that every page costs the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from leads import queries as lead_queries
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
    ids = lead_queries.within(user)
    found = leads.narrowed(user, asked)
    if ids is not None:
        found = found.filter(pk__in=ids)
    counted = found.order_by()[: COUNTED_UP_TO + 1].count()
    is_few = counted <= COUNTED_UP_TO
    sorts = tuple(SORTS) if is_few else WIDE
    sort = sort if sort.removeprefix("-") in sorts else "newest"
    rows = list(_beyond(found, sort, after)[: ROWS + 1])
    return Page(
        leads=tuple(rows[:ROWS]),
        count=min(counted, COUNTED_UP_TO),
        is_capped=not is_few,
        following=rows[ROWS - 1].pk if len(rows) > ROWS else None,
        sorts=sorts,
        sort=sort,
    )


def _beyond(found: QuerySet[Lead], sort: str, after: int | None) -> QuerySet[Lead]:
    """Return the leads in order that come after one of them; what has no value stands last."""
    name = SORTS[sort.removeprefix("-")]
    # The newest and the longest in a stage come first unless asked otherwise.
    is_down = sort.startswith("-") != (name == "pk")
    way = "lt" if is_down else "gt"
    column = F(name).desc(nulls_last=True) if is_down else F(name).asc(nulls_last=True)
    ordered = found.order_by(column, "-pk" if is_down else "pk")
    last = Lead.objects.filter(pk=after).values_list(name, flat=True) if after else ()
    for value in last:
        rest = Q(pk__gt=after) if not is_down else Q(pk__lt=after)
        if name == "pk":
            return ordered.filter(rest)
        if value is None:
            return ordered.filter(rest, **{f"{name}__isnull": True})
        beyond = Q(**{f"{name}__{way}": value}) | Q(rest, **{name: value})
        return ordered.filter(beyond | Q(**{f"{name}__isnull": True}))
    return ordered
