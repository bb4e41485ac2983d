"""Say a handoff as one row of a list."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.choices import TouchKind
from leads.models import Lead
from portal import badges, wording
from portal.lines import clocks
from sla.choices import HandoffState
from sla.models import Handoff
from sla.queries import inbox as inbox_queries
from sla.queries import leads as lead_queries

#: A reason to look at a lead has room for so many words, or fewer when a fact stands beside it.
WORDS_ALONE = 6
WORDS_BESIDE_FACT = 4


@dataclass(frozen=True)
class Line:
    """One row of the inbox as its template prints it; `refuse_url` declines or hands back."""

    handoff: Handoff
    badge: badges.Badge | None
    why: str
    source: str
    is_pool: bool
    is_offered: bool
    can_ask: bool
    refuse_url: str


@dataclass(frozen=True)
class LeadLine:
    """One row of the list of leads."""

    lead: Lead
    grid: str
    badge: badges.Badge | None
    state: str


def line(row: inbox_queries.Row, now: datetime) -> Line:
    """Return an inbox row in words."""
    handoff, entry = row.handoff, row.entry
    is_offered = handoff.state == HandoffState.OFFERED
    return Line(
        handoff=handoff,
        badge=_badge(row, now),
        why=why(handoff),
        source=handoff.lead.source,
        is_pool=entry.is_pool,
        is_offered=is_offered,
        can_ask=is_offered and not entry.is_pool and not hasattr(handoff, "question"),
        refuse_url=_refuse_url(handoff),
    )


def lead_line(row: lead_queries.LeadRow, now: datetime) -> LeadLine:
    """Return a row of the list of leads in words."""
    return LeadLine(
        lead=row.lead,
        grid=row.standing.grid if row.standing else "",
        badge=clocks.badge(row.clock, now) if row.clock else None,
        state=str(row.handoff.get_state_display()) if row.handoff else "",
    )


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


def _refuse_url(handoff: Handoff) -> str:
    """Return where this person says no, "" where that is not possible: in a pool, or with a deal open."""
    if handoff.state == HandoffState.OFFERED and handoff.rep_id:
        return reverse("handoff-decline", args=[handoff.pk])
    if handoff.state in (HandoffState.ACCEPTED, HandoffState.QUALIFIED):
        return reverse("handoff-hand-back", args=[handoff.pk])
    return ""


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
