"""Invariants of rows as they stand: leads, handoffs, clocks, and what waits to be done."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from leads.choices import STAGE_EDGES, Stage
from leads.models import FactChange, Lead, OutboxMessage, StageChange
from leads.transitions import HISTORY
from sla.choices import MOVES, REFUSED_STATES, WORKED_STATES, ClockState, Disposition, HandoffState
from sla.invariants.asking import of_rows
from sla.models import ActionRow, Clock, ClockEvent, Commitment, Handoff, Refusal, Snapshot, Standing

#: What is due may wait so long for a sweep or a worker that is at work.
PATIENCE = timedelta(minutes=5)
_BEFORE = {HandoffState.OFFERED, *WORKED_STATES}


def _stages() -> dict[tuple[int, str], set[str]]:
    """Return by leg and state the stages in which the move table leaves the lead of an open handoff."""
    found: dict[tuple[int, str], set[str]] = {}
    for move in MOVES.values():
        for leg, states in move.legs.items():
            for state, stages in states.items():
                if state in _BEFORE and stages:
                    found.setdefault((leg, state), set()).update(stages)
    return found


def wrong_stage(now: datetime) -> QuerySet[Handoff]:
    right = Q()
    for (leg, state), stages in _stages().items():
        right |= Q(leg=leg, state=state, lead__stage__in=stages)
    return (
        Handoff.objects.open().filter(is_history=False, leg__in={leg for leg, _ in _stages()}).exclude(right)
    )


def ended_apart_from_state(now: datetime) -> QuerySet[Handoff]:
    ends = Q(state__in=_BEFORE, is_ended=True) | (~Q(state__in=_BEFORE) & Q(is_ended=False))
    on_leg_two = Handoff.objects.filter(lead=OuterRef("lead"), leg=2, cycle=OuterRef("cycle"))
    # Leg one is over, and converted, when leg two is accepted.
    passed_on = Q(state=HandoffState.CONVERTED, is_ended=True) & Q(Exists(on_leg_two))
    return Handoff.objects.filter(ends, is_history=False).exclude(passed_on)


def worked_by_nobody(now: datetime) -> QuerySet[Handoff]:
    return Handoff.objects.filter(state__in=WORKED_STATES, is_ended=False, rep__isnull=True)


def owned_by_another(now: datetime) -> QuerySet[Handoff]:
    last = Handoff.objects.open().filter(lead=OuterRef("lead")).order_by("-leg").values("pk")[:1]
    worked = Handoff.objects.filter(pk=Subquery(last), state__in=WORKED_STATES, is_history=False)
    return worked.filter(rep__isnull=False).exclude(lead__owner=F("rep"))


def refused_without_sequel(now: datetime) -> QuerySet[Handoff]:
    sequel = Refusal.objects.filter(pk=OuterRef("pk"))
    return Handoff.objects.filter(~Exists(sequel), state__in=REFUSED_STATES, is_history=False)


def offered_without_facts(now: datetime) -> QuerySet[Handoff]:
    return Handoff.objects.filter(
        ~Exists(Snapshot.objects.filter(pk=OuterRef("pk"))), is_history=False, leg=1
    )


def offered_without_clock(now: datetime) -> QuerySet[Handoff]:
    promised = Commitment.objects.filter(
        version=OuterRef("version"), kind="decide", leg=OuterRef("leg"), is_on=True, tier=""
    )
    # A reroute hands the running clock on to the next hop of the same cycle.
    clock = Clock.objects.filter(lead=OuterRef("lead"), kind="decide", started_at__isnull=False)
    return Handoff.objects.filter(
        Exists(promised), ~Exists(clock), state=HandoffState.OFFERED, is_history=False
    )


def ready_and_forgotten(now: datetime) -> QuerySet[Standing]:
    """Ready in a stage of Marketing, or offered to nobody and held by nothing, with no mark waiting."""
    marked = FactChange.objects.filter(pk=OuterRef("pk"))
    early = Q(is_ready=True, lead__stage__in=(Stage.INQUIRY, Stage.NURTURING))
    unready = Q(is_ready=False, lead__stage=Stage.MQL) & ~Q(Exists(_open_of_lead()))
    late = Q(recheck_at__isnull=True) | Q(recheck_at__gt=now - PATIENCE)
    standing = Standing.objects.filter(early | unready, late, judged_at__lt=now - PATIENCE)
    # Ready or not, a lead whose data Marketing must repair first is not offered before that.
    in_repair = Refusal.objects.filter(
        handoff__lead=OuterRef("pk"), handoff__disposition=Disposition.REPAIR, repaired_at__isnull=True
    )
    return standing.filter(~Exists(marked), ~Exists(in_repair), lead__merged_into__isnull=True)


def _open_of_lead() -> QuerySet[Handoff]:
    return Handoff.objects.open().filter(lead=OuterRef("lead"))


def stage_apart_from_history(now: datetime) -> QuerySet[Lead]:
    last = StageChange.objects.filter(lead=OuterRef("pk")).order_by("-seq")
    told = Lead.objects.annotate(told=Subquery(last.values("to_stage")[:1]))
    return told.filter(told__isnull=False).exclude(stage=F("told"))


def step_off_the_table(now: datetime) -> QuerySet[StageChange]:
    allowed = Q()
    for before, after in STAGE_EDGES:
        allowed |= Q(from_stage=before, to_stage=after)
    return StageChange.objects.exclude(cause=HISTORY).exclude(allowed).exclude(from_stage="")


def breached_apart_from_due(now: datetime) -> QuerySet[Clock]:
    # A breached clock that is paused, or was met in a pause, keeps the due time it missed in `breached_at`.
    return Clock.objects.filter(breached_at__isnull=False, due_at__isnull=False).exclude(
        due_at=F("breached_at")
    )


def late_without_breach(now: datetime) -> QuerySet[Clock]:
    return Clock.objects.filter(state=ClockState.MET, breached_at__isnull=True, ended_at__gt=F("due_at"))


def lateness_unknown(now: datetime) -> QuerySet[Clock]:
    return Clock.objects.filter(state=ClockState.MET, breached_at__isnull=False, lateness__isnull=True)


def noticed_before_it_happened(now: datetime) -> QuerySet[ClockEvent]:
    return ClockEvent.objects.filter(noticed_at__lt=F("happened_at"))


def due_and_unswept(now: datetime) -> QuerySet[Clock]:
    return Clock.objects.filter(next_at__lt=now - PATIENCE, error="")


def asked_and_not_done(now: datetime) -> QuerySet[ActionRow]:
    return ActionRow.objects.filter(done_at__isnull=True, attempts=0, due_at__lt=now - PATIENCE)


def waiting_in_outbox(now: datetime) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(fanned_out_at__isnull=True, not_before__lt=now - PATIENCE)


INVARIANTS = (
    of_rows(
        "stage-of-handoff", "The lead of an open handoff is in the stage the move table says.", wrong_stage
    ),
    of_rows("end-of-handoff", "A handoff is ended exactly when its state is an end.", ended_apart_from_state),
    of_rows("worked-by-somebody", "A lead that Sales works has a rep.", worked_by_nobody),
    of_rows("one-owner", "Who works the last open handoff owns the lead.", owned_by_another),
    of_rows("refusal-goes-on", "A declined or returned handoff says what follows.", refused_without_sequel),
    of_rows("facts-frozen", "An offer froze the facts it was made on.", offered_without_facts),
    of_rows("decision-timed", "A lead on offer has or had the clock it was promised.", offered_without_clock),
    of_rows(
        "nobody-forgotten", "A lead's stage fits its standing, or it waits to be judged.", ready_and_forgotten
    ),
    of_rows("stage-told", "A lead is in the stage its last change names.", stage_apart_from_history),
    of_rows("edges", "Stages change along the move table only.", step_off_the_table),
    of_rows("breach-at-due", "A clock is breached at its due time.", breached_apart_from_due),
    of_rows("late-is-breached", "What was met after its due time was breached first.", late_without_breach),
    of_rows("lateness", "A breached clock that was met knows how late.", lateness_unknown),
    of_rows("noticed-after", "Nothing is noticed before it happened.", noticed_before_it_happened),
    of_rows("nothing-unswept", "No clock is overdue and not looked at.", due_and_unswept),
    of_rows("nothing-undone", "No move that was asked for waits untried.", asked_and_not_done),
    of_rows("nothing-undelivered", "No message waits longer than it should.", waiting_in_outbox),
)
