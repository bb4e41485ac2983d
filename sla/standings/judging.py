"""Judging leads against the version in force, and keeping the result in one row per lead."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from leads import among, kept, moments, setbased
from leads.models import Lead
from sla import agreements, readiness, scoring
from sla.models import AgreementVersion, Standing
from sla.standings.dossiers import missing
from sla.standings.gathering import TOUCH_DAYS, facts_of, score, scored

#: After so many half-lives nothing is left that a score would show: a thousandth.
_HALVED_AWAY = 10


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


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything a page says about why a lead is, or is not, sales-ready."""

    version: AgreementVersion
    facts: readiness.Facts
    verdict: readiness.Verdict
    fit: scoring.Fit
    engagement: scoring.Engagement
    grid: str
    tier: str
    missing: list[str]


def judge(
    *,
    lead_ids: Iterable[int],
    now: datetime,
    since: Mapping[int, datetime] | None = None,
    renewed: Container[int] = (),
) -> dict[int, Judged]:
    """Judge leads, write their standings in one statement and return what came out, by lead.

    `since` tells from when the facts that changed are true: a lead that was not ready cannot have
    become so before. Leads that no agreement covers are left out. Constant number of queries.

    Of leads that are `renewed` no fact changed since they were judged. Where the version counts engagement as
    before it is not counted again, and their facts tell only of the touches that criteria look at.
    """
    versions, ids, since = agreements.in_force(), list(lead_ids), since or {}
    if not versions:
        return {}
    before = _before(ids)
    judged = _renewed([pk for pk in ids if pk in renewed and pk in before], before, versions, now)
    facts = facts_of([pk for pk in ids if pk not in judged], now)
    for lead_id, version in _covered(facts, versions, now):
        known = facts[lead_id]
        fit, _engagement = score(known, agreements.terms(version), now)
        judged[lead_id] = _judge_one(
            lead_id, known, fit, version, before.get(lead_id), since.get(lead_id), now
        )
    # In order of their ids, so that two who judge the same leads never wait for each other crosswise.
    rows = [judged[lead_id].standing for lead_id in sorted(judged)]
    setbased.upsert_copied(Standing, Judgement._fields, rows, key="lead_id")
    return judged


def _renewed(
    lead_ids: Collection[int],
    before: Mapping[int, "Before"],
    versions: Sequence[AgreementVersion],
    now: datetime,
) -> dict[int, Judged]:
    """Judge leads by the engagement that was counted for them before, as far as that holds.

    Whoever becomes ready is left out: since when is asked of all their touches.
    """
    alike = _counting_alike({before[pk].version_id for pk in lead_ids}, versions)
    judged: dict[int, Judged] = {}
    if not alike:
        return judged
    facts = facts_of(lead_ids, now, max(agreements.terms(one).looks_back for one in versions))
    for lead_id, version in _covered(facts, versions, now):
        said, known, terms = before[lead_id], facts[lead_id], agreements.terms(version)
        if (said.version_id, version.id) not in alike:
            continue
        level = scoring.ZERO if said.level is None else said.level
        known.engagement = scoring.Level(level, terms.document.engagement.half_life_days)
        fit = terms.fit(known, now)
        known.fit = fit.value
        one = _judge_one(lead_id, known, fit, version, said, None, now)
        if not one.became_ready_at:
            judged[lead_id] = one
    return judged


def _counting_alike(old: Collection[int], new: Sequence[AgreementVersion]) -> set[tuple[int, int]]:
    """Return the pairs of an old version and a new one that count engagement by the same terms.

    A level that is kept holds touches longer than a year: only where by then nothing is left of their points.
    """
    terms_of = ((one, agreements.document(one).engagement) for one in new)
    counted = [pair for pair in terms_of if pair[1].half_life_days * _HALVED_AWAY <= TOUCH_DAYS.days]
    return {
        (pk, version.id)
        for pk, before in AgreementVersion.objects.in_bulk(old).items()
        for version, terms in counted
        if terms == agreements.document(before).engagement
    }


def _covered(
    facts: Mapping[int, readiness.Facts], versions: Sequence[AgreementVersion], now: datetime
) -> Iterator[tuple[int, AgreementVersion]]:
    """Yield the leads that an agreement covers, each with its version."""
    for lead_id, known in facts.items():
        try:
            version = agreements.for_facts(known, now, versions)
        except agreements.NoAgreement:
            continue
        yield lead_id, version


class Before(NamedTuple):
    """What the standing said until now; moments as texts."""

    is_ready: bool
    version_id: int
    level: float | None
    ready_since: str | None
    judged_at: str


def _before(lead_ids: Collection[int]) -> dict[int, Before]:
    return {lead_id: Before(*said) for lead_id, *said in _standing_rows(leads=lead_ids)}


@kept.question
def _standing_rows() -> QuerySet[Any, Any]:
    texts = (moments.written(name) for name in ("ready_since", "judged_at"))
    return Standing.objects.filter(pk__among=kept.ids("leads")).values_list(
        "pk", "is_ready", "version_id", "level", *texts
    )


def judged_at(lead_ids: Collection[int]) -> dict[int, datetime]:
    """Return when leads were judged last, as far as they were."""
    return dict(Standing.objects.filter(pk__in=among.ids(lead_ids)).values_list("pk", "judged_at"))


def due_rechecks(now: datetime, limit: int = 1000) -> list[int]:
    """Return leads whose standing time alone has changed, the longest waiting first."""
    found = to_recheck(now).order_by("recheck_at", "pk")
    return list(found.values_list("pk", flat=True)[:limit])


def to_recheck(now: kept.Moment) -> QuerySet[Standing]:
    """Return the standings that time alone has changed."""
    return Standing.objects.filter(recheck_at__lte=now)


def hold(*, lead_ids: Collection[int], because: str) -> None:
    """Note in a code why ready leads are not offered yet; blank when nothing holds them."""
    if lead_ids:
        held = Standing.objects.filter(pk__in=lead_ids).exclude(held_because=because)
        held.update(held_because=because)


def explain(*, lead: Lead, now: datetime, version: AgreementVersion | None = None) -> Explanation:
    """Judge one lead at a moment with every leaf explained, without writing anything.

    Raises `agreements.NoAgreement` when no version is given and none covers the lead.
    """
    bare = facts_of([lead.pk], now)[lead.pk]
    version = version or agreements.for_facts(bare, now)
    terms = agreements.terms(version)
    facts, fit, engagement = scored(bare, terms, now)
    grid, tier = place(facts, terms, now)
    verdict = readiness.judge(terms.gates["readiness"], facts, now)
    return Explanation(
        version, facts, verdict, fit, engagement, grid, tier, missing(lead, facts, terms.document)
    )


def place(facts: readiness.Facts, terms: agreements.Terms, at: datetime) -> tuple[str, str]:
    """Return the cell of the grid and the priority tier of scored facts."""
    score = scoring.score_at(facts.engagement, at) if facts.engagement else 0.0
    cell = scoring.grid(facts.fit, score, terms.document.grid)
    return cell, terms.tiers[cell]


def _judge_one(
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
