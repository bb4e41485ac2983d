"""The codes of the judging floor: states, the move table and the kinds of commitment, all as data."""

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.choices import Stage


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Proposed")
    ACTIVE = "active", _("In force")
    SUPERSEDED = "superseded", _("Superseded")
    EXPIRED = "expired", _("Expired")


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


#: A history that knows no reason may say so; nobody else may.
REASON_NOT_RECORDED = "not_recorded"

#: Where a refused lead goes, by the disposition of the reason (first leg).
STAGE_AFTER_REFUSAL: dict[str, str] = {
    Disposition.RECYCLE: Stage.RECYCLED,
    Disposition.DISQUALIFY: Stage.DISQUALIFIED,
    Disposition.REPAIR: Stage.NURTURING,
}


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the move table.

    `stages` maps the lead's stage before to the one after, by leg; a leg that is missing
    does not know the move. `after_refusal` says that the disposition decides instead.
    """

    code: str
    from_states: tuple[str, ...]
    to_state: str | None
    by: tuple[str, ...]
    stages: dict[int, dict[str, str]] = field(default_factory=dict)
    after_refusal: bool = False


#: Who may make a move: `owner` the rep offered to or working it, `pool` any eligible rep of
#: the pool, `qualifier` the owner of leg one, `system` sweep, routing or verdict, `crm` an import or key.
MOVES: dict[str, Move] = {
    move.code: move
    for move in (
        Move("offer", (), "offered", ("system", "marketer", "qualifier"),
             {1: {"mql": "mql"}, 2: {"sql": "sql"}}),
        Move("accept", ("offered",), "accepted", ("owner", "pool"),
             {1: {"mql": "sal"}, 2: {"sql": "opportunity"}}),
        Move("ask", ("offered",), "offered", ("owner",), {1: {"mql": "mql"}, 2: {"sql": "sql"}}),
        Move("answer", ("offered",), "offered", ("marketer",), {1: {"mql": "mql"}, 2: {"sql": "sql"}}),
        Move("reassign", ("accepted", "qualified"), None, ("sales_manager", "system"),
             {1: {"sal": "sal", "sql": "sql"}, 2: {"opportunity": "opportunity"}}),
        Move("decline", ("offered",), "declined", ("owner",),
             {1: {"mql": ""}, 2: {"sql": "sql"}}, after_refusal=True),
        Move("reroute", ("offered",), "rerouted", ("owner", "sales_manager", "system"),
             {1: {"mql": "mql"}, 2: {"sql": "sql"}}),
        Move("expire", ("offered",), "expired", ("system",), {1: {"mql": "mql"}, 2: {"sql": "sql"}}),
        Move("withdraw", ("offered",), "withdrawn", ("marketer",),
             {1: {"mql": "nurturing"}, 2: {"sql": "sql"}}),
        Move("qualify", ("accepted",), "qualified", ("owner",), {1: {"sal": "sql"}}),
        Move("hand_back", ("accepted", "qualified"), "returned", ("owner",),
             {1: {"sal": "", "sql": ""}, 2: {"opportunity": "sql"}}, after_refusal=True),
        Move("convert", ("qualified",), "converted", ("owner", "crm"), {1: {"sql": "opportunity"}}),
        Move("win", ("converted", "accepted"), "won", ("owner", "crm"),
             {1: {"opportunity": "customer"}, 2: {"opportunity": "customer"}}),
        Move("lose", ("converted", "accepted"), "lost", ("owner", "crm"),
             {1: {"opportunity": "lost"}, 2: {"opportunity": "lost"}}),
    )
}  # fmt: skip

#: Moves of a lead without an open handoff: stage before → stage after.
LEAD_MOVES: dict[str, dict[str, str]] = {
    "become_ready": {"inquiry": "mql", "nurturing": "mql"},
    "cease_ready": {"mql": "nurturing"},
    "wake": {"recycled": "nurturing"},
    "reopen": {"lost": "nurturing", "disqualified": "nurturing"},
    "overturn": {"recycled": "mql", "disqualified": "mql", "nurturing": "mql"},
}


@dataclass(frozen=True, slots=True)
class ClockKind:
    """How a timed commitment listens to what happens (event codes, see `Event`)."""

    code: str
    label: str
    side: str
    subject: str  # 'handoff' or 'lead'
    start: tuple[str, ...]
    stop: tuple[str, ...]
    pause: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()
    cancel: tuple[str, ...] = ()
    #: A refresh meets the running clock and opens the next one: what keeps a lead from going stale.
    refresh: tuple[str, ...] = ()


class Event:
    """What clocks listen to; moves and facts are translated into these once, in `sla.clocks`."""

    BECAME_READY = "became_ready"
    CEASED_READY = "ceased_ready"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ASKED = "asked"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    QUALIFIED = "qualified"
    RETURNED = "returned"
    CONVERTED = "converted"
    CLOSED = "closed"  # won or lost
    RECYCLE_DUE = "recycle_due"  # refused with disposition recycle: Marketing takes it up again
    REPAIR_DUE = "repair_due"  # refused with disposition repair
    ACKNOWLEDGED = "acknowledged"
    REPAIRED = "repaired"
    CONTESTED = "contested"
    RULED = "ruled"
    WOKEN = "woken"
    SALES_TOUCH = "sales_touch"  # with evidence and not automatic
    CONTACTED = "contacted"  # a sales touch that reached the person
    PERSISTED = "persisted"  # the agreed attempts are made
    MARKETING_TOUCH = "marketing_touch"
    SALES_REFRESH = "sales_refresh"  # sales touch, two-way contact or a dated next step
    MARKETING_REFRESH = "marketing_refresh"  # any touch of Marketing, or two-way contact
    ENTERED_MARKETING = "entered_marketing"
    LEFT_MARKETING = "left_marketing"
    OPTED_OUT = "opted_out"


_LEAVES_SALES = (Event.RETURNED, Event.CLOSED)

CLOCK_KINDS: dict[str, ClockKind] = {
    kind.code: kind
    for kind in (
        ClockKind("decide", _("Decide"), "sales", "handoff", (Event.OFFERED,),
                  (Event.ACCEPTED, Event.DECLINED), (Event.ASKED,), (Event.ANSWERED,), (Event.WITHDRAWN,)),
        ClockKind("first_touch", _("First touch"), "sales", "handoff", (Event.ACCEPTED, Event.OFFERED),
                  (Event.SALES_TOUCH,),
                  cancel=(Event.DECLINED, Event.WITHDRAWN, Event.RETURNED, Event.OPTED_OUT)),
        ClockKind("persistence", _("Persistence"), "sales", "handoff", (Event.ACCEPTED,),
                  (Event.PERSISTED, Event.CONTACTED),
                  cancel=(Event.QUALIFIED, Event.RETURNED, Event.CONVERTED, Event.CLOSED, Event.OPTED_OUT)),
        ClockKind("qualify_or_return", _("Qualify or return"), "sales", "handoff", (Event.ACCEPTED,),
                  (Event.QUALIFIED, Event.RETURNED), cancel=(Event.CONVERTED, Event.CLOSED)),
        ClockKind("upkeep", _("Upkeep"), "sales", "handoff", (Event.ACCEPTED,), (),
                  cancel=_LEAVES_SALES, refresh=(Event.SALES_REFRESH,)),
        ClockKind("hand_over", _("Hand over"), "marketing", "lead", (Event.BECAME_READY,), (Event.OFFERED,),
                  cancel=(Event.CEASED_READY,)),
        ClockKind("acknowledge", _("Acknowledge"), "marketing", "handoff", (Event.RECYCLE_DUE,),
                  (Event.ACKNOWLEDGED, Event.CONTESTED), cancel=(Event.WOKEN,)),
        ClockKind("nurture", _("First nurture touch"), "marketing", "handoff", (Event.RECYCLE_DUE,),
                  (Event.MARKETING_TOUCH,), cancel=(Event.WOKEN, Event.CONTESTED, Event.OPTED_OUT)),
        ClockKind("nurture_stale", _("Nurture"), "marketing", "lead", (Event.ENTERED_MARKETING,), (),
                  cancel=(Event.LEFT_MARKETING, Event.OPTED_OUT), refresh=(Event.MARKETING_REFRESH,)),
        ClockKind("answer", _("Answer"), "marketing", "handoff", (Event.ASKED,), (Event.ANSWERED,),
                  cancel=(Event.ACCEPTED, Event.DECLINED, Event.WITHDRAWN)),
        ClockKind("repair", _("Repair"), "marketing", "handoff", (Event.REPAIR_DUE,),
                  (Event.REPAIRED, Event.CONTESTED)),
        ClockKind("rule", _("Rule"), "referee", "handoff", (Event.CONTESTED,), (Event.RULED,)),
    )
}  # fmt: skip

#: Commitments counted over a period: code → (label, side).
PERIODIC_KINDS: dict[str, tuple[str, str]] = {
    "feedback": (_("Feedback"), "sales"),
    "records": (_("Records complete"), "sales"),
    "volume": (_("Volume"), "marketing"),
    "quality": (_("Quality"), "marketing"),
    "readiness": (_("Readiness"), "marketing"),
    "close_rate": (_("Close rate"), "both"),
    "pipeline_review": (_("Pipeline review"), "both"),
    "definition_review": (_("Definition review"), "both"),
}
