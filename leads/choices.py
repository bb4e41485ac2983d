"""The codes that facts are stored as."""

from django.db import models
from django.utils.translation import gettext_lazy as _

#: What is counted by lead is counted in so many parts, by the id modulo this; indexes name it.
PARTS = 64


class Side(models.TextChoices):
    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")


class Role(models.TextChoices):
    REP = "rep", _("Rep")
    QUALIFIER = "qualifier", _("Qualifier")
    SALES_MANAGER = "sales_manager", _("Sales manager")
    MARKETER = "marketer", _("Marketer")
    MARKETING_MANAGER = "marketing_manager", _("Marketing manager")
    LEADER = "leader", _("Leader")
    OPERATIONS = "operations", _("Operations")


#: Roles that always stand on one side; a qualifier stands on the side of the team.
SIDE_OF_ROLE: dict[str, str] = {
    Role.REP: Side.SALES,
    Role.SALES_MANAGER: Side.SALES,
    Role.MARKETER: Side.MARKETING,
    Role.MARKETING_MANAGER: Side.MARKETING,
}


class Stage(models.TextChoices):
    INQUIRY = "inquiry", _("Inquiry")
    NURTURING = "nurturing", _("Nurturing")
    MQL = "mql", _("Sales-ready")
    SAL = "sal", _("Accepted by Sales")
    SQL = "sql", _("Qualified by Sales")
    OPPORTUNITY = "opportunity", _("Opportunity")
    CUSTOMER = "customer", _("Customer")
    RECYCLED = "recycled", _("Back in nurturing")
    DISQUALIFIED = "disqualified", _("Disqualified")
    LOST = "lost", _("Lost")


#: Every edge that a lead's stage may take; the move table of the judging floor
#: is held equal to it by a test.
STAGE_EDGES: frozenset[tuple[str, str]] = frozenset(
    {
        ("inquiry", "mql"),
        ("inquiry", "nurturing"),
        ("nurturing", "mql"),
        ("mql", "inquiry"),
        ("mql", "nurturing"),
        ("mql", "sal"),
        ("mql", "recycled"),
        ("mql", "disqualified"),
        ("sal", "mql"),
        ("sal", "sql"),
        ("sal", "recycled"),
        ("sal", "disqualified"),
        ("sal", "nurturing"),
        ("sql", "opportunity"),
        ("sql", "recycled"),
        ("sql", "disqualified"),
        ("sql", "nurturing"),
        ("opportunity", "sql"),
        ("opportunity", "customer"),
        ("opportunity", "lost"),
        ("recycled", "nurturing"),
        ("recycled", "mql"),
        ("recycled", "sal"),
        ("recycled", "sql"),
        ("disqualified", "nurturing"),
        ("disqualified", "mql"),
        ("disqualified", "sal"),
        ("disqualified", "sql"),
        ("nurturing", "sal"),
        ("nurturing", "sql"),
        ("lost", "nurturing"),
        ("lost", "customer"),
        ("customer", "lost"),
    }
)


class TouchSide(models.TextChoices):
    PROSPECT = "prospect", _("Prospect")
    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")


class TouchKind(models.TextChoices):
    OPENED = "opened", _("Opened a mail")
    CLICKED = "clicked", _("Clicked a link")
    DOWNLOADED = "downloaded", _("Downloaded")
    ATTENDED = "attended", _("Attended")
    VISITED = "visited", _("Visited the site")
    SUBMITTED = "submitted", _("Sent a form")
    REPLIED = "replied", _("Replied")
    MAIL = "mail", _("Mail")
    EVENT = "event", _("Event")
    NURTURE_STEP = "nurture_step", _("Nurture step")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    VOICEMAIL = "voicemail", _("Voicemail")


KINDS_OF_SIDE: dict[str, tuple[str, ...]] = {
    TouchSide.PROSPECT: ("opened", "clicked", "downloaded", "attended", "visited", "submitted", "replied"),
    TouchSide.MARKETING: ("mail", "event", "nurture_step", "call"),
    TouchSide.SALES: ("call", "mail", "meeting", "voicemail"),
}


class Evidence(models.IntegerChoices):
    """How far a touch is proved; a higher grade includes the lower ones."""

    STATUS = 1, _("status")
    LOGGED = 2, _("logged")
    SYNCED = 3, _("synced")
    TWO_WAY = 4, _("two-way")


class BantKind(models.TextChoices):
    BUDGET = "budget", _("Budget")
    AUTHORITY = "authority", _("Authority")
    NEED = "need", _("Need")
    TIMING = "timing", _("Timing")


class ConsentChannel(models.TextChoices):
    ANY = "any", _("Any channel")
    MAIL = "mail", _("Mail")
    PHONE = "phone", _("Phone")


class ConsentState(models.TextChoices):
    GIVEN = "given", _("Given")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class DealState(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class ImportKind(models.TextChoices):
    PEOPLE = "people", _("People")
    LEADS = "leads", _("Leads")
    TOUCHES = "touches", _("Touches")
    HANDOFFS = "handoffs", _("Handoffs")
    DEALS = "deals", _("Deals")
