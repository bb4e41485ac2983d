"""The compliance report: both sides' commitments over a period, as pages, CSV and commands print it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sla import agreements
from sla.choices import PERIODIC_KINDS, ClockScope
from sla.compliance import cohorts, periodic, promises, reviews, timed, truth
from sla.compliance.cohorts import Cohort, FollowUp
from sla.compliance.periodic import Units, Volume
from sla.compliance.periods import FEW, Filters, Period
from sla.compliance.promises import Promise
from sla.document import Commitment, Document, explain_clause
from sla.models import AgreementVersion, Clock
from sla.wording import Sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One commitment over the period.

    `value` is the share kept, or the number handed over for `volume`; `n` what it is counted from.
    `status`: kept, on_pace, missed, behind, too_few (judged by nobody), none (nothing fell due) or unknown.
    """

    commitment: Commitment
    terms: Sentence
    target: float | None
    value: float | None = None
    value_after_exceptions: float | None = None
    n: int = 0
    kept: int = 0
    missed: int = 0
    open: int = 0
    excused: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None
    trend: tuple[float | None, ...] = ()
    change: float | None = None
    status: str = "none"

    @property
    def code(self) -> str:
        return self.commitment.code

    @property
    def kind(self) -> str:
        return self.commitment.kind

    @property
    def side(self) -> str:
        return self.commitment.side

    @property
    def leg(self) -> int | None:
        return self.commitment.leg


@dataclass(frozen=True, slots=True)
class Report:
    """What both sides promised and kept."""

    period: Period | None
    now: datetime
    versions: tuple[AgreementVersion, ...]
    lines: tuple[Line, ...]
    legs: dict[int, Cohort]
    follow_up: FollowUp
    volume: Volume

    def of_side(self, side: str) -> list[Line]:
        return [line for line in self.lines if line.side == side]

    def line(self, code: str) -> Line | None:
        return next((line for line in self.lines if line.code == code), None)

    @property
    def judged(self) -> list[Line]:
        return [line for line in self.lines if line.status in ("kept", "on_pace", "missed", "behind")]

    @property
    def kept(self) -> int:
        return sum(line.status in ("kept", "on_pace") for line in self.lines)

    @property
    def weakest(self) -> Line | None:
        """The missed commitment furthest below its target, as a share of that target."""
        missed = [
            line for line in self.lines if line.status == "missed" and line.value is not None and line.target
        ]
        return min(missed, key=lambda line: (line.value or 0) / (line.target or 1), default=None)


def build(period: Period | None, filters: Filters, now: datetime) -> Report:
    """Build the report; the number of queries depends on the number of commitments, not on that of leads."""
    versions = _versions(period, filters, now)
    promised = promises.of_versions(versions)
    asked = _Asked(period, filters, now, versions, _volume(period, filters, now, promised))
    counts, durations = timed.count(period, filters, now), timed.durations(period, filters)
    is_several = any(len(promise.terms) > 1 for promise in promised.values())
    closed = timed.closed_by_agreement(period, filters, now) if is_several else {}
    before = timed.count(period.before, filters, now) if period else {}
    trends = timed.trends(period, filters, now) if period else {}
    lines = []
    for code, promise in promised.items():
        if promise.commitment.kind in PERIODIC_KINDS:
            line = _periodic(_blank(promise, closed.get(code, {})), promise, asked)
        else:
            line = timed_line(promise, counts.get(code), durations.get(code), closed.get(code, {}))
        lines.append(_with_change(replace(line, trend=trends.get(code, ())), before.get(code)))
    return Report(
        period=period,
        now=now,
        versions=tuple(versions),
        lines=tuple(lines),
        legs=cohorts.by_leg(period, filters),
        follow_up=cohorts.follow_up(period, filters),
        volume=asked.volume,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question, with what every line of the answer shares."""

    period: Period | None
    filters: Filters
    now: datetime
    versions: list[AgreementVersion]
    volume: Volume


def _versions(period: Period | None, filters: Filters, now: datetime) -> list[AgreementVersion]:
    """Return the versions that judged the period's clocks and offers, and those in force; oldest first."""
    clocks, offers = timed.clocks_in(period, filters), cohorts.offered_in(period, filters)
    used = set(clocks.order_by().values_list("version_id", flat=True).distinct())
    used |= set(offers.order_by().values_list("version_id", flat=True).distinct())
    used |= {version.pk for version in agreements.in_force() if _fits(version, filters)}
    found = AgreementVersion.objects.filter(pk__in=used).select_related("agreement")
    return list(found.order_by("starts_on", "number"))


def _fits(version: AgreementVersion, filters: Filters) -> bool:
    if filters.version_id is not None:
        return version.pk == filters.version_id
    return filters.agreement_id is None or version.agreement_id == filters.agreement_id


def _blank(promise: Promise, closed: Mapping[int, int]) -> Line:
    commitment = promise.commitment
    return Line(commitment, explain_clause(commitment, promise.document), promise.target(closed))


def timed_line(
    promise: Promise,
    counted: timed.Count3 | None,
    taken: tuple[timedelta | None, timedelta | None] | None,
    closed: Mapping[int, int],
) -> Line:
    """Return the line of a timed commitment from its counts, its times, and what each agreement closed."""
    counted, (middle, ninetieth) = counted or timed.Count3(), taken or (None, None)
    line = replace(
        _blank(promise, closed),
        value=counted.rate,
        value_after_exceptions=counted.rate_after_exceptions,
        n=counted.closed,
        kept=counted.kept,
        missed=counted.missed,
        open=counted.open,
        excused=counted.excused,
        median=middle,
        p90=ninetieth,
    )
    return replace(line, status=_status(line))


def _periodic(line: Line, promise: Promise, asked: _Asked) -> Line:
    if line.kind == "volume":
        return _volume_line(line, asked.volume)
    if line.kind == "close_rate":
        return _close_rate_line(line, asked)
    if line.kind == "definition_review":
        return _review_line(line, reviews.definition(asked.versions, asked.period, asked.now))
    if line.kind in _UNITS:
        return _units_line(line, promise, asked)
    return _pipeline_line(line, promise.commitment, asked)


_UNITS: dict[str, Callable[[Period | None, Filters, Commitment, Document], Units]] = {
    "quality": lambda period, filters, one, _: periodic.quality(period, filters, one.leg or 1),
    "readiness": lambda period, filters, one, _: periodic.readiness(period, filters, one.leg or 1),
    "feedback": lambda period, filters, one, _: periodic.feedback(period, filters),
    "records": lambda period, filters, _, document: periodic.records(period, filters, document.record),
}


def _units_line(line: Line, promise: Promise, asked: _Asked) -> Line:
    """Sum what each agreement counts by its own terms."""
    found: dict[int, Units] = {}
    for term in promise.terms:
        filters = asked.filters
        if len(promise.terms) > 1:
            filters = replace(filters, agreement_id=term.agreement_id)
        found[term.agreement_id] = _UNITS[line.kind](asked.period, filters, term.commitment, term.document)
    kept = sum(units.kept for units in found.values())
    closed = sum(units.closed for units in found.values())
    value = kept / closed if closed else None
    line = replace(
        line, value=value, value_after_exceptions=value, n=closed, kept=kept, missed=closed - kept,
        target=promise.target({key: units.closed for key, units in found.items()}),
    )  # fmt: skip
    return replace(line, status=_status(line))


def _status(line: Line) -> str:
    if line.value is None:
        return "none"
    if line.n < FEW:
        return "too_few"
    return "kept" if line.value >= (line.target or 0) else "missed"


def _volume_line(line: Line, volume: Volume) -> Line:
    n = volume.counted
    line = replace(line, value=n, value_after_exceptions=n, n=n, kept=n)
    if volume.promised is None or volume.promised_by_now is None:
        return replace(line, status="none")
    line = replace(line, target=volume.promised)
    if volume.counted >= volume.promised:
        return replace(line, status="kept")
    is_over = volume.promised_by_now >= volume.promised
    on_pace = volume.counted >= volume.promised_by_now and not is_over
    return replace(line, status="on_pace" if on_pace else "missed" if is_over else "behind")


def _close_rate_line(line: Line, asked: _Asked) -> Line:
    """Sum the mature cohorts of every version in force; refuted is missed, proved is kept."""
    in_force = [version for version in agreements.in_force() if _fits(version, asked.filters)]
    judged = [truth.judge(version, asked.now, asked.filters) for version in in_force]
    known = [each for each in judged if each is not None]
    worked, won = sum(each.followed_up for each in known), sum(each.won for each in known)
    words = {"refuted": "missed", "untested": "unknown", "too_early": "too_few", "proved": "kept"}
    verdicts = {each.verdict for each in known}
    status = (
        next((word for verdict, word in words.items() if verdict in verdicts), "none") if worked else "none"
    )
    value = won / worked if worked else None
    return replace(line, value=value, value_after_exceptions=value, n=worked, kept=won, status=status)


def _review_line(line: Line, due: Units) -> Line:
    """Judge the reviews that fell due."""
    status = "none" if not due.closed else "kept" if due.kept == due.closed else "missed"
    value = due.kept / due.closed if due.closed else None
    return replace(
        line, value=value, value_after_exceptions=value, n=due.closed, kept=due.kept, status=status
    )


def _pipeline_line(line: Line, commitment: Commitment, asked: _Asked) -> Line:
    """Judge the pipeline reviews held in the period; while it lasts one may still come."""
    if asked.period is None or not commitment.amount:
        return replace(line, status="none")
    promised = periodic.promised(commitment.amount, asked.period, commitment.per or "month")
    found = reviews.pipeline(asked.period, asked.filters, promised, asked.now)
    if not found.promised:
        return replace(line, status="none")
    status = "kept" if found.held >= found.promised else "missed" if found.is_over else "on_pace"
    value = min(1.0, found.held / found.promised)
    return replace(
        line, value=value, value_after_exceptions=value, n=found.promised, kept=found.held, status=status
    )


def _volume(
    period: Period | None, filters: Filters, now: datetime, promised: Mapping[str, Promise]
) -> Volume:
    found = (promise.commitment for promise in promised.values() if promise.commitment.kind == "volume")
    promise = next(found, None)
    amount = promise.amount if promise else None
    return periodic.volume(period, filters, now, amount, (promise.per if promise else None) or "month")


def _with_change(line: Line, earlier: timed.Count3 | None) -> Line:
    """Add the difference to the period before, for timed commitments with enough cases in both."""
    if earlier is None or earlier.rate is None or line.value is None or min(earlier.closed, line.n) < FEW:
        return line
    return replace(line, change=line.value - earlier.rate)


def late_now(filters: Filters) -> list[Clock]:
    """Return the lead's own clocks that are late at this moment, the longest first.

    Leads gone stale in nurturing are many and no hand-over waits for them: they are on Marketing's desk.
    """
    late = Clock.objects.late().filter(filters.on_clocks(), scope=ClockScope.LEAD)
    parts = ("commitment", "lead__account", "handoff__rep", "rep")
    return list(late.exclude(kind="nurture_stale").select_related(*parts).order_by("breached_at", "id"))
