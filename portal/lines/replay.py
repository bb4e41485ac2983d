"""Say the life of one clock: its picture, its log, and why it is due when it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import charts, wording
from portal.lines import clocks as words
from sla.choices import Cause
from sla.clockwork import Span
from sla.models import Clock, ClockEvent, Dispute
from sla.queries.replays import ClockLife

#: More stretches than these are summed up in the middle.
MOST = 6
KINDS: dict[str, str | Promise] = {
    "running": gettext_lazy("Running"),
    "paused": gettext_lazy("Paused"),
    "closed": gettext_lazy("Closed hours"),
}
EVENTS: dict[str, str | Promise] = {
    "started": gettext_lazy("Started"),
    "warned": gettext_lazy("Warned"),
    "breached": gettext_lazy("Late"),
    "escalated": gettext_lazy("Next rung of the ladder"),
    "paused": gettext_lazy("Paused"),
    "resumed": gettext_lazy("Went on"),
    "reset": gettext_lazy("Began anew"),
    "met": gettext_lazy("Kept"),
    "cancelled": gettext_lazy("Ended without counting"),
    "recounted": gettext_lazy("Counted again under other terms"),
    "repaired": gettext_lazy("Counted again after a corrected calendar"),
    "recalendared": gettext_lazy("Went on by other working hours"),
    "excused": gettext_lazy("Excused"),
    "undone": gettext_lazy("Taken back"),
    "carried": gettext_lazy("Went over to another owner"),
}
ACTIONS: dict[str, str | Promise] = {
    "notify_owner": gettext_lazy("the owner was told"),
    "notify_manager": gettext_lazy("the manager was told"),
    "reassign": gettext_lazy("to be given to another rep"),
    "pool": gettext_lazy("to go back to the pool"),
}


@dataclass(frozen=True)
class LogLine:
    """One line of the log; `late_noticed` is how much later it was noticed, "" when at once."""

    event: str
    note: str
    at: datetime
    noticed: str
    due_before: datetime | None
    due_after: datetime | None
    by: str


def sentence(life: ClockLife, now: datetime) -> str:
    """Explain the due time, or the pause in its place, from the stretches that led there."""
    clock = life.clock
    parts = [_("Started %(when)s.") % {"when": _moment(clock.started_at, now)}]
    parts += _told(life.until_due, now)
    parts.append(_conclusion(life, now))
    return " ".join(parts)


def picture(life: ClockLife, now: datetime) -> charts.Life | None:
    """Draw the life with its marks."""
    clock = life.clock
    stretches = [
        charts.Stretch(span.kind, str(KINDS[span.kind]), span.from_at, span.to_at)
        for span in (life.until_due if _is_ahead(clock, now) else life.spans)
    ]
    marks = [
        charts.Mark(look, str(label) % {"when": _moment(at, now)}, at)
        for look, label, at in (
            ("warn", _("Warned %(when)s"), clock.warned_at),
            ("due", _("Due %(when)s"), None if clock.breached_at else clock.due_at),
            ("late", _("Late since %(when)s"), clock.breached_at),
            ("kept", _("Ended %(when)s"), clock.ended_at),
            ("now", _("Now"), now if _is_ahead(clock, now) else None),
        )
        if at is not None
    ]
    return charts.life(stretches, marks, now, sentence(life, now))


def log(life: ClockLife) -> list[LogLine]:
    """Return the log in words, the first line first."""
    return [_line(event, life) for event in life.events]


def breach(life: ClockLife, now: datetime) -> list[dict[str, str]]:
    """Return what is known of a breach, as pairs of label and value; none without one."""
    clock = life.clock
    if clock.breached_at is None:
        return []
    late = wording.span_text(clock.lateness) if clock.lateness else ""
    return [
        {"label": _("Late since"), "value": _moment(clock.breached_at, now)},
        {"label": _("Kept late by"), "value": late or _("not kept yet")},
        {"label": _("Cause"), "value": str(Cause(clock.cause).label) if clock.cause else _("Unknown")},
        {"label": _("Exception"), "value": _exception(life)},
    ]


def _exception(life: ClockLife) -> str:
    clock, dispute = life.clock, life.dispute
    if clock.is_excused:
        return _("Excused by the other side")
    if clock.cause == Cause.SYSTEM:
        return _("Charged to nobody")
    if dispute is None:
        return _("None")
    return _("Disputed, not answered yet") if dispute.answered_at is None else _("Disputed and refused")


def waiting(found: Iterable[Dispute]) -> list[tuple[Dispute, str]]:
    """Return disputes, each with the name of its commitment."""
    return [(one, words.commitment_label(one.clock.commitment)) for one in found]


def _line(event: ClockEvent, life: ClockLife) -> LogLine:
    delay = event.noticed_at - event.happened_at
    return LogLine(
        event=str(EVENTS.get(event.event, event.event)),
        note=_note(event),
        at=event.happened_at,
        noticed=wording.span_text(delay) if delay >= timedelta(minutes=1) else "",
        due_before=event.due_before,
        due_after=event.due_after,
        by=life.people.get(event.actor_id or 0, ""),
    )


def _note(event: ClockEvent) -> str:
    if event.cause:
        return str(Cause(event.cause).label)
    if event.event == "undone":
        lines = ", ".join(str(seq) for seq in event.detail.get("seqs", []))
        return _("line %(n)s") % {"n": lines}
    return str(ACTIONS.get(event.detail.get("action", ""), ""))


def _told(spans: Sequence[Span], now: datetime) -> list[str]:
    if len(spans) <= MOST:
        return [_stretch(span, now) for span in spans]
    middle = spans[2:-2]
    ran = sum((span.to_at - span.from_at for span in middle if span.kind == "running"), timedelta(0))
    count = sum(span.kind == "running" for span in middle)
    summed = ngettext(
        "Then %(n)s working stretch with %(span)s.", "Then %(n)s working stretches with %(span)s.", count
    ) % {"n": count, "span": wording.span_text(ran)}
    ends = [_stretch(span, now) for span in spans[:2]], [_stretch(span, now) for span in spans[-2:]]
    return [*ends[0], summed, *ends[1]]


def _stretch(span: Span, now: datetime) -> str:
    said = {"span": wording.span_text(span.to_at - span.from_at), "until": _moment(span.to_at, now)}
    match span.kind:
        case "running":
            return _("%(span)s ran until %(until)s.") % said
        case "paused":
            return _("Paused until %(until)s.") % said
    return _("Closed until %(until)s.") % said


def _conclusion(life: ClockLife, now: datetime) -> str:
    clock = life.clock
    said = {"allowed": words.allowed(clock), "due": _moment(clock.due_at, now) if clock.due_at else ""}
    if clock.due_at is None:
        used = wording.span_text(life.state.elapsed)
        return _("%(used)s of %(allowed)s are used; it is due once it goes on.") % {**said, "used": used}
    if clock.ended_at and clock.ended_at < clock.due_at:
        return _("It ended before its %(allowed)s were used up, due %(due)s.") % said
    return _("With that %(allowed)s are used: due %(due)s.") % said


def _is_ahead(clock: Clock, now: datetime) -> bool:
    """Tell whether the due time of a running clock lies ahead: then the picture goes on to it."""
    return clock.ended_at is None and clock.due_at is not None and clock.due_at > now


def _moment(moment: datetime, now: datetime) -> str:
    return wording.moment_text(moment, now)
