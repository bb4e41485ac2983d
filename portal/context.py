"""Give every template the frame around its page, at no cost until a template looks."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject

from portal import navigation

THEMES = ("system", "light", "dark")


@dataclass(frozen=True)
class InForce:
    """The agreement in force as the rail shows it; `tone` is "", "soon" or "late" by its review."""

    label: str
    signed_line: str
    review_line: str
    tone: str = ""


class Frame:
    """What stands around a page: rail, tabs, agreement in force, theme, keys."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.now: datetime = timezone.now()

    @property
    def role(self) -> str:
        """The person's role, "" for a stranger."""
        return getattr(self.request.user, "role", "") if hasattr(self.request, "user") else ""

    @cached_property
    def nav(self) -> list[tuple[str | Promise, list[navigation.Link]]]:
        """The rail: groups of links."""
        return navigation.groups_for(self.role)

    @cached_property
    def tabs(self) -> list[navigation.Link]:
        """The phone's tab bar, "More" not included."""
        return navigation.tabs_for(self.role)

    @cached_property
    def current(self) -> str:
        """URL name of the rail's entry that this page lies under."""
        return navigation.current_name(
            self.request.path, [link for _title, links in self.nav for link in links]
        )

    @cached_property
    def pages(self) -> dict[str, str]:
        """Addresses of pages that the top bar links to; a missing page has no link."""
        return {
            name: navigation.address_of(name)
            for name in ("search", "notices", "profile", "styleguide", "leads")
        }

    @cached_property
    def agreement(self) -> InForce | None:
        """The agreement in force, None before the first is signed."""
        return None

    @property
    def dialog_base(self) -> str:
        """The template that a dialog extends: a dialog for the script, a page of its own without."""
        wants_fragment = bool(getattr(self.request, "htmx", False))
        return "components/_dialog.html" if wants_fragment else "components/dialog_page.html"

    @property
    def theme(self) -> str:
        """The theme this browser chose: "system", "light" or "dark"."""
        chosen = self.request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else "system"

    @property
    def has_single_keys(self) -> bool:
        """Whether single letters and digits act on this person's pages."""
        return bool(getattr(getattr(self.request, "user", None), "single_keys", False))


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the lazy `frame`."""
    return {"frame": SimpleLazyObject(lambda: Frame(request))}
