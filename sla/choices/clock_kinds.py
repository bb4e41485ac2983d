"""What clocks listen to, and how each kind of commitment does."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ClockKind:
    """How a timed commitment listens to what happens (event codes, see `Event`)."""

    code: str
    label: str | Promise
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
    """What clocks listen to, named by the moves, by `sla.intake` and, for touches, by `sla.clocks.touches`.

    The agreed attempts are no event: the persistence clock is met at the touch that completes them.
    """

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
    MARKETING_TOUCH = "marketing_touch"
    SALES_REFRESH = "sales_refresh"  # sales touch, two-way contact or a dated next step
    MARKETING_REFRESH = "marketing_refresh"  # any touch of Marketing, or two-way contact
    ENTERED_MARKETING = "entered_marketing"
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
                  (Event.CONTACTED,),
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
        ClockKind("nurture_stale", _("Nurture upkeep"), "marketing", "lead",
                  (Event.ENTERED_MARKETING, Event.CEASED_READY), (),
                  cancel=(Event.BECAME_READY, Event.OPTED_OUT),
                  refresh=(Event.MARKETING_REFRESH,)),
        ClockKind("answer", _("Answer"), "marketing", "handoff", (Event.ASKED,), (Event.ANSWERED,),
                  cancel=(Event.ACCEPTED, Event.DECLINED, Event.WITHDRAWN, Event.REROUTED)),
        ClockKind("repair", _("Repair"), "marketing", "handoff", (Event.REPAIR_DUE,),
                  (Event.REPAIRED, Event.CONTESTED)),
        ClockKind("rule", _("Rule"), "referee", "handoff", (Event.CONTESTED,), (Event.RULED,)),
    )
}  # fmt: skip

#: The clocks within which Marketing contests a refusal.
CONTESTED_WITHIN = tuple(kind.code for kind in CLOCK_KINDS.values() if Event.CONTESTED in kind.stop)

#: Commitments counted over a period: code → (label, side).
PERIODIC_KINDS: dict[str, tuple[str | Promise, str]] = {
    "feedback": (_("Feedback"), "sales"),
    "records": (_("Records complete"), "sales"),
    "volume": (_("Volume"), "marketing"),
    "quality": (_("Quality"), "marketing"),
    "readiness": (_("Readiness"), "marketing"),
    "close_rate": (_("Close rate"), "both"),
    "pipeline_review": (_("Pipeline review"), "both"),
    "definition_review": (_("Definition review"), "both"),
}
