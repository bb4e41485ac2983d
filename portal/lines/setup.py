"""The steps of setting up in words, each with one thing to do."""

from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import wording
from sla.queries.beginning import Beginning


@dataclass(frozen=True)
class Step:
    """One step: what it is for, whether it is done, where it is done; what `can_wait` holds nothing up."""

    title: str
    what: str
    is_done: bool
    url: str
    verb: str
    can_wait: bool = False
    #: Another way to the same end: its verb and its page.
    instead: tuple[str, str] | None = None

    @property
    def state(self) -> tuple[str, str]:
        """Tone and word of the state."""
        if self.is_done:
            return "ok", _("Done")
        return ("na", _("Can wait")) if self.can_wait else ("warn", _("To do"))


def steps(found: Beginning) -> list[Step]:
    """Return the steps in the order in which they build on each other."""
    hours = _("Clocks run only in these hours. Public holidays of a country are taken over in one step.")
    people = _("A file with name, e-mail, role and team brings everybody in. One manager a side signs.")
    teams = _("At least one of Marketing and one of Sales.")
    calendars, calendar = "settings-calendars", "settings-calendar-new"
    return [
        _company(found),
        _step(
            _("Working hours and holidays"),
            hours,
            found.has_calendar,
            calendars,
            calendar,
            _("Set the hours"),
        ),
        _step(_("Teams"), teams, found.has_teams, "settings-teams", "settings-team-new", _("Add a team")),
        _step(_("People"), people, found.has_people, "settings-people", "imports", _("Import people")),
        _agreement(found),
        _leads(found),
        Step(
            _("Chat and other systems"),
            _("Chat messages to teams, webhooks, and keys for other programs."),
            False,
            reverse("operations-webhooks"),
            _("Connect"),
            can_wait=True,
        ),
    ]


def mail_line(found: Beginning) -> str:
    """Say whether a mail on trial went out."""
    if found.company and found.company.mailed_at:
        day = wording.moment_text(found.company.mailed_at, found.company.mailed_at)
        return _("A mail on trial went out at %(time)s.") % {"time": day}
    return _("Send yourself a mail to see that letters leave the house.")


def _step(title: str, what: str, is_done: bool, there: str, begin: str, verb: str) -> Step:
    """Return a step that begins on the page `begin` and, once done, is looked at on the page `there`."""
    return Step(title, what, is_done, reverse(there if is_done else begin), _("Look") if is_done else verb)


def _company(found: Beginning) -> Step:
    company = found.company
    what = (
        f"{company.name}, {company.time_zone}" if company else _("Its name, and the zone its people live in.")
    )
    verb = pgettext("a verb", "Change") if company else _("Name it")
    return Step(_("Company and time zone"), what, company is not None, reverse("setup-company"), verb)


def _leads(found: Beginning) -> Step:
    step = _step(
        _("Leads"),
        _("A file of any CRM; it is checked before anything is changed."),
        found.has_leads,
        "leads",
        "imports",
        _("Import leads"),
    )
    demo = (_("Or load the demo company"), reverse("demo-load"))
    return step if found.has_leads else replace(step, instead=demo)


def _agreement(found: Beginning) -> Step:
    texts = {
        "": (_("Start from the template; both sides change it until it fits."), _("Start a draft")),
        "draft": (
            _("The draft lies open. When it fits, propose it to both sides."),
            _("Go on with the draft"),
        ),
        "proposed": (_("Both sides sign it; then it takes effect on its day."), _("See who has signed")),
        "active": (_("In force."), _("Look")),
    }
    what, verb = texts.get(found.agreement, texts[""])
    url = reverse("agreement") if found.agreement else reverse("agreement-new")
    return Step(_("Agreement"), what, not found.is_bare, url, verb)
