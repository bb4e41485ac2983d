"""What follows a refusal: Marketing acknowledges, repairs or contests, the referee rules, the lead wakes."""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from leads import audit, marks, transitions
from leads.choices import Stage
from leads.models import Lead, User
from sla import clocks, permissions
from sla.choices import CONTESTED_WITHIN, LEAD_MOVES, Disposition, Event, ReopenReason, Ruling
from sla.handoffs import acting, errors, foreseeing, nurturing, offering
from sla.models import Clock, Handoff, Refusal


@transaction.atomic
def acknowledge(*, handoff: Handoff, actor: User, now: datetime, track: str = "") -> Handoff:
    """Take a refused lead up again for Marketing, perhaps on another nurture track, whose steps begin.

    Raises AlreadyDone, NotYours, UnknownMove, ReasonNeeds.
    """
    case, refusal = _case("acknowledge", handoff, actor, now)
    if refusal.acknowledged_at or _is_disputed(refusal):
        raise errors.AlreadyDone
    if track and track not in {one.code for one in case.document.tracks}:
        raise errors.ReasonNeeds("track")
    track = track or refusal.track
    changes = {"acknowledged_at": now, "acknowledged_by": actor, "track": track}
    done = _done(case, changes, Event.ACKNOWLEDGED)
    if track and done.disposition == Disposition.RECYCLE:
        nurturing.put_on_track(refusal=refusal, track=track, document=case.document, now=now)
    return done


@transaction.atomic
def repair(*, handoff: Handoff, actor: User, now: datetime, note: str = "") -> Handoff:
    """Note that Marketing's data is right again; the lead is judged anew.

    What was contested is repaired only once the refusal was upheld. Raises AlreadyDone.
    """
    case, refusal = _case("repair", handoff, actor, now)
    if refusal.repaired_at or _is_disputed(refusal) or case.handoff.disposition != Disposition.REPAIR:
        raise errors.AlreadyDone
    changes: dict[str, Any] = {"repaired_at": now, "repaired_by": actor}
    if note.strip():
        changes["note"] = f"{refusal.note}\n{note.strip()}".strip()
    done = _done(case, changes, Event.REPAIRED, owner=acting.NOBODY)
    marks.mark(lead_ids=[done.lead_id], since=now, now=now)
    return done


@transaction.atomic
def contest(*, handoff: Handoff, actor: User, now: datetime, note: str = "") -> Handoff:
    """Call the referee: the refusal was wrong. Raises AlreadyDone, NoReferee, ReasonNeeds, TooLate.

    Marketing contests while its own clock of the refusal still runs. Without a note the dossier speaks, where
    it contradicts the reason.
    """
    case, refusal = _case("contest", handoff, actor, now)
    if refusal.acknowledged_at or refusal.contested_at or refusal.repaired_at:
        raise errors.AlreadyDone
    if not case.document.referee:
        raise errors.NoReferee
    _in_time(case)
    note = note.strip() or refusal.mismatch
    if not note:
        raise errors.ReasonNeeds("note")
    changes = {"contested_at": now, "contested_by": actor, "contest_note": note}
    referee = User.objects.filter(email__iexact=case.document.referee, is_active=True)
    return _done(case, changes, Event.CONTESTED, told=list(referee.values_list("pk", flat=True)))


def rule(*, handoff: Handoff, actor: User, ruling: str, now: datetime, note: str = "") -> Handoff:
    """Rule on a contested refusal; overturned, the lead is ready and offered again, in a cycle of its own.

    The new offer is a second transaction, as it locks reps first; without a team the lead waits in
    `mql`. Returns the handoff ruled upon. Raises AlreadyDone, NotYours.
    """
    with transaction.atomic():
        ruled, is_again_ready = _rule(handoff, actor, Ruling(ruling), now, note)
    if is_again_ready:
        with contextlib.suppress(errors.MoveRefused):
            offering.offer(lead=ruled.lead, now=now)
    return ruled


@transaction.atomic
def wake(*, handoff: Handoff, now: datetime, actor: User | None = None) -> Handoff:
    """Bring a recycled lead back into nurturing, where its facts are judged anew.

    `actor` is whoever caused it, for the record. Raises AlreadyDone, UnknownMove.
    """
    case, refusal = _case("wake", handoff, None, now)
    case.actor = actor
    if refusal.woken_at or case.handoff.disposition != Disposition.RECYCLE:
        raise errors.AlreadyDone
    is_asleep = case.handoff.lead.stage == Stage.RECYCLED
    stage = Stage.NURTURING.value if is_asleep else None
    events = (Event.WOKEN, Event.ENTERED_MARKETING) if is_asleep else (Event.WOKEN,)
    Refusal.objects.filter(pk=refusal.pk).update(woken_at=now)
    # From here on it is Marketing's alone: the team that refused it no longer follows it.
    owner = acting.NOBODY if is_asleep else None
    return acting.carry_out(case, acting.Plan(stage=stage, owner=owner, events=events))


@transaction.atomic
def reopen(*, lead: Lead, actor: User, reason: str, now: datetime) -> Lead:
    """Bring a lost or disqualified lead back into nurturing; `reason` is a ReopenReason.

    Raises NotYours, ReasonNeeds, WrongStage.
    """
    if not permissions.can_reopen(actor, lead):
        raise errors.NotYours
    if reason not in ReopenReason.values:
        raise errors.ReasonNeeds("reason")
    fresh = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    after = dict(LEAD_MOVES["reopen"]).get(fresh.stage)
    if after is None:
        raise errors.WrongStage(fresh)
    transitions.change_stage(
        lead=fresh, to_stage=after, cause="reopen", happened_at=now, now=now, actor=actor
    )
    audit.record(
        stream=f"lead:{fresh.pk}",
        verb="reopen",
        subject_type="lead",
        subject_id=fresh.pk,
        actor=actor,
        at=now,
        data={"reason": reason},
    )
    clocks.hear(event=Event.ENTERED_MARKETING, lead=fresh, now=now, actor=actor)
    return fresh


def _case(code: str, handoff: Handoff, actor: User | None, now: datetime) -> tuple[acting.Case, Refusal]:
    case = acting.begin(code, handoff, actor, now)
    refusal = Refusal.objects.filter(handoff=case.handoff).first()
    if refusal is None:  # history may know of a refusal without its circumstances
        refusal = Refusal.objects.create(handoff=case.handoff)
    return case, refusal


def _in_time(case: acting.Case) -> None:
    """Raise TooLate when Marketing let the clock within which it contests run out."""
    own = Clock.objects.open().filter(handoff=case.handoff, kind__in=CONTESTED_WITHIN, due_at__lt=case.now)
    late = own.order_by("due_at").first()
    if late is not None and late.due_at is not None:
        raise errors.TooLate(due_at=late.due_at, now=case.now)


def _is_disputed(refusal: Refusal) -> bool:
    """Tell whether Marketing contested the refusal and no referee has upheld it."""
    return refusal.contested_at is not None and refusal.ruling != Ruling.UPHELD


def _done(
    case: acting.Case,
    changes: dict[str, Any],
    event: str,
    owner: acting.Owner | None = None,
    told: Sequence[int] = (),
) -> Handoff:
    """Carry out what changes the refusal only; besides the rep the ids in `told` get the notice."""
    data = {"told": list(told)} if told else {}
    acting.carry_out(case, acting.Plan(events=(event,), owner=owner, recipient=case.handoff.rep, data=data))
    Refusal.objects.filter(handoff=case.handoff).update(**changes)
    return case.handoff


def _rule(handoff: Handoff, actor: User, ruling: Ruling, now: datetime, note: str) -> tuple[Handoff, bool]:
    case, refusal = _case("rule", handoff, actor, now)
    if refusal.contested_at is None or refusal.ruled_at is not None:
        raise errors.AlreadyDone
    if refusal.contested_by_id == actor.pk:  # nobody judges a case of their own
        raise errors.NotYours
    lead = case.handoff.lead
    back = dict(LEAD_MOVES["overturn"]).get(lead.stage)
    is_again_ready = ruling == Ruling.OVERTURNED and back is not None and not _is_with_sales(lead)
    # Contesting ended Marketing's time to act; an upheld refusal asks for it anew.
    owed = foreseeing.due_events(case.handoff.disposition) if ruling == Ruling.UPHELD else ()
    plan = acting.Plan(
        events=(Event.RULED, *owed),
        data={"ruling": ruling.value, "told": [refusal.contested_by_id] if refusal.contested_by_id else []},
        recipient=case.handoff.rep,
    )
    changes: dict[str, Any] = {"ruled_at": now, "ruled_by": actor, "ruling": ruling.value}
    if note.strip():
        changes["contest_note"] = f"{refusal.contest_note}\n{note.strip()}".strip()
    acting.carry_out(case, plan)
    if is_again_ready:
        acting.step(case.handoff.lead, str(back), case, cause="overturn")
        clocks.hear(event=Event.BECAME_READY, lead=case.handoff.lead, now=now, actor=actor)
    Refusal.objects.filter(handoff=case.handoff).update(**changes)
    return case.handoff, is_again_ready


def _is_with_sales(lead: Lead) -> bool:
    return Handoff.objects.open().filter(lead=lead).exists()
