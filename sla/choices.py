"""The codes of the judging floor: states, the move table and the kinds of commitment, all as data."""

from dataclasses import dataclass
from datetime import timedelta

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


class Considered(models.TextChoices):
    """What became of one person whom routing looked at."""

    CHOSEN = "chosen", _("Chosen")
    LATER = "later", _("Somebody else was next")
    INACTIVE = "inactive", _("No longer active")
    PAUSED = "paused", _("Takes no new leads for now")
    AWAY = "away", _("Away")
    FULL = "full", _("Holds as many leads as agreed")
    SAID_NO = "said_no", _("Said no to this lead before")
    HAD_IT = "had_it", _("Had this offer before")
    OTHER_TEAM = "other_team", _("Takes no leads here")


#: A history that knows no reason may say so; nobody else may.
REASON_NOT_RECORDED = "not_recorded"

#: Where a refused lead goes, by the disposition of the reason (first leg).
STAGE_AFTER_REFUSAL: dict[str, str] = {
    Disposition.RECYCLE: Stage.RECYCLED,
    Disposition.DISQUALIFY: Stage.DISQUALIFIED,
    Disposition.REPAIR: Stage.NURTURING,
}
#: Stands for a stage that the disposition decides.
BY_DISPOSITION = ""
#: A handoff that does not exist yet.
NOT_YET = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the move table.

    `legs` maps leg → state before → the lead's stage before → the one after; a leg, state or
    stage that is missing does not know the move. A state with no stages at all takes the lead
    in any stage and leaves it there. `to_state` None keeps the state.
    """

    code: str
    to_state: str | None
    by: tuple[str, ...]
    legs: dict[int, dict[str, dict[str, str]]]

    def from_states(self, leg: int) -> tuple[str, ...]:
        """Return the states in which a handoff of this leg knows the move."""
        return tuple(self.legs.get(leg, {}))


_OFFER_STAYS = {1: {"offered": {"mql": "mql"}}, 2: {"offered": {"sql": "sql"}}}
_REFUSED = {1: {"declined": {}, "returned": {}}}

#: Who may make a move: `owner` the rep offered to or working it, `pool` any eligible rep of the pool,
#: `marketer` and `qualifier` give the lead on leg one and two, `system` sweep, routing or verdict,
#: `crm` an import or key, `referee` the person the agreement names.
MOVES: dict[str, Move] = {
    move.code: move
    for move in (
        Move("offer", "offered", ("system", "marketer", "qualifier"),
             {1: {NOT_YET: {"mql": "mql"}}, 2: {NOT_YET: {"sql": "sql"}}}),
        Move("accept", "accepted", ("owner", "pool"),
             {1: {"offered": {"mql": "sal"}}, 2: {"offered": {"sql": "opportunity"}}}),
        Move("ask", "offered", ("owner",), _OFFER_STAYS),
        Move("answer", "offered", ("marketer", "qualifier"), _OFFER_STAYS),
        Move("reassign", None, ("sales_manager", "system"),
             {1: {"accepted": {"sal": "sal"}, "qualified": {"sql": "sql"}},
              2: {"accepted": {"opportunity": "opportunity"}}}),
        Move("decline", "declined", ("owner",),
             {1: {"offered": {"mql": BY_DISPOSITION}}, 2: {"offered": {"sql": "sql"}}}),
        Move("reroute", "rerouted", ("owner", "sales_manager", "system"), _OFFER_STAYS),
        Move("expire", "expired", ("system",), _OFFER_STAYS),
        Move("withdraw", "withdrawn", ("marketer", "qualifier"),
             {1: {"offered": {"mql": "nurturing"}}, 2: {"offered": {"sql": "sql"}}}),
        Move("qualify", "qualified", ("owner",), {1: {"accepted": {"sal": "sql"}}}),
        Move("hand_back", "returned", ("owner",),
             {1: {"accepted": {"sal": BY_DISPOSITION}, "qualified": {"sql": BY_DISPOSITION}},
              2: {"accepted": {"opportunity": "sql"}}}),
        Move("convert", "converted", ("owner", "crm"), {1: {"qualified": {"sql": "opportunity"}}}),
        Move("win", "won", ("owner", "crm"),
             {1: {"converted": {"opportunity": "customer"}}, 2: {"accepted": {"opportunity": "customer"}}}),
        Move("lose", "lost", ("owner", "crm"),
             {1: {"converted": {"opportunity": "lost"}}, 2: {"accepted": {"opportunity": "lost"}}}),
        Move("acknowledge", None, ("marketer",), _REFUSED),
        Move("repair", None, ("marketer",), _REFUSED),
        Move("contest", None, ("marketer",), _REFUSED),
        Move("rule", None, ("referee",), _REFUSED),
        Move("wake", None, ("system",), _REFUSED),
    )
}  # fmt: skip

#: Moves whose maker may take them back within `UNDO_WINDOW`, as long as nothing else has happened.
UNDOABLE = ("accept", "decline", "hand_back")
UNDO_WINDOW = timedelta(minutes=2)

#: Moves of a lead without an open handoff: (stage before, stage after).
LEAD_MOVES: dict[str, tuple[tuple[str, str], ...]] = {
    "become_ready": (("inquiry", "mql"), ("nurturing", "mql")),
    "cease_ready": (("mql", "inquiry"), ("mql", "nurturing")),
    "wake": (("recycled", "nurturing"),),
    "reopen": (("lost", "nurturing"), ("disqualified", "nurturing")),
    "overturn": (("recycled", "mql"), ("disqualified", "mql"), ("nurturing", "mql")),
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
    #: The lead's stage changed, and with it the time allowed; counted again from the clock's start.
    retime: tuple[str, ...] = ()


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
    REROUTED = "rerouted"  # also when an offer expires: another rep or the pool has it now
    QUALIFIED = "qualified"
    RETURNED = "returned"
    CONVERTED = "converted"
    CLOSED = "closed"  # won or lost
    PASSED_ON = "passed_on"  # accepted on the next leg
    TAKEN_BACK = "taken_back"  # handed back on the next leg
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


_LEAVES_SALES = (Event.RETURNED, Event.CLOSED, Event.PASSED_ON)

CLOCK_KINDS: dict[str, ClockKind] = {
    kind.code: kind
    for kind in (
        ClockKind("decide", _("Decide"), "sales", "handoff", (Event.OFFERED,),
                  (Event.ACCEPTED, Event.DECLINED), (Event.ASKED,), (Event.ANSWERED, Event.REROUTED),
                  (Event.WITHDRAWN,)),
        ClockKind("first_touch", _("First touch"), "sales", "handoff", (Event.ACCEPTED, Event.OFFERED),
                  (Event.SALES_TOUCH,),
                  cancel=(Event.DECLINED, Event.WITHDRAWN, Event.OPTED_OUT, *_LEAVES_SALES)),
        ClockKind("persistence", _("Persistence"), "sales", "handoff", (Event.ACCEPTED,),
                  (Event.PERSISTED, Event.CONTACTED),
                  cancel=(Event.QUALIFIED, Event.CONVERTED, Event.OPTED_OUT, *_LEAVES_SALES)),
        ClockKind("qualify_or_return", _("Qualify or return"), "sales", "handoff", (Event.ACCEPTED,),
                  (Event.QUALIFIED, Event.RETURNED), cancel=(Event.CONVERTED, Event.CLOSED, Event.PASSED_ON)),
        ClockKind("upkeep", _("Upkeep"), "sales", "handoff", (Event.ACCEPTED, Event.TAKEN_BACK), (),
                  cancel=_LEAVES_SALES, refresh=(Event.SALES_REFRESH,),
                  retime=(Event.QUALIFIED, Event.CONVERTED)),
        ClockKind("hand_over", _("Hand over"), "marketing", "lead",
                  (Event.BECAME_READY, Event.QUALIFIED), (Event.OFFERED,),
                  cancel=(Event.CEASED_READY, Event.RETURNED, Event.CONVERTED, Event.CLOSED)),
        ClockKind("acknowledge", _("Acknowledge"), "marketing", "handoff", (Event.RECYCLE_DUE,),
                  (Event.ACKNOWLEDGED, Event.CONTESTED), cancel=(Event.WOKEN,)),
        ClockKind("nurture", _("First nurture touch"), "marketing", "handoff", (Event.RECYCLE_DUE,),
                  (Event.MARKETING_TOUCH,), cancel=(Event.WOKEN, Event.CONTESTED, Event.OPTED_OUT)),
        ClockKind("nurture_stale", _("Nurture"), "marketing", "lead",
                  (Event.ENTERED_MARKETING, Event.CEASED_READY), (),
                  cancel=(Event.LEFT_MARKETING, Event.BECAME_READY, Event.OPTED_OUT),
                  refresh=(Event.MARKETING_REFRESH,)),
        ClockKind("answer", _("Answer"), "marketing", "handoff", (Event.ASKED,), (Event.ANSWERED,),
                  cancel=(Event.ACCEPTED, Event.DECLINED, Event.WITHDRAWN, Event.REROUTED)),
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
