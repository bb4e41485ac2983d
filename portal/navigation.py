"""Say which pages stand in whose rail, and where each role starts."""

from dataclasses import dataclass
from functools import lru_cache

from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.choices import Role

EVERYBODY = frozenset(str(role) for role in Role)
REPS = frozenset({Role.REP, Role.QUALIFIER})
MARKETING = frozenset({Role.MARKETER, Role.MARKETING_MANAGER})
MANAGERS = frozenset({Role.SALES_MANAGER, Role.MARKETING_MANAGER})
DECIDERS = MANAGERS | {Role.LEADER, Role.OPERATIONS}

#: Stands for the number of a row while an address is taken apart.
_PLACE = 99_999_999_999


@dataclass(frozen=True)
class Entry:
    """One page of the rail: `name` is its URL name, `go` the letter that follows "g" on the keyboard."""

    name: str
    label: str | Promise
    icon: str
    go: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Link:
    """An entry with its address on this site."""

    name: str
    label: str | Promise
    icon: str
    go: str
    url: str


GROUPS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    (
        _("Work"),
        (
            Entry("inbox", _("Inbox"), "inbox", "i", REPS | {Role.SALES_MANAGER}),
            Entry("me", _("My week"), "calendar", "w", REPS),
            Entry("team", _("Team"), "team", "t", MANAGERS | {Role.OPERATIONS}),
            Entry("team-routing", _("Giving out leads"), "route", "o", frozenset({Role.SALES_MANAGER})),
            Entry("desk", _("Marketing desk"), "sprout", "m", MARKETING | {Role.OPERATIONS}),
            Entry("leads", _("Leads"), "leads", "l", EVERYBODY),
            Entry("duplicates", _("Duplicates"), "copy", "x", MARKETING | {Role.OPERATIONS}),
        ),
    ),
    (
        _("Agreement"),
        (
            Entry("agreement", _("Agreement"), "agreement", "d", EVERYBODY),
            Entry("lab", _("Definition lab"), "lab", "b", DECIDERS | {Role.MARKETER}),
        ),
    ),
    (
        _("Results"),
        (
            Entry("compliance", _("Compliance"), "gauge", "c", EVERYBODY),
            Entry("alignment", _("Alignment"), "alignment", "a", DECIDERS),
        ),
    ),
    (
        _("Running it"),
        (
            Entry("imports", _("Imports"), "upload", "u", MARKETING | {Role.OPERATIONS}),
            Entry("operations-status", _("Status"), "gauge", "h", frozenset({Role.OPERATIONS})),
            Entry("settings", _("Settings"), "settings", "s", frozenset({Role.OPERATIONS})),
        ),
    ),
)

FIRST_SCREEN: dict[str, str] = {
    Role.REP: "inbox",
    Role.QUALIFIER: "inbox",
    Role.SALES_MANAGER: "team",
    Role.MARKETER: "desk",
    Role.MARKETING_MANAGER: "compliance",
    Role.LEADER: "alignment",
    Role.OPERATIONS: "settings",
}
#: A phone has room for three pages beside "More".
TABS: dict[str, tuple[str, ...]] = {
    Role.REP: ("inbox", "leads", "compliance"),
    Role.QUALIFIER: ("inbox", "leads", "compliance"),
    Role.SALES_MANAGER: ("team", "leads", "compliance"),
    Role.MARKETER: ("desk", "leads", "compliance"),
    Role.MARKETING_MANAGER: ("compliance", "desk", "leads"),
    Role.LEADER: ("alignment", "compliance", "agreement"),
    Role.OPERATIONS: ("settings", "leads", "compliance"),
}


def groups_for(role: str) -> list[tuple[str | Promise, list[Link]]]:
    """Return the rail of a role: groups with at least one page, in order."""
    shown = [
        (title, [link for entry in entries if (link := linked(entry, role))]) for title, entries in GROUPS
    ]
    return [(title, links) for title, links in shown if links]


def linked(entry: Entry, role: str) -> Link | None:
    """Return the entry with its address, None if the role does not see it or no such page is routed."""
    address = address_of(entry.name) if role in entry.roles else ""
    return Link(entry.name, entry.label, entry.icon, entry.go, address) if address else None


def address_of(name: str) -> str:
    """Return the address of a page by its URL name, "" if none is routed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def address(name: str, pk: int) -> str:
    """Return the address of a page about one row: a list asks for hundreds, `reverse` only for each page."""
    before, after = _around_number(name, get_script_prefix())
    return f"{before}{pk}{after}"


@lru_cache
def _around_number(name: str, prefix: str) -> tuple[str, str]:
    before, _number, after = reverse(name, args=[_PLACE]).partition(str(_PLACE))
    return before, after


def tabs_for(role: str) -> list[Link]:
    """Return the phone's tabs of a role, "More" not included."""
    links = {link.name: link for _title, links in groups_for(role) for link in links}
    return [links[name] for name in TABS.get(role, ()) if name in links]


def first_address(role: str) -> str:
    """Return where a role starts after logging in."""
    first = address_of(FIRST_SCREEN.get(role, "leads"))
    return first or next((link.url for _title, links in groups_for(role) for link in links), reverse("more"))


def current_name(path: str, links: list[Link]) -> str:
    """Return the name of the page that `path` lies under: the longest address wins."""
    under = [link for link in links if path.startswith(link.url)]
    return max(under, key=lambda link: len(link.url)).name if under else ""
