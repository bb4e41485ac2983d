"""One line of the report: a commitment over a period, what was kept of it, and how it stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sla import agreements
from sla.compliance import ends, offers, periodic, reviews, timed, truth
from sla.compliance.periodic import Units, Volume
from sla.compliance.periods import FEW, Filters, Period
from sla.compliance.promises import Promise, Term
from sla.document import Commitment, explain_clause
from sla.models import AgreementVersion
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
class Asked:
    """The question, with what every line of the answer shares."""

    period: Period | None
    filters: Filters
    now: datetime
    versions: list[AgreementVersion]
    offered: offers.Told
    ended: ends.Told
    volumes: Mapping[str, Volume]

    def of_agreement(self, agreement_id: int) -> tuple[offers.Told, ends.Told]:
        """Return what one agreement judged."""
        own = {version.pk for version in self.versions if version.agreement_id == agreement_id}
        return self.offered.of_versions(own), self.ended.of_versions(own)


def fits(version: AgreementVersion, filters: Filters) -> bool:
    """Tell whether a question asks for this version."""
    if filters.version_id is not None:
        return version.pk == filters.version_id
    return filters.agreement_id is None or version.agreement_id == filters.agreement_id


def blank(promise: Promise, closed: Mapping[int, int]) -> Line:
    """Return the line of a commitment without a figure; `closed` weighs the targets of several agreements."""
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
        blank(promise, closed),
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


def periodic_line(line: Line, promise: Promise, asked: Asked) -> Line:
    """Return the line of a commitment that is counted over the whole period."""
    if line.kind == "volume":
        return _volume_line(line, asked.volumes[line.code])
    if line.kind == "close_rate":
        return _close_rate_line(line, asked)
    if line.kind == "definition_review":
        return _review_line(line, reviews.definition(asked.versions, asked.period, asked.now))
    if line.kind in _UNITS:
        return _units_line(line, promise, asked)
    return _pipeline_line(line, promise.commitment, asked)


_UNITS: dict[str, Callable[[offers.Told, ends.Told, Term], Units]] = {
    "quality": lambda offered, _, term: periodic.quality(offered, term.leg),
    "readiness": lambda offered, _, term: periodic.readiness(offered, term.leg),
    "feedback": lambda _, ended, term: periodic.feedback(ended, term.leg),
    "records": lambda offered, _, term: periodic.records(offered, term.leg, term.document.record),
}


def _units_line(line: Line, promise: Promise, asked: Asked) -> Line:
    """Sum what each agreement counts by its own terms."""
    found: dict[int, Units] = {}
    for term in promise.terms:
        told = asked.offered, asked.ended
        if len(promise.terms) > 1:
            told = asked.of_agreement(term.agreement_id)
        found[term.agreement_id] = _UNITS[line.kind](*told, term)
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


def _close_rate_line(line: Line, asked: Asked) -> Line:
    """Sum the mature cohorts of every version in force; refuted is missed, proved is kept."""
    in_force = [version for version in agreements.in_force() if fits(version, asked.filters)]
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


def _pipeline_line(line: Line, commitment: Commitment, asked: Asked) -> Line:
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


def with_change(line: Line, earlier: timed.Count3 | None) -> Line:
    """Add the difference to the period before, for timed commitments with enough cases in both."""
    if earlier is None or earlier.rate is None or line.value is None or min(earlier.closed, line.n) < FEW:
        return line
    return replace(line, change=line.value - earlier.rate)
