"""The facts of a handoff frozen at its offer, and read back for any other gate."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from leads import storing
from sla import agreements, readiness, scoring
from sla.models import Handoff, Snapshot, Verdict
from sla.standings.dossiers import missing
from sla.standings.gathering import facts_of, scored

_SAME_NAME = (
    "industry",
    "country",
    "region",
    "city",
    "language",
    "title",
    "seniority",
    "source",
    "campaign",
    "consent",
    "budget_currency",
    "met_role",
    "need",
)
_NULLABLE = ("employees", "budget", "timing_on", "fit")


def freeze_at(moments: Sequence[tuple[Handoff, datetime]]) -> list[Snapshot]:
    """Freeze for handoffs what was known at a moment each, and how their legs' gates judged it.

    Queries depend on distinct moments only.
    """
    by_moment: dict[datetime, list[Handoff]] = {}
    for handoff, at in moments:
        by_moment.setdefault(at, []).append(handoff)
    snapshots, verdicts = [], []
    for at, handoffs in by_moment.items():
        facts = facts_of({handoff.lead_id for handoff in handoffs}, at)
        for handoff in handoffs:
            snapshot, verdict = frozen(handoff, facts[handoff.lead_id], at)
            snapshots.append(snapshot)
            verdicts.append(verdict)
    storing.store(verdicts)
    storing.store(snapshots)
    return snapshots


def facts_from_snapshot(snapshot: Snapshot, half_life_days: float | None = None) -> readiness.Facts:
    """Return the frozen facts: judging them gives what judging the living ones gave at that moment.

    The half-life is that of the handoff's version; pass it to spare the look at it.
    """
    days = half_life_days or _half_life_of(snapshot)
    known: dict[str, Any] = {name: getattr(snapshot, name) or None for name in _SAME_NAME}
    known |= {name: getattr(snapshot, name) for name in _NULLABLE}
    level = scoring.ZERO if snapshot.level is None else snapshot.level
    return readiness.Facts(
        **known,
        attributes=snapshot.attributes,
        touches=tuple(_touches(snapshot)),
        engagement=scoring.Level(level, days),
    )


def frozen(handoff: Handoff, bare: readiness.Facts, at: datetime) -> tuple[Snapshot, Verdict]:
    """Return, unsaved, what a handoff's version makes of facts as they were known at a moment."""
    terms = agreements.terms(handoff.version)
    facts, _, engagement = scored(readiness.as_known(bare, at), terms, at)
    lacks = missing(handoff.lead, facts, terms.document)
    level = engagement.level.value
    snapshot = Snapshot(
        handoff=handoff,
        taken_at=at,
        **{name: getattr(facts, name) or "" for name in _SAME_NAME},
        **{name: getattr(facts, name) for name in _NULLABLE},
        level=None if level == scoring.ZERO else level,
        touches=[
            [_age(at - touch.at), touch.side, touch.kind, touch.evidence, touch.reached, touch.id]
            for touch in facts.touches or ()
        ],
        attributes=dict(facts.attributes),
        is_complete=not lacks,
        missing=lacks,
    )
    gate = terms.document.leg(handoff.leg).gate
    verdict = readiness.judge(terms.gates[gate], facts, at)
    leaves = verdict.to_json()["leaves"]
    return snapshot, Verdict(
        handoff=handoff, version_id=handoff.version_id, value=verdict.value, leaves=leaves
    )


def _half_life_of(snapshot: Snapshot) -> float:
    return agreements.document(snapshot.handoff.version).engagement.half_life_days


def _touches(snapshot: Snapshot) -> Iterable[readiness.TouchFact]:
    for age, *rest in snapshot.touches:
        yield readiness.TouchFact(snapshot.taken_at - timedelta(seconds=age), *rest)


def _age(span: timedelta) -> float:
    """Return seconds, as a whole number where it is one: shorter in the database, exact either way."""
    seconds = span.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds
