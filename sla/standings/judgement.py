"""One lead judged: the row that its standing becomes."""

from datetime import datetime
from typing import NamedTuple

from leads import moments
from sla import agreements, readiness, scoring
from sla.models import AgreementVersion


class Judgement(NamedTuple):
    """The row of `Standing` that a judgement writes, by the names of its columns."""

    lead_id: int
    version_id: int
    judged_at: datetime
    is_ready: bool
    ready_since: datetime | None
    fit: float
    level: float | None
    grid: str
    tier: str
    recheck_at: datetime | None


class Judged(NamedTuple):
    """One lead judged: its new standing, and whether that turned.

    `became_ready_at` is set when it was not ready before; `ceased` when it was and is no longer.
    """

    standing: Judgement
    version: AgreementVersion
    facts: readiness.Facts
    became_ready_at: datetime | None
    ceased: bool


class Before(NamedTuple):
    """What the standing said until now; moments as texts."""

    version_id: int
    judged_at: str
    is_ready: bool
    ready_since: str | None
    fit: float
    level: float | None
    grid: str
    tier: str
    recheck_at: str | None

    def says(self, now: Judgement) -> bool:
        """Tell whether a judgement says the same, by whatever version and whenever."""
        return (
            self.is_ready is now.is_ready
            and self.grid == now.grid
            and self.tier == now.tier
            and self.fit == now.fit
            and self.level == now.level
            and _moment(self.recheck_at) == now.recheck_at
            and _moment(self.ready_since) == now.ready_since
        )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moments.read(text)


def place(facts: readiness.Facts, terms: agreements.Terms, at: datetime) -> tuple[str, str]:
    """Return the cell of the grid and the priority tier of scored facts."""
    score = scoring.score_at(facts.engagement, at) if facts.engagement else 0.0
    cell = scoring.grid(facts.fit, score, terms.document.grid)
    return cell, terms.tiers[cell]


def judge_one(
    lead_id: int,
    facts: readiness.Facts,
    fit: scoring.Fit,
    version: AgreementVersion,
    before: Before | None,
    changed_at: datetime | None,
    now: datetime,
) -> Judged:
    terms = agreements.terms(version)
    gate = terms.gates["readiness"]
    vector = gate.vector(facts, now)
    is_ready = gate.verdict(vector) is True
    was_ready = before is not None and before.is_ready
    ready_since = became_ready_at = None
    if is_ready and not was_ready:
        ready_since = became_ready_at = _since(terms, facts, version, before, changed_at, now)
    elif is_ready and before and before.ready_since:
        ready_since = moments.read(before.ready_since)
    level = facts.engagement.value if facts.engagement else scoring.ZERO
    grid, tier = place(facts, terms, now)
    standing = Judgement(
        lead_id,
        version.id,
        now,
        is_ready,
        ready_since,
        fit.value,
        None if level == scoring.ZERO else level,
        grid,
        tier,
        _recheck_at(terms, facts, vector, fit, grid, now),
    )
    return Judged(standing, version, facts, became_ready_at, was_ready and not is_ready)


def _since(
    terms: agreements.Terms,
    facts: readiness.Facts,
    version: AgreementVersion,
    before: Before | None,
    changed_at: datetime | None,
    now: datetime,
) -> datetime:
    """Return the true moment at which the gate was met, never before what rules or changed it."""
    gate = terms.gates["readiness"]
    # Recounting the engagement of the past is dear, and moot where the gate does not ask for it.
    counted = terms.document.engagement if _asks_engagement(gate) else None
    found = readiness.ready_since(gate, facts, now, counted) or now
    earliest = [found, version.activated_at or found]
    if before:
        earliest.append(changed_at or moments.read(before.judged_at))
    return min(max(earliest), now)


def _asks_engagement(gate: readiness.Compiled) -> bool:
    return any(
        isinstance(leaf, readiness.ScoreLeaf) and leaf.score == "engagement" for _, leaf in gate.leaves
    )


def _recheck_at(
    terms: agreements.Terms,
    facts: readiness.Facts,
    vector: list[bool | None],
    fit: scoring.Fit,
    grid: str,
    now: datetime,
) -> datetime | None:
    """Return when time alone changes verdict, segment, fit, the cell of the grid or a signifier."""
    turns = [terms.gates["readiness"].valid_until(facts, now, vector), fit.valid_until]
    if terms.segment:
        turns.append(terms.segment.look(facts, now)[1])
    # One that is shown already has nothing to wait for.
    shown = (signifier.look(facts, now) for signifier in terms.awaited)
    turns += [until for value, until in shown if value is not True]
    bar = terms.document.grid.bar(grid)
    if facts.engagement and bar is not None:
        turns.append(scoring.crossing(facts.engagement, bar))
    return min([moment for moment in turns if moment and moment > now], default=None)
