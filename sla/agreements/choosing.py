"""Which version judges a lead, and its text as objects, read once per process."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db.models import QuerySet, Subquery

from leads import among, kept
from sla import calendars, readiness, scoring
from sla import document as documents
from sla.choices import VersionState
from sla.choices.moves import BY_SIGNIFIER
from sla.models import Agreement, AgreementVersion, Commitment


class NoAgreement(LookupError):
    """No version in force covers the lead."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What judging needs of a version, compiled for many leads."""

    document: documents.Document
    segment: readiness.Compiled | None
    gates: dict[str, readiness.Compiled]
    fit: Callable[[readiness.Facts, datetime], scoring.Fit]
    #: By cell of the grid the priority tier.
    tiers: dict[str, str]
    #: By stage the key signifier that moves a lead into it by itself, where it has one.
    signifiers: dict[str, readiness.Compiled]
    #: Those of them that a lead may come to show by waiting alone: touches never come by that.
    awaited: tuple[readiness.Compiled, ...]
    #: How far back any criterion looks at touches; the engagement counts those of a year.
    looks_back: timedelta
    #: Side and kind of the touches that a criterion looks at or that earn points.
    heeded: frozenset[tuple[str, str]]


def document(version: AgreementVersion) -> documents.Document:
    """Return the text of a version as objects."""
    return terms(version).document


def terms(version: AgreementVersion) -> Terms:
    """Return the text of a version and its compiled criteria; kept by hash, so a new text is read anew."""
    found = _terms.get(version.sha256)
    if found is None:
        found = _compile(documents.parse(version.document))
        if len(_terms) >= _MOST_KEPT:
            _terms.pop(next(iter(_terms)))
        _terms[version.sha256] = found
    return found


_MOST_KEPT = 64
_signed: dict[int, Commitment] = {}
_terms: dict[str, Terms] = {}
#: Side and kind of the touches that signed versions look at, by their ids.
_heeded: dict[int, frozenset[tuple[str, str]]] = {}


def _compile(text: documents.Document) -> Terms:
    rule = text.segment.rule
    signifiers = {
        stage.code: readiness.compile(stage.signifier.when)
        for stage in text.stages
        if stage.signifier.when and stage.code in BY_SIGNIFIER.values()
    }
    criteria = [
        *(one for one in (rule, *text.gates.values(), *(part.when for part in text.fit)) if one),
        *(one.criterion for one in signifiers.values()),
    ]
    looked_at = [
        leaf for one in criteria for _, leaf in readiness.leaves(one) if isinstance(leaf, readiness.TouchLeaf)
    ]
    return Terms(
        document=text,
        segment=readiness.compile(rule) if rule else None,
        gates={code: readiness.compile(gate) for code, gate in text.gates.items()},
        fit=readiness.compile_fit(text.fit),
        tiers={cell: scoring.tier(cell, text.tiers) for cell in scoring.CELLS},
        signifiers=signifiers,
        awaited=tuple(each for each in signifiers.values() if _may_be_awaited(each)),
        looks_back=timedelta(days=max((leaf.within_days for leaf in looked_at), default=0)),
        heeded=frozenset([*text.engagement.by_kind, *_touches_of(looked_at)]),
    )


def _touches_of(leaves: Iterable[readiness.TouchLeaf]) -> Iterator[tuple[str, str]]:
    """Yield side and kind of the touches that criteria look at."""
    for leaf in leaves:
        for side in leaf.sides or readiness.TOUCH_KINDS:
            yield from ((side, kind) for kind in leaf.kinds or readiness.TOUCH_KINDS[side])


def _may_be_awaited(signifier: readiness.Compiled) -> bool:
    return not all(isinstance(leaf, readiness.TouchLeaf | readiness.FactLeaf) for _, leaf in signifier.leaves)


def in_force() -> list[AgreementVersion]:
    """Return the active versions in the order in which their segments are asked; no baselines.

    Their long texts are left in the database until somebody needs them.
    """
    return _active()


def ask_in_force() -> Callable[[], list[AgreementVersion]]:
    """Ask for what `in_force` returns, and return what gives it; see `pipeline.together`."""
    return _active.ahead()


@kept.question
def _active() -> QuerySet[AgreementVersion]:
    whole = _ruling().select_related("agreement").defer("document", "canonical_text")
    return whole.order_by("agreement__segment_rank")


def _ruling() -> QuerySet[AgreementVersion]:
    return AgreementVersion.objects.filter(state=VersionState.ACTIVE, is_baseline=False)


def ids_in_force() -> Subquery:
    """Return the ids of the versions in force as one column of whatever else is asked, for `heed`."""
    return Subquery(_ruling().values("state").annotate(ids=among.AsText("pk")).values("ids"))


def heed(ids_in_force: str | None, side: str, kind: str) -> bool:
    """Tell whether an agreement in force looks at touches of a side and kind."""
    ids = among.read(ids_in_force)
    if missing := [pk for pk in ids if pk not in _heeded]:
        found = AgreementVersion.objects.filter(pk__in=missing)
        _heeded.update({version.pk: terms(version).heeded for version in found})
    return any((side, kind) in _heeded[pk] for pk in ids)


def for_facts(
    facts: readiness.Facts, at: datetime, versions: Sequence[AgreementVersion] | None = None
) -> AgreementVersion:
    """Return the version whose segment covers the lead, the first by rank; raises NoAgreement.

    With `versions` (from `in_force`) nothing is asked of the database.
    """
    for version in in_force() if versions is None else versions:
        segment = terms(version).segment
        if segment is None or segment.value(facts, at) is True:
            return version
    raise NoAgreement("No agreement in force covers this lead.")


def current() -> AgreementVersion | None:
    """Return the version in force for everybody without a segment of their own, None before the first."""
    return next(reversed(in_force()), None)


def ever_in_force() -> list[Agreement]:
    """Return the agreements that judge leads or once did, history too, in the order of their segments."""
    found = Agreement.objects.filter(versions__activated_at__isnull=False)
    return list(found.distinct().order_by("segment_rank"))


def tiers() -> dict[str, str]:
    """Return what the agreements in force call their tiers, by code, the best first."""
    found: dict[str, str] = {}
    for version in in_force():
        for tier in document(version).tiers:
            found.setdefault(tier.code, tier.label)
    return found


def zone(key: str | None = None) -> str:
    """Return the zone in which the agreement's days begin: that of Sales' calendar, UTC without one.

    Without a key, that of the agreement for everybody else.
    """
    found = [version for version in in_force() if key in (None, version.agreement.key)]
    return zone_of(found[-1]) if found else "UTC"


def zone_of(version: AgreementVersion) -> str:
    """Return the zone in which the days of a version begin."""
    return calendars.schedule(document(version).calendars["sales"]).timezone


def today(version: AgreementVersion, now: datetime) -> date:
    """Return which day it is where the days of a version begin."""
    return calendars.schedule(document(version).calendars["sales"]).local_date(now)


def commitments_on(version: AgreementVersion, tier: str) -> tuple[Commitment, ...]:
    """Return the timed commitments of a version that are on, each with the tier's own time if it has one."""
    return _commitments_on(version.pk, version.sha256, tier)


def commitments_of(ids: Iterable[int]) -> dict[int, Commitment]:
    """Return signed commitments by id, each with its version without its long texts.

    They never change, so each is read once per process.
    """
    wanted = set(ids)
    if missing := wanted - _signed.keys():
        rows = Commitment.objects.filter(pk__in=missing).select_related("version__agreement")
        found = rows.defer("version__document", "version__canonical_text")
        _signed.update({row.pk: row for row in found})
    return {pk: _signed[pk] for pk in wanted}


def forget() -> None:
    """Drop what is kept in memory: for tests, where the same id means another row each time."""
    _terms.clear()
    _signed.clear()
    _heeded.clear()
    _commitments.cache_clear()
    _commitments_on.cache_clear()


@lru_cache(maxsize=256)
def _commitments(version_id: int, sha256: str) -> dict[tuple[str, str], Commitment]:
    rows = Commitment.objects.filter(version_id=version_id)
    return {(row.code, row.tier): row for row in rows}


@lru_cache(maxsize=1024)
def _commitments_on(version_id: int, sha256: str, tier: str) -> tuple[Commitment, ...]:
    rows = _commitments(version_id, sha256)
    codes = {code for code, _tier in rows}
    chosen = (rows.get((code, tier)) or rows.get((code, "")) for code in sorted(codes))
    return tuple(row for row in chosen if row and row.is_on and row.is_timed)
