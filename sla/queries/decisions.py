"""What waits for a decision of the people who answer for both sides."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from leads.choices import Side
from sla import agreements
from sla.choices import CONTESTED_WITHIN, VersionState
from sla.models import AgreementVersion, Clock, Dispute, Refusal


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
    contested = list(
        Refusal.objects.filter(contested_at__isnull=False, ruled_at__isnull=True)
        .order_by("contested_at")
        .values_list("contested_at", flat=True)
    )
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


def late_to_contest() -> Exists:
    """Tell of a handoff whether Marketing's clock to contest its refusal is marked as late."""
    return Exists(Clock.objects.late().filter(handoff=OuterRef("pk"), kind__in=CONTESTED_WITHIN))


def _lacking(version: AgreementVersion) -> tuple[str, ...]:
    signed = agreements.signed_sides(version)
    return tuple(side for side in (Side.MARKETING, Side.SALES) if side not in signed)
