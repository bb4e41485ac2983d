"""Say what the palette offers for what was typed: moves, leads, pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads import queries as lead_queries
from leads.models import Lead, User
from portal import navigation
from portal.lines import actions
from sla.models import Handoff
from sla.queries import dossier

LEADS = 8


@dataclass(frozen=True)
class Option:
    """One thing to choose: `way` is "go" to a page, "dialog" to ask first, "post" to move at once.

    `row` is the id of the row that a move answers with.
    """

    label: str
    url: str
    icon: str
    sub: str = ""
    key: str = ""
    way: str = "go"
    row: str = ""


@dataclass(frozen=True)
class Group:
    """Options of one kind under their title."""

    label: str
    options: tuple[Option, ...]


def groups(user: User, text: str, lead: Lead | None, handoff: Handoff | None) -> list[Group]:
    """Return what fits the text: moves of the lead in focus, leads, then pages; all of it for no text.

    `handoff` is the row that holds the lead in a list, None on the page of the lead.
    """
    found = [
        Group(_("This lead: %(account)s") % {"account": lead.account} if lead else "",
              tuple(_matching(_moves(user, lead, handoff), text)) if lead else ()),
        Group(_("Leads"), tuple(_leads(user, text))),
        Group(_("Pages"), tuple(_matching(_pages(user), text))),
    ]  # fmt: skip
    return [group for group in found if group.options]


def news(found: list[Group]) -> str:
    """Say for screen readers how much was found."""
    count = sum(len(group.options) for group in found)
    if not count:
        return _("Nothing found.")
    return ngettext("%(n)s result", "%(n)s results", count) % {"n": count}


def _moves(user: User, lead: Lead, handoff: Handoff | None) -> Iterable[Option]:
    found = dossier.handoffs_of(lead)
    of_quality = actions.verdicts(dossier.current(found), user)
    for action in (*actions.actions(lead, found, user).all, *of_quality):
        yield Option(
            str(action.verb),
            action.url,
            "right",
            str(lead),
            action.key,
            "post" if action.is_post else "dialog",
            f"handoff-{handoff.pk}" if handoff else "",
        )


def _leads(user: User, text: str) -> Iterable[Option]:
    if len(text) < lead_queries.SHORTEST_TERM:
        return
    for lead in lead_queries.search(user=user, text=text, limit=LEADS):
        sub = ", ".join(part for part in (lead.name or lead.email, lead.title) if part)
        yield Option(str(lead.account), reverse("lead", args=[lead.pk]), "person", sub)
    every = f"{reverse('leads')}?{urlencode({'q': text})}"
    yield Option(_("All leads that match “%(text)s”") % {"text": text}, every, "leads")


def _pages(user: User) -> Iterable[Option]:
    for title, links in navigation.groups_for(user.role):
        for link in links:
            yield Option(str(link.label), link.url, link.icon, str(title), f"G {link.go.upper()}")
    own = (("notices", _("Notifications"), "bell"), ("profile", _("Profile and absence"), "person"),
           ("notice-choices", _("What I am told"), "mail"), ("keys", _("Keys and help"), "help"))  # fmt: skip
    for name, label, icon in own:
        yield Option(label, reverse(name), icon, _("Account"))


def _matching(options: Iterable[Option], text: str) -> Iterable[Option]:
    """Keep the options in whose words every word of the text occurs."""
    wanted = text.casefold().split()
    for option in options:
        said = f"{option.label} {option.sub}".casefold()
        if all(word in said for word in wanted):
            yield option
