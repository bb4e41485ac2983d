"""Writing interactions with a lead."""

from datetime import datetime
from typing import Any

from django.db import transaction

from leads import marks
from leads.choices import KINDS_OF_SIDE, Evidence
from leads.models import ImportRun, Lead, Touch, User


class InvalidTouch(ValueError):
    """A touch of a kind that its side does not know, or of a time still to come."""


@transaction.atomic
def add(
    *,
    lead: Lead,
    side: str,
    kind: str,
    happened_at: datetime,
    now: datetime,
    actor: User | None = None,
    evidence: int = Evidence.LOGGED,
    reached: bool | None = None,
    summary: str = "",
    is_automatic: bool = False,
    source: str = "",
    external_id: str = "",
    campaign: str = "",
    import_run: ImportRun | None = None,
    is_history: bool = False,
) -> Touch:
    """Write down a touch once; the same source and external id return the one that is there.

    Of a touch that is there, only the evidence may rise and `reached` become known; what else
    was wrong is corrected by a further touch. Raises InvalidTouch.
    """
    _check(side, kind, happened_at, now)
    facts = {"lead": lead, "side": side, "kind": kind, "happened_at": happened_at, "recorded_at": now}
    facts |= {"actor": actor, "evidence": evidence, "reached": reached, "is_automatic": is_automatic}
    facts |= {"summary": summary, "campaign": campaign, "import_run": import_run}
    touch, is_new = _store(source, external_id, facts)
    if is_new or raise_evidence(touch=touch, evidence=evidence, reached=reached):
        marks.mark(lead_ids=[touch.lead_id], since=touch.happened_at, now=now, is_history=is_history)
    return touch


def raise_evidence(*, touch: Touch, evidence: int, reached: bool | None = None) -> bool:
    """Prove a touch better than before and return whether that changed it; evidence never falls."""
    best = max(touch.evidence, evidence)
    known = touch.reached if touch.reached is not None else reached
    if (best, known) == (touch.evidence, touch.reached):
        return False
    touch.evidence, touch.reached = best, known
    touch.save(update_fields=["evidence", "reached"])
    return True


def _check(side: str, kind: str, happened_at: datetime, now: datetime) -> None:
    if kind not in KINDS_OF_SIDE.get(side, ()):
        raise InvalidTouch(f"{side} knows no touch {kind}.")
    if happened_at > now:
        raise InvalidTouch("A touch cannot lie in the future.")


def _store(source: str, external_id: str, facts: dict[str, Any]) -> tuple[Touch, bool]:
    """Return the touch and whether it is new; without an external id each is."""
    if not external_id:
        return Touch.objects.create(source=source, **facts), True
    return Touch.objects.get_or_create(source=source, external_id=external_id, defaults=facts)
