"""What the data asks to be talked about at the next review, the most pressing first."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from leads.models.querysets import LeadQuerySet
from sla import document as documents
from sla.choices import HandoffState
from sla.compliance import ends, report
from sla.compliance.periods import Filters, Period
from sla.models import Clock, Handoff
from sla.wording import Sentence, gettext_noop

_SHOWN = 3
#: A reason is on the rise from so many cases on, and half as many again as in the period before.
_ENOUGH, _RISES_BY = 3, 1.5


@dataclass(frozen=True, slots=True)
class Point:
    """One point of an agenda: its topic, what the data says, and the lead or promise that it is about."""

    topic: Sentence
    text: Sentence
    lead_id: int | None = None
    commitment: str = ""


def agenda(
    period: Period, filters: Filters, text: documents.Document, seen: LeadQuerySet, now: datetime
) -> list[Point]:
    """Return the points: oldest stale leads, commitments kept worst, open contests, reasons on the rise.

    Single leads are those of `seen`, as the reader may see them; counts are of all.
    """
    return [
        *_stale(period, filters, seen),
        *_worst(period, filters, now),
        *_contests(filters, seen),
        *_rising(period, filters, text),
    ]


def _stale(period: Period, filters: Filters, seen: LeadQuerySet) -> list[Point]:
    late = Clock.objects.late().filter(
        filters.on_clocks(), kind__in=("upkeep", "nurture_stale"), lead__in=seen
    )
    oldest = late.select_related("lead__account").order_by("breached_at", "id")[:_SHOWN]
    topic = Sentence(gettext_noop("Oldest stale leads"))
    template = gettext_noop("%(account)s has been stale since %(day)s.")
    return [
        Point(topic, Sentence(template, {"account": clock.lead.account.name, "day": day}), clock.lead.pk)
        for clock in oldest
        if clock.lead and (day := _day(clock, period))
    ]


def _day(clock: Clock, period: Period) -> date | None:
    return clock.breached_at.astimezone(ZoneInfo(period.zone)).date() if clock.breached_at else None


def _worst(period: Period, filters: Filters, now: datetime) -> list[Point]:
    lines = [line for line in report.build(period, filters, now).lines if line.status == "missed"]
    judged = [(line.value - line.target, line) for line in lines if line.value is not None and line.target]
    worst = sorted(judged, key=lambda pair: pair[0])[:_SHOWN]
    topic = Sentence(gettext_noop("Commitments kept worst"))
    return [Point(topic, _kept(line), commitment=line.key) for _gap, line in worst]


def _kept(line: Any) -> Sentence:
    if line.target > 1:
        values = {"terms": line.terms, "kept": line.kept, "target": round(line.target)}
        return Sentence(gettext_noop("%(terms)s: %(kept)s of %(target)s."), values)
    values = {"terms": line.terms, "kept": line.kept, "n": line.n}
    return Sentence(gettext_noop("%(terms)s: kept %(kept)s of %(n)s times."), values)


def _contests(filters: Filters, seen: LeadQuerySet) -> list[Point]:
    contested = Handoff.objects.filter(
        filters.on_handoffs(),
        lead__in=seen,
        state=HandoffState.DECLINED,
        refusal__contested_at__isnull=False,
        refusal__ruled_at__isnull=True,
    )
    topic = Sentence(gettext_noop("Open contests"))
    template = gettext_noop("The decline of %(account)s is contested and not ruled on.")
    waiting = contested.select_related("lead__account").order_by("refusal__contested_at")[:_SHOWN]
    return [
        Point(topic, Sentence(template, {"account": one.lead.account.name}), one.lead_id) for one in waiting
    ]


def _rising(period: Period, filters: Filters, text: documents.Document) -> list[Point]:
    now, before = _by_reason(period, filters), _by_reason(period.before, filters)
    rising = [
        (count, code)
        for code, count in now.items()
        if count >= _ENOUGH and count >= _RISES_BY * before.get(code, 0)
    ]
    labels = {reason.code: reason.label for reason in text.reasons}
    topic = Sentence(gettext_noop("Reasons on the rise"))
    template = gettext_noop("“%(reason)s”: %(count)s times, %(before)s the period before.")
    return [
        Point(
            topic,
            Sentence(
                template, {"reason": labels.get(code, code), "count": count, "before": before.get(code, 0)}
            ),
        )
        for count, code in sorted(rising, reverse=True)[:_SHOWN]
    ]


def _by_reason(period: Period, filters: Filters) -> Counter[str]:
    counts = Counter[str]()
    for reason in ends.read(period, filters).reasons:
        counts[reason.code] += reason.n
    return counts
