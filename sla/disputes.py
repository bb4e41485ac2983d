"""Disputes: the blamed side says that a breach was not its own, the other side grants or refuses.

A granted breach stays in the log and in the raw figures; compliance after exceptions leaves it out.
"""

from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads import audit, outbox
from leads.choices import Role, Side
from leads.models import User
from sla import clocks, permissions
from sla.choices import Cause
from sla.models import Clock, Dispute

_ANSWERS: dict[str, str] = {
    Side.SALES: Role.MARKETING_MANAGER,
    Side.MARKETING: Role.SALES_MANAGER,
    "referee": Role.LEADER,
}


class DisputeRefused(Exception):
    """Why a breach cannot be disputed, or a dispute not be answered; says so in a sentence."""

    words: str | Promise = _("This breach cannot be disputed.")

    def __str__(self) -> str:
        return str(self.words)


class NotYours(DisputeRefused):
    words = _("This is not yours to do.")


class AlreadyDisputed(DisputeRefused):
    words = _("This breach was disputed before. A breach is disputed once.")


class AlreadyAnswered(DisputeRefused):
    words = _("Somebody answered this dispute already.")


class NothingToDispute(DisputeRefused):
    words = _("This clock is not late, or its breach is charged to nobody.")


class WordsNeeded(DisputeRefused):
    words = _("Say why in a few words.")


def is_possible(clock: Clock) -> bool:
    """Tell whether the breach of a clock can still be disputed by somebody."""
    is_charged = clock.breached_at is not None and clock.cause != Cause.SYSTEM and not clock.is_excused
    return is_charged and not clock.is_history and not Dispute.objects.filter(clock_id=clock.pk).exists()


@transaction.atomic
def dispute(*, clock: Clock, actor: User, reason: str, now: datetime) -> Dispute:
    """Say that a breach was not the blamed side's own, and ask the other side.

    Raises NotYours, NothingToDispute, AlreadyDisputed, WordsNeeded.
    """
    fresh = _locked(clock.pk)
    if not permissions.can_dispute(actor, fresh):
        raise NotYours
    if Dispute.objects.filter(pk=fresh.pk).exists():
        raise AlreadyDisputed
    if not is_possible(fresh):
        raise NothingToDispute
    if not reason.strip():
        raise WordsNeeded
    made = Dispute.objects.create(clock=fresh, reason=reason.strip(), asked_at=now, asked_by=actor)
    _leave(made, "disputed", actor, now, told=_who_answers(made))
    return made


@transaction.atomic
def answer(*, dispute: Dispute, actor: User, is_granted: bool, note: str, now: datetime) -> Dispute:
    """Grant a dispute, so that the breach is excused, or refuse it with a note; one answer is final.

    Raises NotYours, AlreadyAnswered, WordsNeeded.
    """
    if not permissions.can_answer_dispute(actor, dispute):
        raise NotYours
    if not is_granted and not note.strip():
        raise WordsNeeded
    values = {"answered_at": now, "answered_by": actor, "is_granted": is_granted, "note": note.strip()}
    if not Dispute.objects.waiting().filter(pk=dispute.pk).update(**values):
        raise AlreadyAnswered
    if is_granted:
        clocks.excuse(clock=Clock.objects.select_related("lead").get(pk=dispute.pk), now=now, actor=actor)
    answered = Dispute.objects.select_related("clock").get(pk=dispute.pk)
    _leave(
        answered, "dispute_granted" if is_granted else "dispute_refused", actor, now, [dispute.asked_by_id]
    )
    return answered


def _locked(pk: int) -> Clock:
    rows = Clock.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("lead", "handoff__version", "commitment", "version").get(pk=pk)


def _who_answers(made: Dispute) -> list[int]:
    role = _ANSWERS[made.clock.side]
    people = User.objects.filter(role=role, is_active=True).exclude(pk=made.asked_by_id)
    return [one.pk for one in people if Dispute.objects.for_answer_by(one).filter(pk=made.pk).exists()]


def _leave(made: Dispute, what: str, actor: User, now: datetime, told: list[int]) -> None:
    """Write the log and the notice of one step."""
    clock = made.clock
    audit.record(
        stream=f"lead:{clock.lead_id}",
        verb=what,
        subject_type="clock",
        subject_id=clock.pk,
        actor=actor,
        at=now,
        data={"kind": clock.kind, "side": clock.side},
    )
    outbox.put(
        key=f"clock:{clock.pk}:{what}",
        kind=f"clock.{what}",
        subject_type="clock",
        subject_id=clock.pk,
        not_before=now,
        now=now,
        lead_id=clock.lead_id,
        data={
            "kind": clock.kind,
            "handoff": clock.handoff_id,
            "actor": actor.pk,
            "told": told,
        },
    )
