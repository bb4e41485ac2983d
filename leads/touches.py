"""Writing interactions with a lead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from leads import marks, setbased
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


@dataclass(frozen=True, slots=True)
class NewTouch:
    """One touch of a batch, not yet written."""

    lead_id: int
    side: str
    kind: str
    happened_at: datetime
    evidence: int = Evidence.LOGGED
    reached: bool | None = None
    is_automatic: bool = False
    summary: str = ""
    campaign: str = ""
    source: str = ""
    external_id: str = ""


@transaction.atomic
def add_many(
    *, touches: Sequence[NewTouch], now: datetime, actor: User | None = None
) -> list[tuple[Touch, bool]]:
    """Write down many touches as `add` does each, in a few statements; return each with whether it is new.

    A touch whose external id belongs to another lead comes back as that lead's, unchanged.
    Raises InvalidTouch before anything is written.
    """
    for one in touches:
        _check(one.side, one.kind, one.happened_at, now)
    known = _known(touches)
    fresh: list[Touch] = []
    rows: list[tuple[Touch, bool]] = []
    for one in touches:
        name = (one.source, one.external_id)
        touch = known.get(name) if one.external_id else None
        rows.append((touch or _row(one, now, actor), touch is None))
        if touch is None:
            fresh.append(rows[-1][0])
            known[name] = rows[-1][0]
    raised = [
        touch for one, (touch, is_new) in zip(touches, rows, strict=True) if not is_new and _raise(touch, one)
    ]
    Touch.objects.bulk_create(fresh)
    proved = [{"id": one.pk, "evidence": one.evidence, "reached": one.reached} for one in raised if one.pk]
    setbased.update_rows(Touch, proved)
    marks.mark_each(since=_earliest([*fresh, *raised]), now=now)
    return rows


def _known(touches: Sequence[NewTouch]) -> dict[tuple[str, str], Touch]:
    """Return by source and external id the touches of a batch that are there already."""
    ids = {one.external_id for one in touches if one.external_id}
    sources = {one.source for one in touches if one.external_id}
    found = Touch.objects.filter(source__in=sources, external_id__in=ids) if ids else ()
    return {(touch.source, touch.external_id): touch for touch in found}


def _row(one: NewTouch, now: datetime, actor: User | None) -> Touch:
    return Touch(
        lead_id=one.lead_id,
        side=one.side,
        kind=one.kind,
        happened_at=one.happened_at,
        recorded_at=now,
        evidence=one.evidence,
        reached=one.reached,
        is_automatic=one.is_automatic,
        summary=one.summary,
        campaign=one.campaign,
        actor=actor,
        source=one.source,
        external_id=one.external_id,
    )


def _raise(touch: Touch, one: NewTouch) -> bool:
    """Prove a touch of the same lead better, in memory; return whether that changed it."""
    if touch.lead_id != one.lead_id:
        return False
    before = (touch.evidence, touch.reached)
    touch.evidence = max(touch.evidence, one.evidence)
    touch.reached = touch.reached if touch.reached is not None else one.reached
    return (touch.evidence, touch.reached) != before


def _earliest(changed: Iterable[Touch]) -> dict[int, datetime]:
    """Return by lead the moment of its first touch among these."""
    since: dict[int, datetime] = {}
    for touch in changed:
        at = since.setdefault(touch.lead_id, touch.happened_at)
        since[touch.lead_id] = min(at, touch.happened_at)
    return since


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
