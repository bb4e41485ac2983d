"""The clocks of the past: what the engine would have made of each event, kept in memory."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from leads.choices import Evidence, TouchSide
from leads.models import Lead
from portal.demo.past.trace import Trace
from sla import clocks, clockwork
from sla.choices import Cause, Event
from sla.models import AgreementVersion, Clock, Handoff

Judge = Callable[[Lead], tuple[AgreementVersion, str] | None]


class PastHearing(clocks.Hearing):
    """The hearing of one lead from its beginning: reads nothing, writes nothing.

    `hours` is shared by all leads, whose people keep the same calendar. `judge` says which version
    and tier judge the lead itself at the moment of the event.
    """

    def __init__(self, lead: Lead, hours: dict[Any, Any], judge: Judge) -> None:
        self.lead, self.handoff, self.actor_id = lead, None, None
        self.judge = judge  # type: ignore[assignment]  # one per lead, not one for all
        self.clocks: list[Clock] = []
        self.written: dict[int, list[int]] = {}
        self._changes: dict[int, clocks.Change] = {}
        self._schedules: dict[int, Any] = {}
        self._schedules_of_new: dict[int, Any] = {}
        self._hours = hours
        self._ids: list[int] = []
        self._attempts: list[Trace] = []
        self.swamped: frozenset[int] = frozenset()

    @property
    def changes(self) -> list[clocks.Change]:
        """All clocks that were ever opened, with their logs, ready to be written."""
        return list(self._changes.values())

    def log(self, clock: Clock) -> list[clockwork.Entry]:
        return [entry for entry in self._changes[id(clock)].entries if entry.event != "carried"]

    def at(self, moment: datetime, *events: str, handoff: Handoff | None) -> None:
        """Let events of a moment work, noticed when they happened."""
        self.now, self.handoff = moment, handoff
        for event in events:
            self.hear(event, at=moment)

    def touched(self, touch: Trace) -> None:
        """Let a touch work as `clocks.hear_touches` does, without looking anything up."""
        if touch.is_automatic:
            return
        self.now, self.handoff = touch.happened_at, None
        detail = {"touch": touch.id}
        for event in _meanings(touch):
            self.hear(event, at=touch.happened_at, detail=detail, accepts=_proved_by(touch))
        if touch.side == TouchSide.SALES:
            self._attempts.append(touch)
            self._persist(touch)

    def name_causes(self) -> None:
        """Name the cause of what was missed, as the sweep would have at the breach."""
        for change in self.changes:
            clock = change.clock
            if clock.breached_at and not clock.cause:
                is_full = clock.side == "sales" and clock.rep_id in self.swamped
                clock.cause = Cause.OVER_CAPACITY if is_full else Cause.IDLE

    def _persist(self, touch: Trace) -> None:
        for clock in self.clocks:
            if clock.kind != "persistence" or clock.ended_at is not None:
                continue
            made = [one for one in self._attempts if one.happened_at >= clock.started_at]
            days = {self.schedule(clock).local_date(one.happened_at) for one in made}
            params = clock.commitment.params
            is_enough = len(made) >= params["attempts"] and len(days) >= params["days"]
            if is_enough and len({one.kind for one in made}) >= params["channels"]:
                self.advance(clock, "met", at=touch.happened_at, detail={"attempts": len(made)})


def _meanings(touch: Trace) -> list[str]:
    if touch.side == TouchSide.SALES:
        contact = [Event.CONTACTED] if touch.reached or touch.evidence == Evidence.TWO_WAY else []
        return [Event.SALES_TOUCH, Event.SALES_REFRESH, *contact]
    if touch.side == TouchSide.MARKETING:
        return [Event.MARKETING_TOUCH, Event.MARKETING_REFRESH]
    return [Event.SALES_REFRESH, Event.MARKETING_REFRESH] if touch.kind == "replied" else []


def _proved_by(touch: Trace) -> Callable[[Clock], bool]:
    return lambda clock: touch.evidence >= clock.commitment.evidence
