"""Judging leads against the version in force, and keeping the result in one row per lead."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from leads import among, kept, moments, pipeline, setbased, storing
from leads.models import Lead
from sla import agreements, readiness, scoring
from sla.models import AgreementVersion, Standing
from sla.standings.dossiers import missing
from sla.standings.gathering import TOUCH_DAYS, ask_facts, facts_of, score, scored
from sla.standings.judgement import Before, Judged, Judgement, judge_one, place

#: After so many half-lives nothing is left that a score would show: a thousandth.
_HALVED_AWAY = 10


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
    """Judge leads, write their standings and return what came out, by lead.

    `since` tells from when the facts that changed are true: a lead that was not ready cannot have
    become so before. Leads that no agreement covers are left out. Constant number of queries.

    Of leads that are `renewed` no fact changed since they were judged. Where the version counts engagement as
    before it is not counted again, and their facts tell only of the touches that criteria look at.
    """
    ids, since = list(lead_ids), since or {}
    again = [pk for pk in ids if pk in renewed]
    with pipeline.together():
        ruling, said = agreements.ask_in_force(), _standing_rows.ahead(leads=ids)
        told = ask_facts([pk for pk in ids if pk not in renewed], now)
    versions, before = ruling(), {lead_id: Before(*row) for lead_id, *row in said()}
    if not versions:
        return {}
    judged = _renewed([pk for pk in again if pk in before], before, versions, now)
    confirmed = {pk for pk, one in judged.items() if before[pk].says(one.standing)}
    facts = told() | facts_of([pk for pk in again if pk not in judged], now)
    for lead_id, version in _covered(facts, versions, now):
        known = facts[lead_id]
        fit, _engagement = score(known, agreements.terms(version), now)
        judged[lead_id] = judge_one(
            lead_id, known, fit, version, before.get(lead_id), since.get(lead_id), now
        )
    _write([judged[lead_id].standing for lead_id in sorted(judged)], confirmed, now)
    return judged


def _write(standings: Iterable[Judgement], confirmed: Container[int], now: datetime) -> None:
    """Write standings, which ascend by lead; of those confirmed nothing but the version and the moment.

    All in the order of their leads, so that two who judge the same never wait for each other crosswise.
    """
    whole: list[Judgement] = []
    by_version: defaultdict[int, list[int]] = defaultdict(list)
    for one in standings:
        if one.lead_id in confirmed:
            by_version[one.version_id].append(one.lead_id)
        else:
            whole.append(one)
    for version_id, lead_ids in by_version.items():
        storing.set_alike(Standing, lead_ids, version_id=version_id, judged_at=now)
    setbased.upsert_copied(Standing, Judgement._fields, whole, key="lead_id")


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
        one = judge_one(lead_id, known, fit, version, said, None, now)
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


@kept.question
def _standing_rows() -> QuerySet[Any, Any]:
    texts = {"ready_since", "judged_at", "recheck_at"}
    columns = (moments.written(name) if name in texts else name for name in Before._fields)
    return Standing.objects.filter(pk__among=kept.ids("leads")).values_list("pk", *columns)


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
