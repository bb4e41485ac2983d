"""Long lists of leads, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads import paging
from leads.models import Lead, User
from sla.queries import leads

ROWS = 50
#: What a list may be sorted by; the second half only where few leads are in sight, as no index has its order.
SORTS = {
    "newest": paging.NEWEST,
    "source": paging.Order("source", is_down=False),
    "company": paging.Order("account__name", is_down=False),
    "since": paging.Order("stage_since", is_down=False, has_blanks=True),
}
WIDE = ("newest", "source")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `following` is where the next page begins, None at the end."""

    leads: tuple[Lead, ...]
    count: int
    is_capped: bool
    following: paging.Place | None
    sorts: tuple[str, ...]
    sort: str


def page(
    user: User, asked: Mapping[str, Any], *, sort: str = "newest", start: paging.Place = paging.FRONT
) -> Page:
    """Return the page of the leads that meet every filter, as `leads.narrowed` knows them.

    `sort` is one of SORTS, with "-" before it the other way round.
    """
    listed = paging.Listed(leads.narrowed(user, asked), start=start)
    sorts = WIDE if listed.is_capped else tuple(SORTS)
    sort = sort if sort.removeprefix("-") in sorts else "newest"
    order = SORTS[sort.removeprefix("-")]
    keys, following = listed.page(ROWS, order=order.turned() if sort.startswith("-") else order)
    return Page(
        leads=leads.whole(keys),
        count=listed.count,
        is_capped=listed.is_capped,
        following=following,
        sorts=sorts,
        sort=sort,
    )
