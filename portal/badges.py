"""Say what a clock shows: one meaning for pages, letters and tests."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import wording

WORDS: dict[str, Promise] = {
    "running": _("Running"),
    "soon": _("Due soon"),
    "late": _("Late"),
    "paused": _("Paused"),
    "kept": _("Kept"),
    "kept_late": _("Kept late"),
    "cancelled": _("Does not count"),
    "not_started": _("Not started"),
    "too_few": _("Too few"),
    "unknown": _("Unknown"),
}
COUNTING_DOWN = frozenset({"running", "soon"})


@dataclass(frozen=True)
class Badge:
    """What one clock shows at `now`. `left_share` is 0..1 of the wall-clock time, None when nothing runs."""

    state: str
    now: datetime
    label: str = ""
    due_at: datetime | None = None
    span: timedelta | None = None
    left_share: float | None = None
    note: str = ""

    @property
    def word(self) -> str:
        """The state in words."""
        return str(WORDS[self.state])

    @property
    def span_text(self) -> str:
        """The time beside the word, "" when there is none."""
        return "" if self.span is None else wording.span_text(self.span)

    @property
    def counts(self) -> str:
        """In which way the time moves while somebody looks: "down", "up" or ""."""
        if self.due_at is None:
            return ""
        return "down" if self.state in COUNTING_DOWN else "up" if self.state == "late" else ""

    @property
    def due_text(self) -> str:
        """The due moment in the reader's zone, "" when there is none."""
        return "" if self.due_at is None else wording.moment_text(self.due_at, self.now)

    @property
    def due_line(self) -> str:
        """When it is or was due, in words; "" when there is no due moment."""
        if self.due_at is None:
            return ""
        is_past = self.state in {"late", "kept_late"}
        return (gettext("was due %(due)s") if is_past else gettext("due %(due)s")) % {"due": self.due_text}


def badge_for(
    state: str,
    *,
    now: datetime,
    label: str = "",
    started_at: datetime | None = None,
    due_at: datetime | None = None,
    warned_at: datetime | None = None,
    breached_at: datetime | None = None,
    ended_at: datetime | None = None,
    lateness: timedelta | None = None,
    remaining: timedelta | None = None,
    note: str = "",
) -> Badge:
    """Return the badge of a clock whose stored state is `state`.

    "Soon" needs `warned_at` and "late" needs `breached_at`, both set by the worker: a page that
    compared due times with its own clock would contradict the ledger. `remaining` is what a pause keeps,
    `note` replaces the due time.
    """
    shown = shown_state(state, warned_at, breached_at, lateness)
    span = shown_span(shown, now, started_at, due_at, ended_at, lateness, remaining)
    left = left_share(now, started_at, due_at) if shown in COUNTING_DOWN else None
    return Badge(state=shown, now=now, label=label, due_at=due_at, span=span, left_share=left, note=note)


def shown_state(
    state: str, warned_at: datetime | None, breached_at: datetime | None, lateness: timedelta | None
) -> str:
    """Return the word's code for a clock's stored state."""
    was_breached = state == "breached" or breached_at is not None
    if state == "met":
        return "kept_late" if was_breached or lateness else "kept"
    if state in {"running", "breached"}:
        return "late" if was_breached else "soon" if warned_at else "running"
    return state if state in WORDS else "unknown"


def shown_span(
    shown: str,
    now: datetime,
    started_at: datetime | None,
    due_at: datetime | None,
    ended_at: datetime | None,
    lateness: timedelta | None,
    remaining: timedelta | None,
) -> timedelta | None:
    """Return the time beside the word: left, overdue, kept by the pause, taken, or late by."""
    if shown in COUNTING_DOWN and due_at:
        # Past due but not yet judged: say nothing is left, the verdict is the worker's.
        return max(due_at - now, timedelta(0))
    if shown == "late" and due_at:
        return now - due_at
    if shown == "paused":
        return remaining
    if shown == "kept_late":
        return lateness or (ended_at - due_at if ended_at and due_at else None)
    return ended_at - started_at if shown == "kept" and ended_at and started_at else None


def left_share(now: datetime, started_at: datetime | None, due_at: datetime | None) -> float | None:
    """Return the part of the wall-clock time that is left, 0..1."""
    if started_at is None or due_at is None or due_at <= started_at:
        return None
    return min(1.0, max(0.0, (due_at - now) / (due_at - started_at)))
