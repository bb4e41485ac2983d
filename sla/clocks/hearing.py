"""What happens to the clocks of one lead: read once under lock, moved in memory, written once."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.models import Lead, Team, User
from sla import agreements, calendars, clockwork
from sla.businesstime import Schedule
from sla.choices import CLOCK_KINDS, ClockKind, ClockScope
from sla.clocks import rows, starting, terms
from sla.clocks.shared import Shared, read_together
from sla.document import Document
from sla.models import AgreementVersion, Clock, Commitment, Handoff

Accepts = Callable[[Clock], bool]


def hear(
    *,
    event: str,
    now: datetime,
    at: datetime | None = None,
    handoff: Handoff | None = None,
    lead: Lead | None = None,
    actor: User | None = None,
    detail: dict[str, Any] | None = None,
) -> list[Clock]:
    """Let one event (see `choices.Event`) open, pause, resume, stop or cancel clocks; return those changed.

    `at` is when it happened, by default now. Without `handoff` it concerns every clock of `lead`.
    """
    with transaction.atomic():
        hearing = Hearing(lead=lead or _lead_of(handoff), handoff=handoff, now=now, actor=actor)
        hearing.hear(event, at=at or now, detail=detail)
        return hearing.save()


class Hearing:
    """The open clocks of a lead, locked in the order of their ids, and what is made of them.

    Call `hear` for each event, then `save` once, inside one transaction. `written` then holds by
    clock id the numbers of the log lines, so that an undo can name them.
    """

    judge = staticmethod(starting.of_lead)

    def __init__(
        self,
        *,
        lead: Lead,
        now: datetime,
        handoff: Handoff | None = None,
        actor: User | None = None,
        also: Collection[int] = (),
        shared: Shared | None = None,
    ) -> None:
        """Read the lead's open clocks, and ended ones of the ids in `also`, unless they are `shared`."""
        self.lead, self.handoff, self.now = lead, handoff, now
        #: Whose act is heard; it stands in the log.
        self.actor_id = actor.pk if actor else None
        shared = shared or read_together([lead.pk], also)
        self.clocks = shared.clocks.get(lead.pk, [])
        self.written: dict[int, list[int]] = {}
        self._changes: dict[int, rows.Change] = {}
        self._schedules = shared.schedules
        for clock in self.clocks:
            rows.rest_over(clock, self._schedules[clock.pk])
        self._schedules_of_new: dict[int, Schedule] = {}
        self._hours, self._ids = shared.hours, shared.ids

    def hear(
        self,
        event: str,
        *,
        at: datetime,
        detail: dict[str, Any] | None = None,
        accepts: Accepts = lambda clock: True,
    ) -> None:
        """Let one event work on the open clocks it concerns, then open those it starts."""
        for clock in list(self.clocks):
            if clock.ended_at is None and self._concerns(event, clock, at) and accepts(clock):
                self._work(event, clock, at, detail or {})
        for commitment, version in starting.started_by(event, self.lead, self.handoff, self.judge):
            if not self._is_open(commitment):
                rep = self.handoff.rep if self.handoff and commitment.side == "sales" else None
                self.open(commitment, version, at=at, handoff=self.handoff, rep=rep)

    def advance(self, clock: Clock, move: str, *, at: datetime, detail: dict[str, Any] | None = None) -> bool:
        """Move one clock by clockwork and tell whether that changed it."""
        state, entries = clockwork.advance(
            rows.state_of(clock),
            move,
            at=at,
            noticed_at=self.now,
            terms=terms.terms_of(clock),
            schedule=self.schedule(clock),
        )
        self.take(clock, state, entries, detail or {})
        return bool(entries)

    def take(
        self,
        clock: Clock,
        state: clockwork.State,
        entries: list[clockwork.Entry],
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Keep what clockwork made of a clock, to be written by `save`."""
        if not entries:
            return
        change = self._changes.setdefault(id(clock), rows.Change(clock, clock.seq))
        rows.take(clock, state)
        if detail:
            entries = [*entries[:-1], entries[-1]._replace(detail={**entries[-1].detail, **detail})]
        change.add(entries, self.actor_id)

    def open(
        self,
        commitment: Commitment,
        version: AgreementVersion,
        *,
        at: datetime,
        scope: str = ClockScope.LEAD,
        handoff: Handoff | None,
        rep: User | None,
    ) -> None:
        """Start one clock of a commitment, unless it allows no time in the lead's stage."""
        document = agreements.document(version)
        span = terms.allowed(commitment, document, self.lead)
        if span is None:
            return
        team = handoff.team if handoff and commitment.side == "sales" else None
        hours = self._hours_for(document.commitment(commitment.code), document, team, rep)
        rules = terms.terms(span, commitment)
        state, entries = clockwork.start(rules, hours.schedule, at=at, noticed_at=self.now)
        clock = Clock(
            pk=self._ids.pop() if self._ids else None,
            commitment=commitment,
            version=version,
            kind=commitment.kind,
            side=commitment.side,
            handoff=handoff if CLOCK_KINDS[commitment.kind].subject == "handoff" else None,
            lead=self.lead,
            scope=scope,
            team=team,
            rep=rep,
            calendar_key=hours.key,
            calendar_revision=hours.revision,
            allowance=span.amount,
            unit=span.unit,
            is_history=self.handoff is not None and self.handoff.is_history,
        )
        self._schedules_of_new[id(clock)] = hours.schedule
        self._changes[id(clock)] = rows.Change(clock, None)
        self.take(clock, state, entries)
        self.clocks.append(clock)

    def schedule(self, clock: Clock) -> Schedule:
        """Return the hours that a clock of this hearing was computed with."""
        return self._schedules_of_new.get(id(clock)) or self._schedules[clock.pk]

    def log(self, clock: Clock) -> list[clockwork.Entry]:
        """Return what has been written of a clock so far."""
        return rows.entries_of(clock.events.order_by("seq"))

    def reopen(self, clock: Clock, *, at: datetime) -> None:
        """Start the clock that follows one just met, under the version that rules now."""
        following = starting.followed_by(clock.commitment.code, self.lead, clock.handoff, self.judge)
        scope = ClockScope(clock.scope)
        if following and not (scope == ClockScope.LEAD and self._is_open(following[0])):
            self.open(*following, at=at, scope=scope, handoff=clock.handoff, rep=clock.rep)

    def retime(self, clock: Clock, *, at: datetime) -> None:
        """Count a clock again from its start with the time that the lead's stage allows now."""
        span = terms.allowed(clock.commitment, agreements.document(clock.version), self.lead)
        if span is None:
            self.advance(clock, "cancel", at=at)
        elif span.amount != clock.allowance:
            clock.allowance = span.amount
            state, entries = clockwork.recount(
                rows.state_of(clock),
                self.log(clock),
                at=at,
                noticed_at=self.now,
                terms=terms.terms_of(clock),
                schedule=self.schedule(clock),
            )
            self.take(clock, state, entries)

    def recalendar(self, clock: Clock, *, at: datetime) -> None:
        """Count a clock on by the hours of its new rep, without one its team's, keeping what has elapsed."""
        document = agreements.document(clock.version)
        commitment = document.commitment(clock.commitment.code)
        hours = self._hours_for(commitment, document, clock.team, clock.rep)
        before = self.schedule(clock)
        if hours.schedule == before:
            return
        detail = terms.replaced(clock, before)
        state, entries = clockwork.recalendar(
            rows.state_of(clock),
            at=at,
            noticed_at=self.now,
            terms=terms.terms_of(clock),
            before=before,
            schedule=hours.schedule,
        )
        clock.calendar_key, clock.calendar_revision = hours.key, hours.revision
        self._schedules_of_new[id(clock)] = hours.schedule
        self.take(clock, state, entries, detail)

    def save(self) -> list[Clock]:
        """Write everything and return the clocks that changed."""
        changes = self.take_changes()
        rows.write(changes, now=self.now)
        for change in changes:
            self.written[change.clock.pk] = [entry.seq for entry in change.entries]
        return [change.clock for change in changes]

    def take_changes(self) -> list[rows.Change]:
        """Hand out what is to be written, for whoever writes the changes of many leads together."""
        changes = list(self._changes.values())
        self._changes.clear()
        return changes

    def _concerns(self, event: str, clock: Clock, at: datetime) -> bool:
        kind = CLOCK_KINDS[clock.kind]
        if self.handoff and clock.handoff_id not in (None, self.handoff.pk):
            return False
        if event in kind.refresh:
            return at > clock.started_at
        if event in kind.stop:
            return at >= clock.started_at and self._is_on_leg(clock)
        return event in (*kind.pause, *kind.resume, *kind.cancel, *kind.retime)

    def _is_on_leg(self, clock: Clock) -> bool:
        return self.handoff is None or clock.commitment.leg in (None, self.handoff.leg)

    def _work(self, event: str, clock: Clock, at: datetime, detail: dict[str, Any]) -> None:
        kind = CLOCK_KINDS[clock.kind]
        if event in kind.retime:
            self.retime(clock, at=at)
        elif event in kind.refresh:
            if self.advance(clock, "met", at=at, detail=detail):
                self.reopen(clock, at=at)
        else:
            self.advance(clock, _move_of(kind, event), at=max(at, clock.started_at), detail=detail)

    def _is_open(self, commitment: Commitment) -> bool:
        """Tell whether the promise runs already, maybe as an earlier version or another tier has it."""
        handoff_id = self.handoff.pk if self.handoff else None
        return any(
            clock.commitment.code == commitment.code
            and clock.ended_at is None
            and clock.scope == ClockScope.LEAD
            and clock.handoff_id in (None, handoff_id)
            for clock in self.clocks
        )

    def _hours_for(
        self, commitment: Any, document: Document, team: Team | None, rep: User | None
    ) -> calendars.Hours:
        own = rep.pk if rep and commitment.whose_hours == "rep" else None
        named = document.calendars.get(commitment.side)
        ruled_by = (team.side, team.calendar_id) if team else None
        key = (commitment.side, commitment.whose_hours, own, ruled_by, named)
        if key not in self._hours:
            self._hours[key] = calendars.for_clock(
                commitment=commitment, document=document, team=team, rep=rep
            )
        return self._hours[key]


def _move_of(kind: ClockKind, event: str) -> str:
    for move, events in (("met", kind.stop), ("pause", kind.pause), ("resume", kind.resume)):
        if event in events:
            return move
    return "cancel"


def _lead_of(handoff: Handoff | None) -> Lead:
    if handoff is None:
        raise ValueError("An event concerns a handoff or a lead.")
    return handoff.lead
