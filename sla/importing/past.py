"""One past handoff as a row tells it: its state on a day, the events its clocks hear, where its lead went."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from leads.importing import Rejected
from sla.choices import REASON_NOT_RECORDED, REFUSED_STATES, Event, HandoffState
from sla.choices.moves import BY_DISPOSITION, MOVES, STAGE_AFTER_REFUSAL
from sla.document import Document, Reason
from sla.models import Handoff

#: States in the order in which a worked handoff takes them, each with the column that tells when.
_PATH = (
    (HandoffState.OFFERED, "offered_at"),
    (HandoffState.ACCEPTED, "accepted_at"),
    (HandoffState.QUALIFIED, "qualified_at"),
    (HandoffState.CONVERTED, "converted_at"),
)
_CLOSED = (HandoffState.WON, HandoffState.LOST)
_PASSED = (HandoffState.REROUTED, HandoffState.EXPIRED, HandoffState.WITHDRAWN)
_ALWAYS_ENDED = (*REFUSED_STATES, *_CLOSED, *_PASSED)
#: The move by which a handoff comes to a state.
_MOVE_TO = {one.to_state: one for one in MOVES.values() if one.code not in ("ask", "answer") and one.to_state}
_EVENT_OF = {
    HandoffState.ACCEPTED: Event.ACCEPTED,
    HandoffState.DECLINED: Event.DECLINED,
    HandoffState.RETURNED: Event.RETURNED,
    HandoffState.QUALIFIED: Event.QUALIFIED,
    HandoffState.CONVERTED: Event.CONVERTED,
    HandoffState.WON: Event.CLOSED,
    HandoffState.LOST: Event.CLOSED,
    HandoffState.WITHDRAWN: Event.WITHDRAWN,
    HandoffState.REROUTED: Event.WITHDRAWN,
    HandoffState.EXPIRED: Event.WITHDRAWN,
}
RANK = {
    HandoffState.OFFERED: 0,
    HandoffState.ACCEPTED: 1,
    HandoffState.QUALIFIED: 2,
    HandoffState.CONVERTED: 3,
    **dict.fromkeys(_ALWAYS_ENDED, 4),
}


@dataclass(slots=True)
class Past:
    """A handoff as far as it had come; `columns` are those of the row that change with its state."""

    state: str
    leg: int
    columns: dict[str, Any] = field(default_factory=dict)
    reason: Reason | None = None

    @property
    def is_refused(self) -> bool:
        return self.state in REFUSED_STATES

    def state_at(self) -> datetime | None:
        """Return when it came to this state, None where the history does not tell."""
        names = {**{state: name for state, name in _PATH}, HandoffState.DECLINED: "decided_at"}
        name = names.get(HandoffState(self.state), "closed_at" if self.state in _CLOSED else "ended_at")
        return self.columns.get(name)

    def events(self) -> Iterator[tuple[str, datetime]]:
        """Yield what clocks hear: only what has a time."""
        told = self.columns
        if told.get("offered_at"):
            yield Event.OFFERED, told["offered_at"]
        for state, name in _PATH[1:]:
            if told.get(name):
                yield _EVENT_OF[state], told[name]
        at = self.state_at()
        if self.state in _ALWAYS_ENDED and at:
            yield _EVENT_OF[HandoffState(self.state)], at

    def stage(self) -> str | None:
        """Return the stage that this state brings the lead to, None where nobody can say."""
        by_state = _MOVE_TO[self.state].legs.get(self.leg, {})
        after = [stage for stages in by_state.values() for stage in stages.values()]
        if after and after[-1] == BY_DISPOSITION:
            return STAGE_AFTER_REFUSAL.get(self.reason.disposition) if self.reason else None
        return after[-1] if after else None


def read(values: dict[str, Any], document: Document, horizon: datetime | None, ended: frozenset[str]) -> Past:
    """Return a row's handoff as it stood before `horizon`; raise Rejected where that cannot be told.

    `ended` are states after which the mapping says that this history ends.
    """
    state = values.get("state", HandoffState.OFFERED)
    leg = values.get("leg", 1)
    if leg not in {one.leg for one in document.legs}:
        raise Rejected(_("The version knows no leg %d.") % leg)
    moments = _moments(state, values)
    _check_order(moments)
    if horizon:
        state = _as_of(state, moments, horizon)
    past = Past(state, leg, moments)
    if past.is_refused:
        _give_reason(past, values.get("reason", ""), document)
    past.columns["is_ended"] = state in _ALWAYS_ENDED or state in ended
    if past.columns["is_ended"] and not past.columns.get("ended_at"):
        past.columns["ended_at"] = past.state_at()
    return past


def _moments(state: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return the times that are told; one decision time serves acceptance and refusal alike."""
    names = ("ready_at", "offered_at", "qualified_at", "converted_at", "closed_at", "ended_at")
    moments = {name: values[name] for name in names if name in values}
    decided_at = values.get("decided_at") or values.get("accepted_at")
    if decided_at and state not in (HandoffState.OFFERED, *_PASSED):
        moments["decided_at"] = decided_at
        if state != HandoffState.DECLINED:
            moments["accepted_at"] = decided_at
    if state in _CLOSED and "ended_at" not in moments and "closed_at" in moments:
        moments["ended_at"] = moments["closed_at"]
    if state == HandoffState.DECLINED and decided_at:
        moments["ended_at"] = decided_at
    return moments


def _check_order(moments: dict[str, Any]) -> None:
    names = ("offered_at", "decided_at", "qualified_at", "converted_at", "closed_at")
    known = [moments[name] for name in names if name in moments]
    if known != sorted(known):
        raise Rejected(_("Its times are out of order: it was decided before it was offered, or the like."))


def _as_of(state: str, moments: dict[str, Any], horizon: datetime) -> str:
    """Take back what had not happened yet and return the state as it was then."""
    offered_at = moments.get("offered_at")
    if offered_at and offered_at >= horizon:
        raise Rejected(_("It was offered after the day as of which the file is read."))
    final = (
        "decided_at" if state == HandoffState.DECLINED else "closed_at" if state in _CLOSED else "ended_at"
    )
    own = dict(_PATH).get(HandoffState(state), final)
    if own not in moments:
        raise Rejected(
            _("It does not tell when it came to this state, so nobody knows how it stood that day.")
        )
    is_later = moments[own] >= horizon
    for name in [name for name, at in moments.items() if at >= horizon]:
        del moments[name]
    if not is_later:
        return state
    return max((step for step, name in _PATH if name in moments), key=lambda step: RANK[step])


def _give_reason(past: Past, code: str, document: Document) -> None:
    if not code or code == REASON_NOT_RECORDED:
        past.columns["reason_code"] = REASON_NOT_RECORDED
        return
    try:
        past.reason = document.reason(code)
    except KeyError:
        raise Rejected(_("The version knows no reason “%s”.") % code) from None
    past.columns.update(
        reason_code=code, reason_side=past.reason.side_to_act, disposition=past.reason.disposition
    )


def differs(handoff: Handoff, past: Past) -> bool:
    """Say whether a row tells more than what is stored of a handoff; raise Rejected where they contradict."""
    old, new = HandoffState(handoff.state), HandoffState(past.state)
    if new == old or RANK[new] < RANK[old]:
        return False
    if RANK[old] == RANK[HandoffState.WON]:
        names = {"old": old.label, "new": new.label}
        raise Rejected(_("It stands as “%(old)s” here, the file says “%(new)s”.") % names)
    return True


def reason_columns(past: Past) -> dict[str, Any]:
    """Return what a row tells of the reason; one that was not recorded never replaces a known one."""
    names = ("reason_code", "reason_side", "disposition")
    return {name: past.columns[name] for name in names if past.reason and name in past.columns}


def last_moment(handoff: Handoff) -> datetime | None:
    """Return the latest moment of what a stored handoff had come to: until then its clocks have heard."""
    names = (
        "offered_at",
        "accepted_at",
        "decided_at",
        "qualified_at",
        "converted_at",
        "closed_at",
        "ended_at",
    )
    return max((at for name in names if (at := getattr(handoff, name))), default=None)
