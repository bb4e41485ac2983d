"""What waits for a decision of the people who answer for both sides."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from leads import kept
from leads.choices import Side
from leads.models import User
from sla import agreements
from sla.choices import CONTESTED_WITHIN, VersionState
from sla.models import AgreementVersion, Clock, Dispute, Handoff, Refusal

#: Heavy columns of a handoff that no list shows; a version's text is kept in memory by its hash.
UNSEEN = ("trace", "undo_seqs", "version__document", "version__canonical_text")


@dataclass(frozen=True, slots=True)
class Decisions:
    """Proposed versions with the sides that still have to sign, and what waits for an answer."""

    unsigned: tuple[tuple[AgreementVersion, tuple[str, ...]], ...]
    contested: int
    contested_since: datetime | None
    disputed: int
    disputed_since: datetime | None


def waiting() -> Decisions:
    """Return what waits, in a constant number of queries per proposed version."""
    proposed = AgreementVersion.objects.filter(state=VersionState.PROPOSED).select_related("agreement")
    contested = [at for _pk, at in _contested()]
    disputed = list(
        Dispute.objects.filter(answered_at__isnull=True)
        .order_by("asked_at")
        .values_list("asked_at", flat=True)
    )
    return Decisions(
        unsigned=tuple((version, _lacking(version)) for version in proposed.order_by("pk")),
        contested=len(contested),
        contested_since=next(iter(contested), None),
        disputed=len(disputed),
        disputed_since=next(iter(disputed), None),
    )


def contested(user: User, limit: int = 50) -> list[tuple[Handoff, Clock | None]]:
    """Return the contested declines in sight that nobody ruled on yet, with their clocks; oldest first.

    On most days none waits, which is asked first: to plan what is shown of them takes longer than all else.
    """
    waiting_ones = [pk for pk, _at in _contested()]
    if not waiting_ones:
        return []
    found = Handoff.objects.visible_to(user).filter(pk__in=waiting_ones)
    related = found.select_related("refusal", "lead__account", "decided_by", "rep", "version__agreement")
    handoffs = list(related.defer(*UNSEEN).order_by("refusal__contested_at", "pk")[:limit])
    running = Clock.objects.open().filter(kind="rule", handoff__in=handoffs).select_related("commitment")
    clocks = {clock.handoff_id: clock for clock in running}
    return [(handoff, clocks.get(handoff.pk)) for handoff in handoffs]


@kept.question
def _contested() -> QuerySet[Refusal, tuple[int, datetime | None]]:
    found = Refusal.objects.filter(contested_at__isnull=False, ruled_at__isnull=True)
    return found.order_by("contested_at").values_list("pk", "contested_at")


def late_to_contest() -> Exists:
    """Tell of a handoff whether Marketing's clock to contest its refusal is marked as late."""
    return Exists(Clock.objects.late().filter(handoff=OuterRef("pk"), kind__in=CONTESTED_WITHIN))


def _lacking(version: AgreementVersion) -> tuple[str, ...]:
    signed = agreements.signed_sides(version)
    return tuple(side for side in (Side.MARKETING, Side.SALES) if side not in signed)
