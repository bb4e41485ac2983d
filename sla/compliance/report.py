"""The compliance report: both sides' commitments over a period, as pages, CSV and commands print it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sla import agreements
from sla.choices import PERIODIC_KINDS, ClockScope
from sla.compliance import acceptance, ends, offers, periodic, promises, timed
from sla.compliance.acceptance import Cohort, FollowUp
from sla.compliance.lines import Asked, Line, blank, fits, periodic_line, timed_line, with_change
from sla.compliance.periodic import Volume
from sla.compliance.periods import Filters, Period
from sla.compliance.promises import Promise
from sla.models import AgreementVersion, Clock


@dataclass(frozen=True, slots=True)
class Report:
    """What both sides promised and kept.

    `volumes` by commitment code, each on its leg; `volume` is that of leg one, promised or not.
    """

    period: Period | None
    now: datetime
    versions: tuple[AgreementVersion, ...]
    lines: tuple[Line, ...]
    offered: offers.Told
    ended: ends.Told
    legs: dict[int, Cohort]
    follow_up: FollowUp
    volumes: Mapping[str, Volume]
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
    """Build the report; the number of queries depends on the number of agreements, not on that of leads."""
    clocks, offered = timed.read(period, filters, now), offers.read(period, filters, has_times=True)
    ended = ends.read(period, filters)
    versions = _versions(clocks.versions | offered.versions, filters)
    promised = promises.of_versions(versions)
    volumes = _volumes(offered, period, filters, now, promised)
    asked = Asked(period, filters, now, versions, offered, ended, volumes)
    counts, durations, closed = clocks.counts(), clocks.durations(), clocks.closed_by_agreement()
    before, trends = _earlier(period, filters, now)
    lines = []
    for code, promise in promised.items():
        if promise.commitment.kind in PERIODIC_KINDS:
            line = periodic_line(blank(promise, closed.get(code, {})), promise, asked)
        else:
            line = timed_line(promise, counts.get(code), durations.get(code), closed.get(code, {}))
        lines.append(with_change(replace(line, trend=trends.get(code, ())), before.get(code)))
    return Report(
        period=period,
        now=now,
        versions=tuple(versions),
        lines=tuple(lines),
        offered=offered,
        ended=ended,
        legs=acceptance.by_leg(offered),
        follow_up=acceptance.follow_up(offered),
        volumes=volumes,
        volume=next((one for one in volumes.values() if one.leg == 1), None)
        or periodic.volume(offered, period, filters, now, None, "month"),
    )


def _earlier(
    period: Period | None, filters: Filters, now: datetime
) -> tuple[dict[str, timed.Count3], dict[str, tuple[float | None, ...]]]:
    """Return the counts of the period before, and the shares of the last nine weeks."""
    if period is None:
        return {}, {}
    before = period.before
    first_on = min(before.first_on, period.weeks[0][0])
    clocks = timed.read(Period(first_on, period.last_on, period.zone), filters, now, has_times=False)
    return clocks.within(before.first_on, before.last_on).counts(), clocks.trends(period)


def _versions(used: set[int], filters: Filters) -> list[AgreementVersion]:
    """Return the versions that judged the period's clocks and offers, and those in force; oldest first."""
    used = used | {version.pk for version in agreements.in_force() if fits(version, filters)}
    found = AgreementVersion.objects.filter(pk__in=used).select_related("agreement")
    return list(found.order_by("starts_on", "number"))


def _volumes(
    told: offers.Told,
    period: Period | None,
    filters: Filters,
    now: datetime,
    promised: Mapping[str, Promise],
) -> dict[str, Volume]:
    found = {code: one for code, one in promised.items() if one.commitment.kind == "volume"}
    return {
        code: periodic.volume(
            told, period, filters, now, one.commitment.amount, one.commitment.per or "month", one.leg
        )
        for code, one in found.items()
    }


def late_now(filters: Filters) -> list[Clock]:
    """Return the lead's own clocks that are late at this moment, the longest first.

    Leads gone stale in nurturing are many and no hand-over waits for them: they are on Marketing's desk.
    """
    late = Clock.objects.late().filter(filters.on_clocks(), scope=ClockScope.LEAD)
    parts = ("commitment", "lead__account", "handoff__rep", "rep")
    return list(late.exclude(kind="nurture_stale").select_related(*parts).order_by("breached_at", "id"))
