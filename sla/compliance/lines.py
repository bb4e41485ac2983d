"""One line of the report: a commitment over a period, what was kept of it, and how it stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sla.compliance import ends, offers, periodic, reviews, timed, truth
from sla.compliance.clocked import Clocked
from sla.compliance.periodic import Units, Volume
from sla.compliance.periods import FEW, Filters, Period
from sla.compliance.promises import Promise
from sla.document import Commitment, Document, explain_clause
from sla.models import AgreementVersion
from sla.wording import Sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One commitment over the period.

    `key` names it in addresses: its code, and with several promises of one code the leg behind it.
    `value` is the share kept, or the number handed over for `volume`; `n` what it is counted from.
    `status`: kept, on_pace, missed, behind, too_few (judged by nobody), too_early (a close rate whose
    interval crosses its target), none (nothing fell due), unjudged (an amount per month, asked of all
    times) or unknown.
    """

    key: str
    promise: Promise
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
    volume: Volume | None = None

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
    truths: truth.Truths


def blank(key: str, promise: Promise, closed: Mapping[int, int] | None = None) -> Line:
    """Return the line of a commitment without a figure; `closed` weighs the targets of several versions."""
    commitment, target = promise.commitment, promise.target(closed or {})
    return Line(key, promise, commitment, explain_clause(commitment, promise.document), target)


def timed_line(key: str, promise: Promise, clocked: Clocked) -> Line:
    """Return the line of a timed commitment from the clocks that its versions judged."""
    code = promise.commitment.code
    counted = clocked.counts.get(code) or timed.Count3()
    middle, ninetieth = clocked.durations.get(code) or (None, None)
    line = replace(
        blank(key, promise, clocked.closed.get(code)),
        value=counted.rate,
        value_after_exceptions=counted.rate_after_exceptions,
        n=counted.closed,
        kept=counted.kept,
        missed=counted.missed,
        open=counted.open,
        excused=counted.excused,
        median=middle,
        p90=ninetieth,
        trend=clocked.trends.get(code, ()),
    )
    return _with_change(replace(line, status=_status(line)), clocked.before.get(code))


def periodic_line(key: str, promise: Promise, asked: Asked) -> Line:
    """Return the line of a commitment that is counted over the whole period."""
    line = blank(key, promise)
    if line.kind == "volume":
        found = periodic.volume(asked.offered, asked.period, asked.filters, promise)
        return _volume_line(line, found, asked)
    if line.kind == "close_rate":
        return _close_rate_line(line, asked)
    if line.kind == "definition_review":
        return _review_line(line, reviews.definition(asked.versions, asked.period, asked.now))
    if line.kind in _UNITS:
        return _units_line(line, asked)
    return _pipeline_line(line, asked)


_UNITS: dict[str, Callable[[offers.Told, ends.Told, int, Document], Units]] = {
    "quality": lambda offered, _, leg, __: periodic.quality(offered, leg),
    "readiness": lambda offered, _, leg, __: periodic.readiness(offered, leg),
    "feedback": lambda _, ended, leg, __: periodic.feedback(ended, leg),
    "records": lambda offered, _, leg, text: periodic.records(offered, leg, text.record),
}


def _units_line(line: Line, asked: Asked) -> Line:
    """Sum what each version counts by its own terms."""
    found: dict[int, Units] = {}
    for term in line.promise.terms:
        own = {term.version.pk}
        told = asked.offered.of_versions(own), asked.ended.of_versions(own)
        found[term.version.pk] = _UNITS[line.kind](*told, line.promise.leg, term.document)
    kept = sum(units.kept for units in found.values())
    closed = sum(units.closed for units in found.values())
    value = kept / closed if closed else None
    line = replace(
        line, value=value, value_after_exceptions=value, n=closed, kept=kept, missed=closed - kept,
        target=line.promise.target({key: units.closed for key, units in found.items()}),
    )  # fmt: skip
    return replace(line, status=_status(line))


def _status(line: Line) -> str:
    if line.value is None:
        return "none"
    if line.n < FEW:
        return "too_few"
    return "kept" if line.value >= (line.target or 0) else "missed"


def _volume_line(line: Line, volume: Volume, asked: Asked) -> Line:
    n, value = volume.counted, volume.value
    line = replace(line, value=value, value_after_exceptions=value, n=n, kept=n, volume=volume)
    if volume.promised is None:
        # An amount is promised for so many days: over all times there is nothing to hold it against.
        return replace(line, status="unjudged" if n and asked.period is None else "none")
    line = replace(line, target=volume.promised)
    if value >= volume.promised:
        return replace(line, status="kept")
    by_now = volume.promised_by(asked.now)
    is_over = by_now >= sum(amount for _days, amount in volume.amounts)
    on_pace = value >= by_now and not is_over
    return replace(line, status="on_pace" if on_pace else "missed" if is_over else "behind")


def _close_rate_line(line: Line, asked: Asked) -> Line:
    """Sum the mature cohorts of every version in force in the period; refuted is missed, proved is kept."""
    terms = [term for term in line.promise.terms if asked.period is None or term.period is not None]
    judged = {term.version.pk: asked.truths.of(term.version) for term in terms}
    known = {key: each for key, each in judged.items() if each is not None}
    worked, won = (sum(getattr(each, name) for each in known.values()) for name in ("followed_up", "won"))
    words = {"refuted": "missed", "untested": "unknown", "too_early": "too_early", "proved": "kept"}
    # A version without an account old enough says nothing yet; one whose accounts nobody worked does.
    verdicts = {each.verdict for each in known.values() if each.opportunities}
    status = next((word for verdict, word in words.items() if verdict in verdicts), "none")
    value = won / worked if worked else None
    target = line.promise.target({key: each.followed_up for key, each in known.items()})
    return replace(
        line, value=value, value_after_exceptions=value, n=worked, kept=won, status=status, target=target
    )


def _review_line(line: Line, due: Units) -> Line:
    """Judge the reviews that fell due."""
    status = "none" if not due.closed else "kept" if due.kept == due.closed else "missed"
    value = due.kept / due.closed if due.closed else None
    return replace(
        line, value=value, value_after_exceptions=value, n=due.closed, kept=due.kept, status=status
    )


def _pipeline_line(line: Line, asked: Asked) -> Line:
    """Judge the pipeline reviews held in the period; while it lasts one may still come."""
    if asked.period is None:
        held = reviews.held_pipeline(None, asked.filters).exists()
        return replace(line, status="unjudged" if held else "none")
    promised = round(sum(amount for _part, amount in line.promise.amounts()))
    found = reviews.pipeline(asked.period, asked.filters, promised, asked.now)
    if not found.promised:
        return replace(line, status="none")
    status = "kept" if found.held >= found.promised else "missed" if found.is_over else "on_pace"
    value = min(1.0, found.held / found.promised)
    return replace(
        line, value=value, value_after_exceptions=value, n=found.promised, kept=found.held, status=status
    )


def _with_change(line: Line, earlier: timed.Count3 | None) -> Line:
    """Add the difference to the period before, for timed commitments with enough cases in both."""
    if earlier is None or earlier.rate is None or line.value is None or min(earlier.closed, line.n) < FEW:
        return line
    return replace(line, change=line.value - earlier.rate)
