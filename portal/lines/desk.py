"""Say what lies on Marketing's desk as rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import User
from portal import badges, wording
from portal.lines import actions as buttons
from portal.lines import clocks, dossier, tracks, verdicts
from sla import permissions
from sla.choices import HandoffState
from sla.models import Handoff
from sla.queries.desk import Row

#: So many buttons fit into a row.
BUTTONS = 3
WORDS = 14
HELD = gettext_lazy("Not handed over yet")
#: What a dossier lacks, by its code in the agreement.
LACKING: dict[str, str | Promise] = {
    "source": gettext_lazy("where it came from"),
    "first_identified": gettext_lazy("how it was first identified"),
    "touches": gettext_lazy("what it was sent and did"),
    "score": gettext_lazy("score"),
    "consent": gettext_lazy("consent"),
    "contact": gettext_lazy("e-mail or phone"),
}


@dataclass(frozen=True)
class DeskLine:
    """One row of the desk as its template prints it; `place` on the page, from 1."""

    row: Row
    place: int
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


def line(row: Row, place: int, user: User, now: datetime) -> DeskLine:
    """Return a row of the desk in words, with the buttons of whoever reads it."""
    what, note = _words(row, now)
    made = [*_step(row, user), *buttons.moves(row.lead, (row.handoff,) if row.handoff else (), user)]
    return DeskLine(
        row=row,
        place=place,
        key=f"{row.item.kind}-{row.item.handoff_id or row.lead.pk}",
        grid=(row.handoff.grid if row.handoff else "") or (row.standing.grid if row.standing else ""),
        what=what,
        note=note,
        badge=clocks.badge(row.clock, now) if row.clock else None,
        due_line=_due_line(row, now),
        # A reminder to Sales does not bring what the dossier lacks.
        actions=tuple(one for one in made if row.item.kind != "missing" or one.code != "nudge")[:BUTTONS],
    )


def _step(row: Row, user: User) -> Iterator[buttons.Action]:
    """Yield the button of the next step, one tap that writes its touch down."""
    if row.handoff and row.step and permissions.can_acknowledge(user, row.handoff):
        yield tracks.step_action(row.handoff, row.step.number)


def _words(row: Row, now: datetime) -> tuple[str, str]:
    """Return what the row is about and the words beside it."""
    handoff, kind = row.handoff, row.item.kind
    if handoff is None:
        return _of_lead(row, now)
    if row.step:
        return tracks.step_text(handoff, row.step.number), _of_step(row.step.number, handoff, kind)
    if kind == "answer":
        asked = handoff.question
        return _("Asked: %(text)s") % {"text": Truncator(asked.text).words(WORDS)}, _(
            "%(name)s asks, the decision waits"
        ) % {"name": handoff.rep}
    if kind == "missing":
        lacks = ", ".join(str(LACKING.get(code, code)) for code in row.lacks)
        return _("Missing: %(what)s") % {"what": lacks}, _with(handoff)
    if kind == "sales":
        return _with(handoff), handoff.lead.source
    return _of_refusal(handoff, kind, now)


def _of_step(number: int, handoff: Handoff, kind: str) -> str:
    """Say which step of which track it is, and whether it pays the first touch that Marketing owes."""
    said = _("Step %(n)s of “%(track)s”") % {"n": number, "track": tracks.label(handoff)}
    return _("%(step)s, the first touch owed") % {"step": said} if kind == "track" else said


def _with(handoff: Handoff) -> str:
    rep = str(handoff.rep) if handoff.rep else _("the pool of %(team)s") % {"team": handoff.team}
    said = _("Offered to %(rep)s") if handoff.state == HandoffState.OFFERED else _("With %(rep)s")
    return said % {"rep": rep}


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
        track = tracks.label(handoff) or _("none chosen")
        return _("On track: %(track)s") % {"track": track}, _("First nurture touch is owed")
    disposition = handoff.get_disposition_display()
    against = handoff.refusal.mismatch
    if against:  # what the rep was told before, Marketing sees after
        return f"{disposition}: {reason}", _("The dossier says otherwise: %(facts)s") % {"facts": against}
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


def _due_line(row: Row, now: datetime) -> str:
    if row.item.kind == "step" and row.step:
        return _("since %(day)s") % {"day": verdicts.day(row.step.due_on)}
    if row.clock is None and row.item.due_at is not None:
        return wording.moment_text(row.item.due_at, now)
    return ""


TABS: dict[str, str | Promise] = {
    "all": gettext_lazy("All"),
    "returned": gettext_lazy("Handed back"),
    "repair": gettext_lazy("To repair"),
    "answer": gettext_lazy("To answer"),
    "ready": gettext_lazy("To hand over"),
    "step": gettext_lazy("Next steps"),
    "track": gettext_lazy("First touch owed"),
    "waking": gettext_lazy("Waking up"),
    "contested": gettext_lazy("Contested"),
    "late": gettext_lazy("Late"),
    "sales": gettext_lazy("Waiting for Sales"),
    "missing": gettext_lazy("Missing data"),
    "quiet": gettext_lazy("Gone quiet"),
}
