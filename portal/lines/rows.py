"""Say a handoff as one row of a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from leads.choices import Stage, TouchKind
from leads.models import Lead
from portal import badges, drawing, wording
from portal.lines import clocks, verdicts
from portal.navigation import address
from sla.choices import HandoffState
from sla.models import Handoff
from sla.queries import inbox as inbox_queries
from sla.queries import leads as lead_queries

#: A reason to look at a lead has room for so many words, or fewer when a fact stands beside it.
WORDS_ALONE = 6
WORDS_BESIDE_FACT = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the inbox as its template prints it; `state` stands where no clock runs."""

    id: str
    grid: str
    company: str
    person: str
    badge: badges.Badge | None
    state: str
    why: str
    source: str
    handoff_id: int
    is_offered: bool
    open_url: str
    panel_url: str
    row_url: str
    clock_url: str
    moves: SafeString


@dataclass(frozen=True, slots=True)
class LeadLine:
    """One row of the list of leads as its template prints it; `since` is the day its stage began."""

    url: str
    company: str
    person: str
    stage: str
    since: str
    grid: str
    owner: str
    source: str
    badge: badges.Badge | None


def line(row: inbox_queries.Row, now: datetime) -> Line:
    """Return an inbox row in words."""
    handoff, lead = row.handoff, row.handoff.lead
    badge = _badge(row, now)
    return Line(
        id=_id(handoff),
        grid=handoff.grid,
        company=str(lead.account),
        person=_person(lead),
        badge=badge,
        state="" if badge else str(handoff.get_state_display()),
        why=why(handoff),
        source=_source(row),
        handoff_id=handoff.pk,
        is_offered=handoff.state == HandoffState.OFFERED,
        open_url=address("lead", lead.pk),
        panel_url=address("inbox-panel", handoff.pk),
        row_url=address("inbox-row", handoff.pk),
        clock_url=address("clock", row.clock.pk) if row.clock else "",
        moves=mark_safe("".join(_moves(row))),
    )


def lead_line(row: lead_queries.LeadRow, now: datetime) -> LeadLine:
    """Return a row of the list of leads in words."""
    lead = row.lead
    return LeadLine(
        url=address("lead", lead.pk),
        company=str(lead.account),
        person=_person(lead),
        stage=str(Stage(lead.stage).label),
        since=verdicts.day(lead.stage_since) if lead.stage_since else "",
        grid=row.standing.grid if row.standing else "",
        owner=str(lead.owner or ""),
        source=lead.source,
        badge=clocks.badge(row.clock, now) if row.clock else None,
    )


def _person(lead: Lead) -> str:
    return f"{lead}, {lead.title}" if lead.title else str(lead)


def why(handoff: Handoff) -> str:
    """Say in six words at most why this lead is here: the open question, or the last touch and one fact."""
    question = getattr(handoff, "question", None)
    if question and question.answered_at is None:
        return _("Asked: %(text)s") % {"text": Truncator(question.text).words(WORDS_ALONE - 1)}
    fact = _fact(handoff)
    words = WORDS_BESIDE_FACT if fact else WORDS_ALONE
    touch = Truncator(last_touch(handoff)).words(words)
    return ", ".join(part for part in (touch, fact) if part) or _("Handed over without a touch")


def last_touch(handoff: Handoff) -> str:
    """Return the buyer's last touch, as the query of the rows annotated it."""
    summary, kind = getattr(handoff, "touch_summary", ""), getattr(handoff, "touch_kind", "")
    return summary or (str(TouchKind(kind).label) if kind else "")


def _id(handoff: Handoff) -> str:
    return f"handoff-{handoff.pk}"


def _moves(row: inbox_queries.Row) -> Iterator[SafeString]:
    """Draw what can be done in a row: accept or log a touch, say no, ask, open.

    Nobody says no to an offer of a pool, nor to a lead with a deal open.
    """
    handoff, look = row.handoff, ""
    is_offered = handoff.state == HandoffState.OFFERED
    if is_offered:
        yield drawing.row_move(_("Accept"), "1", address("handoff-accept", handoff.pk), _id(handoff))
    else:
        yield drawing.row_dialog(_("Log touch"), "C", address("lead-touch", handoff.lead_id), "pri")
    if is_offered and handoff.rep_id:
        look = "gh"
        yield drawing.row_dialog(_("Decline…"), "3", address("handoff-decline", handoff.pk))
    elif handoff.state in (HandoffState.ACCEPTED, HandoffState.QUALIFIED):
        look = "gh"
        yield drawing.row_dialog(_("Hand back…"), "3", address("handoff-hand-back", handoff.pk))
    if is_offered and not row.entry.is_pool and not hasattr(handoff, "question"):
        yield drawing.row_dialog(_("Ask Marketing"), "H", address("handoff-ask", handoff.pk), "gh")
    yield drawing.row_link(pgettext("a button", "Open"), "↵", address("lead", handoff.lead_id), look)


def _source(row: inbox_queries.Row) -> str:
    """Say where the lead came from, and before it in whose pool it lies, and which round it is."""
    pool = _("Pool of %(team)s") % {"team": row.handoff.team} if row.entry.is_pool else ""
    again = _("cycle %(n)s") % {"n": row.handoff.cycle} if row.handoff.cycle > 1 else ""
    return " · ".join(part for part in (pool, again, row.handoff.lead.source) if part)


def _badge(row: inbox_queries.Row, now: datetime) -> badges.Badge | None:
    if row.clock is None:
        return None
    note = _("waits for Marketing") if row.entry.is_waiting else ""
    return clocks.badge(row.clock, now, attempts=row.attempts, note=note, remaining=row.remaining)


def _fact(handoff: Handoff) -> str:
    snapshot = getattr(handoff, "snapshot", None)
    if snapshot and snapshot.budget:
        return _("budget %(amount)s") % {"amount": wording.count_text(float(snapshot.budget))}
    if snapshot and snapshot.employees:
        return ngettext("%(n)s person", "%(n)s staff", snapshot.employees) % {
            "n": wording.count_text(snapshot.employees)
        }
    return ""
