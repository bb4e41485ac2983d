"""Compliance: what both sides promised and kept, down to the leads and out as CSV."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from leads.choices import Side
from leads.models import Lead, User
from leads.models.querysets import SEES_ALL
from portal import access, charts, csvfile, figures
from portal.forms.results import ResultsForm, sees_people
from portal.lines import clocks, refused, replay
from sla import agreements
from sla.choices import ActingSide, Cause
from sla.compliance import members, payoff, plain, report, weeks
from sla.compliance.lines import Line
from sla.compliance.members import Member
from sla.compliance.periodic import Volume
from sla.compliance.periods import Filters, Period
from sla.models import Clock
from sla.queries import decisions, replays

SHOWN = 200
LATE_SHOWN = 8
#: A whole quarter touches up to 14 weeks; of more, the last are drawn.
WEEKS_SHOWN = 14
OUTCOMES = (
    gettext_lazy("Accepted"),
    gettext_lazy("Not now"),
    gettext_lazy("Never"),
    gettext_lazy("No decision in time"),
)
BUCKETS = {
    "all": gettext_lazy("All"),
    "kept": gettext_lazy("Kept"),
    "missed": gettext_lazy("Missed"),
    "open": gettext_lazy("Open"),
}
OFFERS = {
    "offered": gettext_lazy("Offered"),
    "accepted": gettext_lazy("Accepted"),
    "in_vain": gettext_lazy("Accepted, then lost or handed back"),
    "declined": gettext_lazy("Declined"),
    "declined_though_met": gettext_lazy("Declined although the definition was met"),
    "expired": gettext_lazy("Not decided in time"),
    "undecided": gettext_lazy("Waiting for a decision"),
    "never_followed_up": gettext_lazy("Never followed up"),
}
HEAD = (
    "lead_id", "lead", "account", "source", "owner", "state",
    "started_at", "due_at", "ended_at", "late_by_s", "cause", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One question of one person, with the form that asks it."""

    user: User
    form: ResultsForm
    period: Period | None
    filters: Filters
    now: datetime
    zone: str

    @property
    def today(self) -> date:
        """The day it is in the zone of the agreement's days."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last_on(self) -> date:
        """The last day of the question that has come."""
        return min(self.period.last_on, self.today) if self.period else self.today

    @property
    def visible(self) -> Any:
        """Return the leads whose names this person may read, None for all of them."""
        return None if self.user.role in SEES_ALL else Lead.objects.visible_to(self.user)


def asked_of(request: HttpRequest, default: str = "month") -> Asked:
    """Read the question from the address."""
    now, user, zone = timezone.now(), access.person(request), agreements.zone()
    form = ResultsForm(request.GET or None, user=user, default=default)
    period = form.chosen(now.astimezone(ZoneInfo(zone)).date(), zone)
    return Asked(user, form, period, form.filters(), now, zone)


@require_safe
def compliance(request: HttpRequest) -> HttpResponse:
    """Show both sides' commitments over a period."""
    asked = asked_of(request)
    found = report.build(asked.period, asked.filters, asked.now)
    late, shows_all = report.late_now(asked.filters), request.GET.get("late") == "all"
    if asked.visible is not None:
        late = late.filter(lead__in=asked.visible.values("pk"))
    after = asked.form.after_exceptions
    context = {
        "form": asked.form,
        "report": found,
        "finding": figures.finding_of(found),
        "sides": [
            (side, title, figures.rows_of(found, side, after), figures.tally(found.of_side(side)))
            for side, title in (("marketing", _("Marketing")), ("sales", _("Sales")))
        ],
        "others": [*figures.rows_of(found, "both", after), *figures.rows_of(found, "referee", after)],
        "cohort": found.legs.get(1) or next(iter(found.legs.values()), None),
        "paces": [(volume, _pace(volume, found.period, asked.now)) for volume in found.volumes],
        "weeks": _weeks(found, asked.today),
        "speed": _speed(asked),
        "reasons": _reasons(found),
        "late": [_late_row(clock, asked.now) for clock in late[: SHOWN if shows_all else LATE_SHOWN]],
        "late_count": (late_count := late.count()),
        "hides_late": not shows_all and late_count > LATE_SHOWN,
        "disputes": replay.waiting(replays.disputes_for(asked.user)),
        "contested": refused.contested(decisions.contested(asked.user), asked.user, asked.now),
        "sees_people": sees_people(asked.user),
    }
    return render(request, "results/compliance.html", context)


@require_safe
def compliance_csv(request: HttpRequest) -> HttpResponse:
    """Return the commitments of the page as a file."""
    asked = asked_of(request)
    found = report.build(asked.period, asked.filters, asked.now)
    lines = [{**plain.of_line(line), "name": figures.label_of(line)} for line in found.lines]
    head = list(lines[0]) if lines else ["commitment"]
    return csvfile.answer("compliance", head, ([line[name] for name in head] for line in lines))


@require_safe
def commitment(request: HttpRequest, code: str) -> HttpResponse:
    """Show one commitment with the leads behind its figure."""
    asked = asked_of(request)
    found = report.build(asked.period, asked.filters, asked.now)
    line = _line(found, code)
    if line.kind in figures.REVIEWS:
        return redirect("reviews")
    bucket = _bucket_of(request, line)
    people = _members(asked, line, bucket)
    context = {
        "form": asked.form,
        "row": figures.row_of(line, asked.period, asked.form.after_exceptions),
        "report": found,
        "bucket": bucket,
        "tabs": _bucket_tabs(request, BUCKETS, bucket, line),
        **figures.listed(people, SHOWN),
        "sees_people": sees_people(asked.user),
    }
    return render(request, "results/commitment.html", context)


@require_safe
def commitment_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Return the leads behind a figure as a file."""
    asked = asked_of(request)
    line = _line(report.build(asked.period, asked.filters, asked.now), code)
    people = _members(asked, line, _bucket_of(request, line))
    return csvfile.answer(f"compliance-{code}", HEAD, (_cells(one, asked.user) for one in people))


@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """Show the leads of an offer cohort by what became of them."""
    asked = asked_of(request)
    bucket = _bucket(request, OFFERS)
    people = members.of_offers(bucket, 1, asked.period, asked.filters, asked.visible)
    if request.GET.get("format") == "csv":
        return csvfile.answer(f"offers-{bucket}", HEAD, (_cells(one, asked.user) for one in people))
    context = {
        "form": asked.form,
        "title": OFFERS[bucket],
        "tabs": _bucket_tabs(request, OFFERS, bucket),
        **figures.listed(people, SHOWN),
        "bucket": bucket,
        "sees_people": sees_people(asked.user),
    }
    return render(request, "results/offers.html", context)


def _line(found: report.Report, key: str) -> Line:
    line = found.line(key)
    if line is None:
        raise Http404
    return line


def _members(asked: Asked, line: Line, bucket: str) -> list[Member]:
    return members.of_commitment(line.promise, bucket, asked.period, asked.filters, asked.now, asked.visible)


def _bucket(request: HttpRequest, buckets: dict[str, Any]) -> str:
    wanted = request.GET.get("bucket", "")
    return wanted if wanted in buckets else next(iter(buckets))


def _bucket_of(request: HttpRequest, line: Line) -> str:
    """Return the part of a commitment's leads asked for: those missed where it was missed, unless said."""
    if not request.GET.get("bucket") and line.status == "missed" and line.missed:
        return "missed"
    return _bucket(request, BUCKETS)


def _bucket_tabs(
    request: HttpRequest, buckets: dict[str, Any], current: str, line: Any = None
) -> list[dict[str, Any]]:
    tabs = []
    for bucket, label in buckets.items():
        query = request.GET.copy()
        query["bucket"] = bucket
        count = getattr(line, bucket, None) if line else None
        tabs.append(
            {"label": label, "url": f"?{query.urlencode()}", "count": count, "is_current": bucket == current}
        )
    return tabs


def _cells(member: Member, user: User) -> list[Any]:
    owner = member.owner if sees_people(user) else ""
    return [
        member.lead_id, member.lead, member.account, member.source, owner, member.state,
        member.started_at, member.due_at, member.ended_at, member.lateness, member.cause, member.reason,
    ]  # fmt: skip


def _pace(volume: Volume, period: Period | None, now: datetime) -> charts.Pace | None:
    """Draw what was handed over day by day against the promise; nothing without a promise."""
    if period is None or not volume.promised or (period.last_on - period.first_on).days > 100:
        return None
    counts, done, total = dict(volume.days), [], 0.0
    length = (period.last_on - period.first_on).days + 1
    today = now.astimezone(ZoneInfo(period.zone)).date()
    days = [period.first_on + timedelta(days=index) for index in range(length)]
    for day in days:
        if day > today:
            break
        total += counts.get(day, 0)
        done.append(total)
    names = [formats.date_format(day, _("j M")) for day in days]
    ends = (Period(day, day, period.zone).end_at for day in days)
    return charts.pace(names, done, [volume.promised_by(end) for end in ends])


def _weeks(found: report.Report, today: date) -> charts.Stacks | None:
    shown = weeks.outcomes(found.offered, found.period, today)[-WEEKS_SHOWN:]
    series = [(str(word), [week.counts[index] for week in shown]) for index, word in enumerate(OUTCOMES)]
    return charts.stacks([_("W%(n)s") % {"n": week.first_on.isocalendar().week} for week in shown], series)


def _speed(asked: Asked) -> charts.Control | None:
    """Draw the time to the first touch day by day: is a change news or noise?"""
    days = payoff.by_day(asked.last_on, asked.zone, asked.filters)
    return charts.control(
        [formats.date_format(day, _("j M")) for day, _hours in days], [hours for _day, hours in days], "h"
    )


def _reasons(found: report.Report) -> list[dict[str, Any]]:
    known = figures.reason_labels()
    return [
        {
            "label": known.get(each.code, each.code),
            "side": ActingSide(each.side).label if each.side else "",
            "value": each.n,
            "text": str(each.n),
            "tone": "" if each.side == ActingSide.MARKETING else "quiet",
        }
        for each in found.ended.reasons[:8]
    ]


def _late_row(clock: Clock, now: datetime) -> dict[str, Any]:
    return {
        "clock": clock,
        "badge": clocks.badge(clock, now),
        "owner": str(members.owner_of(clock) or (_("Nobody") if clock.side == Side.SALES else "")),
        "cause": Cause(clock.cause).label if clock.cause else "",
    }
