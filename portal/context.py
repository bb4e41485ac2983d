"""Give every template the frame around its page, at no cost until a template looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads import kept
from leads.choices import Role
from portal import logins, navigation
from portal.models import Notice
from sla import agreements
from sla.models import AgreementVersion

#: Who answers for the agreement and its reviews.
DECIDERS = navigation.DECIDERS
THEMES = ("system", "light", "dark")
#: The rail turns amber when the review is this near, as the first reminder is sent.
REVIEW_NEAR_DAYS = 30


@dataclass(frozen=True)
class InForce:
    """What is in force as the rail and the foot say it; `tone` is "", "soon" or "late" by its review."""

    label: str
    judge: str
    signed_line: str
    review_line: str
    tone: str


def in_force_line(versions: Sequence[AgreementVersion], today: date) -> InForce | None:
    """Say what is in force: of several agreements the one whose review is next, None without any."""
    reviews = [(version.review_on, version) for version in versions if version.review_on]
    if not reviews:
        return None
    review_due_on, version = min(reviews, key=lambda pair: pair[0])
    days = (review_due_on - today).days
    due = date_format(review_due_on, _("j M"))
    since = date_format(version.starts_on, _("j M Y"))
    is_one = len(versions) == 1
    which = {"number": version.number, "n": len(versions)}
    return InForce(
        label=(_("Agreement v%(number)s in force") if is_one else _("%(n)s agreements in force")) % which,
        judge=(_("agreement v%(number)s") if is_one else _("the agreement of each segment")) % which,
        signed_line=_("Signed by both, since %(date)s") % {"date": since},
        review_line=review_line(days, due),
        tone="late" if days < 0 else "soon" if days <= REVIEW_NEAR_DAYS else "",
    )


def review_line(days: int, due: str) -> str:
    """Say when the review is due."""
    if days < 0:
        return _("Review overdue since %(date)s") % {"date": due}
    words = ngettext("Review in %(n)s day, %(date)s", "Review in %(n)s days, %(date)s", days)
    return words % {"n": days, "date": due}


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
        """The agreement in force, None before the first is signed; one query."""
        return in_force_line(self._versions, timezone.localdate(self.now, self._zone))

    @cached_property
    def _versions(self) -> list[AgreementVersion]:
        return agreements.in_force()

    @property
    def zone_code(self) -> str:
        """The name of the reader's zone now; the filter `date` knows none in the hour that comes twice."""
        return timezone.localtime(self.now).tzname() or ""

    @cached_property
    def other_zone(self) -> str:
        """The zone in which the agreement counts its days, "" where the reader lives in it; one query."""
        name = self._zone.key if self._zone else ""
        return "" if name == timezone.get_current_timezone_name() else name

    @cached_property
    def _zone(self) -> ZoneInfo | None:
        """The zone in which the agreement for everybody counts its days, None without any."""
        return ZoneInfo(agreements.zone_of(self._versions[-1])) if self._versions else None

    @property
    def overdue(self) -> str:
        """What stands as a banner before those who answer for the agreement: its review is overdue."""
        answers = self.role in DECIDERS and self.agreement is not None and self.agreement.tone == "late"
        return self.agreement.review_line if answers and self.agreement else ""

    @cached_property
    def is_demo(self) -> bool:
        """Whether the demo company works in this try-out home, for whoever may remove it; one query."""
        return settings.IS_TRYOUT and self.role == Role.OPERATIONS and len(logins.known()) > 1

    @cached_property
    def notices_count(self) -> int:
        """How many notices this person has not read; one query."""
        return _unread.first(person=self.request.user.pk) or 0

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
    def language(self) -> str:
        """The language this person chose, "" for that of the browser."""
        return getattr(getattr(self.request, "user", None), "language", "")

    @property
    def has_single_keys(self) -> bool:
        """Whether single letters and digits act on this person's pages."""
        return bool(getattr(getattr(self.request, "user", None), "single_keys", False))


@kept.question
def _unread() -> QuerySet[Notice, int]:
    found = Notice.objects.filter(recipient_id=kept.number("person"), read_at__isnull=True)
    return found.values("recipient_id").annotate(n=Count("pk")).values_list("n", flat=True)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the lazy `frame`."""
    return {"frame": SimpleLazyObject(lambda: Frame(request))}
