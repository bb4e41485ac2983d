"""Writing interactions with a lead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from leads import marks, setbased, storing
from leads.choices import KINDS_OF_SIDE, Evidence
from leads.models import ImportRun, Lead, Touch, User


class InvalidTouch(ValueError):
    """A touch of a kind that its side does not know, or of a time still to come."""


class Added(NamedTuple):
    """A touch as its row is now, and the mark that it left; none where it says nothing new."""

    touch: Touch
    mark: marks.Mark | None


@transaction.atomic
def add(*, lead: Lead, now: datetime, is_history: bool = False, **said: Any) -> Added:
    """Write down a touch as `write` does, and leave a mark."""
    touch, is_news = write(lead=lead, now=now, **said)
    if not is_news:
        return Added(touch, None)
    since = touch.happened_at
    return Added(touch, marks.mark_one(lead_id=touch.lead_id, since=since, now=now, is_history=is_history))


def write(
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
    touch_id: int | None = None,
) -> tuple[Touch, bool]:
    """Write down a touch once, and tell whether it says anything new; call it in a transaction.

    The same source and external id return the touch that is there. Of that only the evidence may rise and
    `reached` become known; what else was wrong is corrected by a further touch. Raises InvalidTouch.

    It leaves no mark: only for touches by which nobody is judged. A new one gets `touch_id`, where that was
    reserved for it.
    """
    _check(side, kind, happened_at, now)
    facts = {"lead": lead, "side": side, "kind": kind, "happened_at": happened_at, "recorded_at": now}
    facts |= {"actor": actor, "evidence": evidence, "reached": reached, "is_automatic": is_automatic}
    facts |= {"summary": summary, "campaign": campaign, "import_run": import_run}
    touch, is_new = _store(source, external_id, facts | {"pk": touch_id})
    return touch, is_new or raise_evidence(touch=touch, evidence=evidence, reached=reached)


class NewTouch(NamedTuple):
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


@dataclass(slots=True)
class Written:
    """A touch of a batch as its row is now; `id` is 0 until it has one."""

    id: int
    lead_id: int
    happened_at: datetime
    evidence: int
    reached: bool | None

    def prove(self, one: NewTouch) -> bool:
        """Prove a touch of the same lead better; return whether that changed it, evidence never falls."""
        if self.lead_id != one.lead_id:
            return False
        before = (self.evidence, self.reached)
        self.evidence = max(self.evidence, one.evidence)
        self.reached = self.reached if self.reached is not None else one.reached
        return (self.evidence, self.reached) != before


@transaction.atomic
def add_many(
    *, touches: Sequence[NewTouch], now: datetime, actor: User | None = None
) -> list[tuple[Written, bool]]:
    """Write down many touches as `add` does each, in a few statements; return each with whether it is new.

    A touch whose external id belongs to another lead comes back as that lead's, unchanged.
    Raises InvalidTouch before anything is written.
    """
    for one in touches:
        _check(one.side, one.kind, one.happened_at, now)
    known = _known(touches)
    fresh: list[tuple[NewTouch, Written]] = []
    proved: dict[int, Written] = {}
    rows: list[tuple[Written, bool]] = []
    for one in touches:
        row = known.get((one.source, one.external_id)) if one.external_id else None
        rows.append((row or Written(0, one.lead_id, one.happened_at, one.evidence, one.reached), row is None))
        if row is None:
            row = known[one.source, one.external_id] = rows[-1][0]
            fresh.append((one, row))
        elif row.prove(one) and row.id:
            proved[row.id] = row
    _insert(fresh, now, actor)
    told = ({"id": pk, "evidence": row.evidence, "reached": row.reached} for pk, row in proved.items())
    setbased.update_rows(Touch, list(told))
    marks.mark_each(since=_earliest([*(row for _one, row in fresh), *proved.values()]), now=now)
    return rows


def _known(touches: Sequence[NewTouch]) -> dict[tuple[str, str], Written]:
    """Return by source and external id the touches of a batch that are there already."""
    ids = {one.external_id for one in touches if one.external_id}
    if not ids:
        return {}
    sources = {one.source for one in touches if one.external_id}
    found = Touch.objects.filter(source__in=sources, external_id__in=ids)
    columns = ("id", "lead_id", "happened_at", "evidence", "reached")
    return {
        (source, external_id): Written(*row)
        for source, external_id, *row in found.values_list("source", "external_id", *columns)
    }


_COLUMNS = (
    *("id", "lead_id", "side", "kind", "happened_at", "recorded_at", "evidence", "reached"),
    *("is_automatic", "summary", "campaign", "actor_id", "source", "external_id"),
)


def _insert(fresh: Sequence[tuple[NewTouch, Written]], now: datetime, actor: User | None) -> None:
    """Write the new rows and give them their ids."""
    if not fresh:
        return
    for (_one, row), pk in zip(fresh, setbased.take_ids(Touch, len(fresh)), strict=True):
        row.id = pk
    actor_id = actor.pk if actor else None
    cells = (
        (
            row.id, one.lead_id, one.side, one.kind, one.happened_at, now, row.evidence, row.reached,
            one.is_automatic, one.summary, one.campaign, actor_id, one.source, one.external_id,
        )
        for one, row in fresh
    )  # fmt: skip
    setbased.copy_rows(Touch, _COLUMNS, cells)


def _earliest(changed: Iterable[Written]) -> dict[int, datetime]:
    """Return by lead the moment of its first touch among these."""
    since: dict[int, datetime] = {}
    for row in changed:
        at = since.setdefault(row.lead_id, row.happened_at)
        since[row.lead_id] = min(at, row.happened_at)
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
        touch = Touch(source=source, **facts)
        storing.store([touch])
        return touch, True
    return Touch.objects.get_or_create(source=source, external_id=external_id, defaults=facts)
