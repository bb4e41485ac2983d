"""Say why a clock is due when it is, stretch by stretch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from portal import wording
from portal.lines import clocks
from sla.clockwork import Span
from sla.models import Clock

#: More stretches than these are told in one line: the middle of two weeks explains nothing.
MOST = 7
KEPT_AT_EACH_END = 3

BEGINNINGS: dict[str, str | Promise] = {
    "decide": gettext_lazy("Offered"),
    "first_touch": gettext_lazy("Accepted"),
    "persistence": gettext_lazy("Accepted"),
    "qualify_or_return": gettext_lazy("Accepted"),
    "hand_over": gettext_lazy("Sales-ready"),
    "answer": gettext_lazy("Asked"),
}


@dataclass(frozen=True)
class DueLine:
    """One stretch: what it is, from when to when, and how much of the time it used."""

    label: str
    when: str = ""
    span: str = ""
    is_closed: bool = False
    is_sum: bool = False


@dataclass(frozen=True)
class Due:
    """Why a clock is due when it is."""

    title: str
    lines: tuple[DueLine, ...]
    clock_id: int


def due(clock: Clock, spans: Sequence[Span], now: datetime) -> Due:
    """Return the stretches of a clock in words, from its start to what they add up to."""
    moment = wording.moment_text(clock.due_at, now) if clock.due_at else ""
    title = _("Why it was due %(time)s") if clock.breached_at else _("Why due %(time)s")
    begun = str(BEGINNINGS.get(clock.kind, _("Started")))
    if clock.commitment.params.get("from") == "offer":
        begun = _("Offered")
    first = DueLine(begun, wording.moment_text(clock.started_at, now))
    last = DueLine(clocks.commitment_label(clock.commitment), "", clocks.allowed(clock), is_sum=True)
    return Due(title % {"time": moment}, (first, *_shortened(spans), last), clock.pk)


def _shortened(spans: Sequence[Span]) -> Iterable[DueLine]:
    if len(spans) <= MOST:
        yield from (_line(span) for span in spans)
        return
    middle = spans[KEPT_AT_EACH_END:-KEPT_AT_EACH_END]
    yield from (_line(span) for span in spans[:KEPT_AT_EACH_END])
    worked = [span.to_at - span.from_at for span in middle if span.kind == "running"]
    said = ngettext("%(n)s more working stretch", "%(n)s more working stretches", len(worked)) % {
        "n": len(worked)
    }
    yield DueLine(said, "", wording.span_text(sum(worked, timedelta(0))))
    yield from (_line(span) for span in spans[-KEPT_AT_EACH_END:])


def _line(span: Span) -> DueLine:
    if span.kind == "running":
        label = _("%(day)s until %(time)s") % {"day": _day(span.from_at), "time": _end(span)}
        return DueLine(label, "", wording.span_text(span.to_at - span.from_at))
    said = {"from": _time(span.from_at), "to": _end(span)}
    label = _("Paused") if span.kind == "paused" else _("Closed hours")
    return DueLine(label, _("%(from)s to %(to)s") % said, "0", is_closed=True)


def _end(span: Span) -> str:
    """Say the end; on another day with its weekday."""
    is_same_day = timezone.localtime(span.from_at).date() == timezone.localtime(span.to_at).date()
    is_far = span.to_at - span.from_at > timedelta(days=1)
    if is_same_day or not (is_far or span.kind == "running"):
        return _time(span.to_at)
    return f"{_short_day(span.to_at)} {_time(span.to_at)}"


def _time(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), pgettext("format of a time", "H:i"))


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "l")


def _short_day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "D")
