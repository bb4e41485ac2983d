"""The compliance report: both sides' commitments over a period, as pages, CSV and commands print it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from sla.choices import PERIODIC_KINDS, ClockScope
from sla.compliance import acceptance, clocked, ends, offers, periodic, promises, timed, truth
from sla.compliance.acceptance import Cohort, FollowUp
from sla.compliance.lines import Asked, Line, periodic_line, timed_line
from sla.compliance.periodic import Volume
from sla.compliance.periods import Filters, Period
from sla.models import AgreementVersion, Clock


@dataclass(frozen=True, slots=True)
class Report:
    """What both sides promised and kept.

    `volume` is that of leg one, promised or not.
    """

    period: Period | None
    is_narrowed: bool
    now: datetime
    versions: tuple[AgreementVersion, ...]
    lines: tuple[Line, ...]
    offered: offers.Told
    ended: ends.Told
    legs: dict[int, Cohort]
    follow_up: FollowUp
    truths: truth.Truths
    volume: Volume

    @property
    def volumes(self) -> list[Volume]:
        """The volumes promised, each on its leg; without a promise that of leg one."""
        return [line.volume for line in self.lines if line.volume] or [self.volume]

    @property
    def is_by_value(self) -> bool:
        return any(volume.is_by_value for volume in self.volumes)

    def of_side(self, side: str) -> list[Line]:
        return [line for line in self.lines if line.side == side]

    def line(self, key: str) -> Line | None:
        return next((line for line in self.lines if line.key == key), None)

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
    """Build the report; the number of queries depends on the number of agreements, not on that of leads."""
    told, offered = timed.read(period, filters, now), offers.read(period, filters, has_times=True)
    ended = ends.read(period, filters)
    versions = promises.ruling(period, filters, told.versions | offered.versions)
    found = promises.of_versions(versions, period, (*told.days, *offered.days))
    truths = truth.Truths(now, filters)
    asked = Asked(period, filters, now, versions, offered, ended, truths)
    lines = tuple(
        periodic_line(key, promise, asked)
        if promise.commitment.kind in PERIODIC_KINDS
        else timed_line(key, promise, own)
        for key, promise, own in clocked.of_promises(
            found, told, _with_earlier(told, period, filters, now), period
        )
    )
    return Report(
        period=period,
        is_narrowed=filters.is_narrowed,
        now=now,
        versions=tuple(versions),
        lines=lines,
        offered=offered,
        ended=ended,
        legs=acceptance.by_leg(offered),
        follow_up=acceptance.follow_up(offered),
        truths=truths,
        volume=next((line.volume for line in lines if line.volume and line.volume.leg == 1), None)
        or periodic.volume(offered, period, filters),
    )


def _with_earlier(told: timed.Told, period: Period | None, filters: Filters, now: datetime) -> timed.Told:
    """Return the clocks of the period with those of the period before and of the last nine weeks."""
    if period is None:
        return timed.Told(())
    first_on = min(period.before.first_on, period.weeks[0][0])
    before = Period(first_on, period.first_on - timedelta(days=1), period.zone)
    return timed.Told((*timed.read(before, filters, now, has_times=False).days, *told.days))


def late_now(filters: Filters) -> QuerySet[Clock]:
    """Return the lead's own clocks that are late at this moment, the longest first.

    Leads gone stale in nurturing are many and no hand-over waits for them: they are on Marketing's desk.
    """
    late = Clock.objects.late().filter(filters.on_clocks(), scope=ClockScope.LEAD)
    parts = ("commitment", "lead__account", "handoff__rep", "rep")
    return late.exclude(kind="nurture_stale").select_related(*parts).order_by("breached_at", "id")
