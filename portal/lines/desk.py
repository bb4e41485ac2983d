"""Say what lies on Marketing's desk as rows."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import User
from portal import badges, wording
from portal.lines import actions as buttons
from portal.lines import clocks, dossier
from sla import agreements
from sla.models import Handoff
from sla.queries.desk import Row

#: So many buttons fit into a row.
BUTTONS = 3
WORDS = 14
HELD = gettext_lazy("Not handed over yet")


@dataclass(frozen=True)
class DeskLine:
    """One row of the desk as its template prints it."""

    row: Row
    key: str
    grid: str
    what: str
    note: str
    badge: badges.Badge | None
    due_line: str
    actions: tuple[buttons.Action, ...]

    @property
    def can_hand_over(self) -> bool:
        """Tell whether the lead may be chosen to be handed over together with others."""
        return any(action.code == "offer" for action in self.actions)


def line(row: Row, user: User, now: datetime) -> DeskLine:
    """Return a row of the desk in words, with the buttons of whoever reads it."""
    what, note = _words(row, now)
    made = buttons.moves(row.lead, (row.handoff,) if row.handoff else (), user)
    return DeskLine(
        row=row,
        key=f"{row.item.kind}-{row.item.handoff_id or row.lead.pk}",
        grid=(row.handoff.grid if row.handoff else "") or (row.standing.grid if row.standing else ""),
        what=what,
        note=note,
        badge=clocks.badge(row.clock, now) if row.clock else None,
        due_line=_due_line(row, now),
        actions=tuple(made[:BUTTONS]),
    )


def _words(row: Row, now: datetime) -> tuple[str, str]:
    """Return what the row is about and the words beside it."""
    handoff, kind = row.handoff, row.item.kind
    if handoff is None:
        return _of_lead(row, now)
    if kind == "answer":
        asked = handoff.question
        return _("Asked: %(text)s") % {"text": Truncator(asked.text).words(WORDS)}, _(
            "%(name)s asks, the decision waits"
        ) % {"name": handoff.rep}
    if kind == "sales":
        rep = str(handoff.rep) if handoff.rep else _("the pool of %(team)s") % {"team": handoff.team}
        return _("Offered to %(rep)s") % {"rep": rep}, handoff.lead.source
    return _of_refusal(handoff, kind, now)


def _of_refusal(handoff: Handoff, kind: str, now: datetime) -> tuple[str, str]:
    reason = dossier.reason_label(handoff)
    said = Truncator(handoff.refusal.note).words(WORDS)
    by = str(handoff.decided_by or handoff.rep or "")
    quoted = _("“%(words)s” %(name)s") % {"words": said, "name": by} if said else by
    if kind == "contested":
        return _("Contested: %(reason)s") % {"reason": reason}, Truncator(handoff.refusal.contest_note).words(
            WORDS
        )
    if kind == "waking":
        when = wording.moment_text(handoff.refusal.wake_at, now) if handoff.refusal.wake_at else ""
        return _("Wakes up %(when)s") % {"when": when}, _("Said then: %(reason)s") % {"reason": reason}
    if kind == "track":
        return _("On track: %(track)s") % {"track": _track(handoff)}, _("First nurture touch is owed")
    disposition = handoff.get_disposition_display()
    return f"{disposition}: {reason}", quoted


def _of_lead(row: Row, now: datetime) -> tuple[str, str]:
    since = row.standing.ready_since if row.standing else row.lead.stage_since
    if row.item.kind == "quiet":
        return _("Nothing happened for too long"), row.lead.get_stage_display()
    ready = (
        _("Sales-ready since %(when)s") % {"when": wording.moment_text(since, now)}
        if since
        else _("Sales-ready")
    )
    return ready, dossier.held(row.standing) or str(HELD)


def _track(handoff: Handoff) -> str:
    tracks = {track.code: track.label for track in agreements.document(handoff.version).tracks}
    return tracks.get(handoff.refusal.track, _("none chosen"))


def _due_line(row: Row, now: datetime) -> str:
    if row.clock is None and row.item.due_at is not None:
        return wording.moment_text(row.item.due_at, now)
    return ""


TABS: dict[str, str | Promise] = {
    "all": gettext_lazy("All"),
    "returned": gettext_lazy("Handed back"),
    "repair": gettext_lazy("To repair"),
    "answer": gettext_lazy("To answer"),
    "ready": gettext_lazy("To hand over"),
    "track": gettext_lazy("On track"),
    "waking": gettext_lazy("Waking up"),
    "contested": gettext_lazy("Contested"),
    "late": gettext_lazy("Late"),
    "sales": gettext_lazy("Waiting for Sales"),
    "quiet": gettext_lazy("Gone quiet"),
}
