"""Every page of a role lies at most two clicks from its first screen."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.journeys import pages
from tests.portal import routes
from tests.portal.conftest import Samples

pytestmark = pytest.mark.django_db
HREF = re.compile(r'<a\b[^>]*\shref="([^"#]+)"')
ROLES = tuple(who for who in routes.COLUMNS if who not in ("nobody", "other_rep", "stranger"))
CLICKS = 2
_LOGGED_OUT = ("password_reset", "password_reset_done", "password_reset_confirm", "password_reset_complete")
_DRAFTERS = frozenset({"sales_manager", "marketing_manager", "leader", "referee", "operations"})
#: Pages that lie further away or nowhere, for whom, and why: for everybody else they are two clicks away.
APART = {
    # For whoever cannot log in.
    **dict.fromkeys(_LOGGED_OUT, frozenset(ROLES)),
    # Offered while no draft is open, and here one is.
    **dict.fromkeys(("agreement-new", "agreement-upload"), _DRAFTERS),
    # For whoever builds pages.
    "styleguide": frozenset({"operations"}),
    # Offered while there are no leads, and here are some.
    "demo-load": frozenset({"operations"}),
    # On the page of a team; operations has no team of its own.
    "team-absences": frozenset({"operations"}),
    # Empty for whoever works no leads.
    "inbox": frozenset({"marketer", "marketing_manager", "leader", "referee", "operations"}),
}


def links(client: Client, address: str) -> dict[str, str]:
    """Return the pages that an address links to: the name of each and one address of it."""
    answer = client.get(address, follow=True)
    if answer.status_code != 200 or "html" not in answer["Content-Type"]:
        return {}
    found = {}
    for href in map(unescape, HREF.findall(answer.content.decode())):
        if not urlsplit(href).netloc and urlsplit(href).scheme in ("", "http", "https"):
            path = urlsplit(href).path
            try:
                found.setdefault(resolve(path).url_name or path, href if path else address)
            except Resolver404:
                continue
    return found


def reached(client: Client) -> set[str]:
    """Walk the links from the first screen, one page of each kind per step."""
    step = {"home": "/"}
    names: set[str] = set()
    for _click in range(CLICKS):
        found: dict[str, str] = {}
        for address in step.values():
            found |= {name: at for name, at in links(client, address).items() if name not in names}
        names |= set(found)
        step = found
    return names


@pytest.mark.parametrize("who", ROLES)
def test_pages_without_a_subject_are_two_clicks_away(samples: Samples, who: str) -> None:
    theirs = {
        row.name
        for row in routes.rows()
        if row.method == "GET" and row.subject == "-" and row.answers[who] == "200"
    }
    shown = {visit.name for group in pages.GROUPS.values() for visit in group} & theirs
    apart = {name for name, whom in APART.items() if who in whom}
    assert shown - reached(samples.clients[who]) == apart
