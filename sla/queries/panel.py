"""What the panel beside a list shows of one handoff."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.choices import TouchSide
from leads.models import Consent, Touch, User
from sla import agreements, calendars, clocks, readiness, standings
from sla.choices import REFUSED_STATES, HandoffState
from sla.models import Clock, Commitment, Handoff
from sla.queries import dossier, inbox

LAST_TOUCHES = 3
MOST_OTHERS = 3


@dataclass(frozen=True, slots=True)
class Summary:
    """One handoff in short; `left` is what its next clock has left in its own measure.

    `starts` is the commitment that accepting would begin, `starts_due_at` when it would fall due.
    """

    handoff: Handoff
    clock: Clock | None
    attempts: int
    left: timedelta | None
    starts: Commitment | None
    starts_due_at: datetime | None
    judgement: dossier.Judgement | None
    touches: tuple[Touch, ...]
    consents: tuple[Consent, ...]
    committee: tuple[dossier.Member, ...]
    last_time: "LastTime | None"


@dataclass(frozen=True, slots=True)
class LastTime:
    """How the round before ended, with the facts frozen at both offers and what the account did since."""

    handoff: Handoff
    before: readiness.Facts
    now: readiness.Facts
    touches: int


def summary(handoff: Handoff, user: User, now: datetime) -> Summary:
    """Return the short form of a handoff, in the same number of queries for each."""
    clock = _next_clock(handoff)
    starts = _first_touch(handoff) if handoff.state == HandoffState.OFFERED else None
    return Summary(
        handoff=handoff,
        clock=clock,
        attempts=inbox.attempts_of(handoff),
        left=_left(clock, now) if clock else None,
        starts=starts,
        starts_due_at=_due_if_accepted(handoff, starts, user, now) if starts else None,
        judgement=dossier.judgement(handoff, None, now),
        touches=tuple(handoff.lead.touches.order_by("-happened_at")[:LAST_TOUCHES]),
        consents=dossier.consents_of(handoff.lead),
        committee=dossier.committee_of(handoff.lead, user)[:MOST_OTHERS],
        last_time=_last_time(handoff) if handoff.cycle > 1 else None,
    )


def _last_time(handoff: Handoff) -> LastTime | None:
    rounds = Handoff.objects.filter(lead=handoff.lead_id, leg=handoff.leg, state__in=REFUSED_STATES)
    rounds = rounds.filter(cycle__lt=handoff.cycle, snapshot__isnull=False)
    refused = (
        rounds.select_related("snapshot", "rep", "decided_by", "version").order_by("-cycle", "-hop").first()
    )
    frozen = getattr(handoff, "snapshot", None)
    if refused is None or frozen is None:
        return None
    half_life = agreements.document(handoff.version).engagement.half_life_days
    before, now = (standings.facts_from_snapshot(one, half_life) for one in (refused.snapshot, frozen))
    since = refused.ended_at or refused.decided_at or refused.snapshot.taken_at
    touches = Touch.objects.filter(lead__account=handoff.lead.account_id, happened_at__gt=since)
    return LastTime(refused, before, now, touches.exclude(side=TouchSide.SALES).count())


def _next_clock(handoff: Handoff) -> Clock | None:
    running = Clock.objects.open().filter(handoff=handoff, side="sales").select_related("commitment")
    # A paused clock has no due time and comes after those that have one.
    return min(
        running, key=lambda clock: (clock.due_at is None, clock.due_at or clock.started_at), default=None
    )


def _left(clock: Clock, now: datetime) -> timedelta | None:
    """Return the time a clock has left in the measure of its commitment, None once nothing is left."""
    schedule = clocks.schedules_of([clock])[clock.pk]
    used = clock.elapsed
    if clock.running_since and clock.running_since < now:
        used += schedule.elapsed_by(clock.running_since, now, clock.unit)
    left = schedule.allowance(clock.allowance, clock.unit) - used
    return left if left > timedelta(0) else None


def _first_touch(handoff: Handoff) -> Commitment | None:
    for one in agreements.commitments_on(handoff.version, handoff.tier):
        if one.kind == "first_touch" and one.leg in (None, handoff.leg) and one.params.get("from") != "offer":
            return one
    return None


def _due_if_accepted(handoff: Handoff, starts: Commitment, user: User, now: datetime) -> datetime | None:
    document = agreements.document(handoff.version)
    hours = calendars.for_clock(
        commitment=document.commitment(starts.code),
        document=document,
        team=handoff.team,
        rep=handoff.rep or user,
    )
    amount = int(starts.amount or 0)
    return hours.schedule.due_after(now, amount, starts.unit) if amount else None
