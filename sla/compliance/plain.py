"""The figures as plain values, for JSON, CSV and tables: the very numbers that the pages show."""

from datetime import timedelta
from typing import Any

from sla.compliance import money
from sla.compliance.acceptance import Cohort
from sla.compliance.lines import Line
from sla.compliance.report import Report
from sla.compliance.truth import Truth
from sla.document.names import commitment_name


def of_report(report: Report) -> dict[str, Any]:
    """Return the report as JSON-safe values: shares 0 to 1, times in seconds, dates in ISO form."""
    period = report.period
    return {
        "from": period.first_on.isoformat() if period else None,
        "to": period.last_on.isoformat() if period else None,
        "as_of": report.now.isoformat(),
        "versions": [f"{v.agreement.key} v{v.number}" for v in report.versions],
        "commitments": [of_line(line) for line in report.lines],
        "legs": [of_cohort(cohort) for cohort in report.legs.values()],
        "follow_up": {
            "leads": report.follow_up.leads,
            "never_followed_up": report.follow_up.never,
            "never_followed_up_share": report.follow_up.never_share,
            "touches_per_lead": report.follow_up.touches_per_lead,
            "first_touch_median_s": seconds(report.follow_up.first_touch_median),
            "first_touch_p90_s": seconds(report.follow_up.first_touch_p90),
        },
        "volume": {
            "counted": report.volume.counted,
            "value": report.volume.value,
            "recycled": report.volume.recycled,
            "sales_generated": report.volume.sales_generated,
            "taken_off": report.volume.taken_off,
            "promised": report.volume.promised,
        },
    }


def of_line(line: Line) -> dict[str, Any]:
    return {
        "commitment": line.code,
        "name": commitment_name(line.kind, line.commitment.params),
        "side": line.side,
        "leg": line.leg,
        "terms": str(line.terms),
        "status": line.status,
        "value": line.value,
        "value_after_exceptions": line.value_after_exceptions,
        "target": line.target,
        "n": line.n,
        "kept": line.kept,
        "missed": line.missed,
        "open": line.open,
        "excused": line.excused,
        "median_s": seconds(line.median),
        "p90_s": seconds(line.p90),
        "change": line.change,
    }


def of_cohort(cohort: Cohort) -> dict[str, Any]:
    low, high = cohort.interval
    return {
        "leg": cohort.leg,
        "offers": cohort.offers,
        "accepted": cohort.accepted,
        "declined": cohort.declined,
        "overturned": cohort.overturned,
        "expired": cohort.expired,
        "rerouted": cohort.rerouted,
        "withdrawn": cohort.withdrawn,
        "undecided": cohort.undecided,
        "declined_though_met": cohort.declined_though_met,
        "won": cohort.won,
        "lost": cohort.lost,
        "acceptance": cohort.acceptance,
        "acceptance_low": low,
        "acceptance_high": high,
        "decision_median_s": seconds(cohort.decision_median),
        "decision_p90_s": seconds(cohort.decision_p90),
    }


def of_truth(found: Truth) -> dict[str, Any]:
    """Return whether a definition is true: the verdict, what it rests on, and its interval."""
    return {
        "version": found.version_id,
        "verdict": found.verdict,
        "opportunities": found.opportunities,
        "followed_up": found.followed_up,
        "followed_up_share": found.followed_share,
        "won": found.won,
        "rate": found.rate,
        "low": found.low,
        "high": found.high,
        "bar": found.bar,
        **money.plain(found.margins),
        "maturity_s": seconds(found.maturity),
    }


def seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
