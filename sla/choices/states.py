"""The codes that judgements are stored as."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Proposed")
    ACTIVE = "active", _("In force")
    SUPERSEDED = "superseded", _("Superseded")
    EXPIRED = "expired", _("Expired")


class ReviewKind(models.TextChoices):
    """What a meeting of both sides looked at."""

    PIPELINE = "pipeline", _("Pipeline review")
    DEFINITION = "definition", _("Definition review")


class ReviewOutcome(models.TextChoices):
    """What a definition review ended in."""

    CONFIRMED = "confirmed", _("Confirmed unchanged")
    AMENDED = "amended", _("A new draft")


class HandoffState(models.TextChoices):
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    REROUTED = "rerouted", _("Rerouted")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    QUALIFIED = "qualified", _("Qualified")
    RETURNED = "returned", _("Handed back")
    CONVERTED = "converted", _("Opportunity")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


#: States in which Sales works the lead.
WORKED_STATES = (HandoffState.ACCEPTED, HandoffState.QUALIFIED, HandoffState.CONVERTED)
REFUSED_STATES = (HandoffState.DECLINED, HandoffState.RETURNED)


class Disposition(models.TextChoices):
    RECYCLE = "recycle", _("Not now")
    DISQUALIFY = "disqualify", _("Never")
    REPAIR = "repair", _("Marketing repairs")
    REROUTE = "reroute", _("Another rep")


class ActingSide(models.TextChoices):
    """Who has to act after a refusal."""

    NOBODY = "nobody", _("Nobody")
    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")


class Ruling(models.TextChoices):
    UPHELD = "upheld", _("Decline upheld")
    OVERTURNED = "overturned", _("Decline overturned")


class Quality(models.TextChoices):
    BETTER = "better", _("Better than promised")
    AS_PROMISED = "as_promised", _("As promised")
    WORSE = "worse", _("Worse than promised")


class ClockState(models.TextChoices):
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Kept")
    BREACHED = "breached", _("Late")
    CANCELLED = "cancelled", _("Cancelled")


class ClockScope(models.TextChoices):
    LEAD = "lead", _("The lead's own")
    PERSON = "person", _("A new owner's")


class Cause(models.TextChoices):
    UNOWNED = "unowned", _("Nobody owned it")
    ABSENT = "absent", _("Owner away")
    OVER_CAPACITY = "over_capacity", _("Owner over capacity")
    OVER_DELIVERY = "over_delivery", _("More leads than agreed")
    INCOMPLETE_DOSSIER = "incomplete_dossier", _("Dossier incomplete")
    SYSTEM = "system", _("System outage")
    IDLE = "idle", _("Not acted on")


class Considered(models.TextChoices):
    """What became of one person whom routing looked at."""

    CHOSEN = "chosen", _("Chosen")
    LATER = "later", _("Somebody else was next")
    INACTIVE = "inactive", _("No longer active")
    PAUSED = "paused", _("Takes no new leads for now")
    AWAY = "away", _("Away")
    OFF_DUTY = "off_duty", _("Outside working hours")
    FULL = "full", _("Holds as many leads as agreed")
    CAPPED = "capped", _("Was given as many leads as agreed for this day, week or month")
    NO_MATCH = "no_match", _("Lacks what this lead asks for")
    BELOW_BAR = "below_bar", _("Takes only leads above an own bar")
    SAID_NO = "said_no", _("Said no to this lead before")
    HAD_IT = "had_it", _("Had this offer before")
    OTHER_TEAM = "other_team", _("Takes no leads here")


class WithdrawReason(models.TextChoices):
    """Why Marketing took an offer back."""

    MISTAKE = "mistake", _("Offered by mistake")
    NOT_READY = "not_ready", _("Not ready after all")
    DUPLICATE = "duplicate", _("Duplicate")
    OPTED_OUT = "opted_out", _("Asked not to be contacted")


class ReopenReason(models.TextChoices):
    """Why Marketing brought a lost or disqualified lead back."""

    NEW_INTEREST = "new_interest", _("Shows interest again")
    NEW_FACTS = "new_facts", _("New facts")
    MISTAKE = "mistake", _("Closed by mistake")
