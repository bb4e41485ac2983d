"""Say a whole dossier: what the cards of its page print."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from leads import kept
from leads.choices import Side
from leads.models import Lead
from portal import wording
from portal.forms.facts import ROLES
from portal.lines import cards, changes, clocks, due, routing, strip, verdicts
from sla import agreements
from sla.models import Clock, Handoff, Standing
from sla.queries import dossier as queries
from sla.queries import spans

HELD: dict[str, str | Promise] = {
    "capacity": gettext_lazy(
        "Sales has little room. Only the upper tiers are handed over now; this lead waits."
    ),
    "rounds": gettext_lazy(
        "It went to Sales and back as often as agreed. It is not handed over by itself again; you decide."
    ),
    "refused": gettext_lazy("Nobody could be offered this lead. It is tried again every hour."),
}


def page(found: queries.Dossier, now: datetime) -> dict[str, Any]:
    """Return what the page of a lead prints, by the names its template knows."""
    next_clock = found.next_clock
    return {
        "strip": strip.strip(
            found.clocks,
            found.promised,
            next_clock=next_clock,
            attempts=found.attempts,
            kept=spans.kept_by_pause(found.clocks),
            now=now,
        ),
        "due": due.due(next_clock, spans.life(next_clock, now), now) if next_clock else None,
        "bant": cards.bant(found.bant),
        "score": cards.score(found.explanation, now) if found.explanation else None,
        "consent": cards.consent(found.consents),
        "deals": [cards.deal(deal) for deal in found.deals],
        "account_line": _account_line(found),
        "held": held(found.standing),
        "routed": routing.why(found.handoff) if found.handoff else None,
        "role": ROLES.get(found.lead.attributes.get(queries.ROLE, ""), ""),
        "committee": [(member, ROLES.get(member.role, "")) for member in found.committee],
        **_verdict(found),
        **_changes(found, now),
    }


def next_due(lead: Lead, now: datetime) -> str:
    """Say which of Sales' clocks on a lead is due next or was due first, "" when none is."""
    clock = _running.first(lead=lead.pk)
    if clock is None or clock.due_at is None:
        return ""
    said = {"clock": clocks.commitment_label(clock.commitment), "due": wording.moment_text(clock.due_at, now)}
    return (_("%(clock)s was due %(due)s.") if clock.breached_at else _("%(clock)s is due %(due)s.")) % said


@kept.question
def _running() -> QuerySet[Clock]:
    found = Clock.objects.open().filter(lead=kept.number("lead"), side=Side.SALES, due_at__isnull=False)
    return found.select_related("commitment").order_by("due_at", "pk")[:1]


def reason_label(handoff: Handoff) -> str:
    """Name the reason of a refusal as its agreement does."""
    try:
        return agreements.document(handoff.version).reason(handoff.reason_code).label
    except KeyError:
        return _("a reason that was not recorded")


def _verdict(found: queries.Dossier) -> dict[str, Any]:
    judged = found.judgement
    if judged is None:
        return {"verdict": None}
    words = {"n": judged.version.number, "when": wording.moment_text(judged.judged_at, judged.judged_at)}
    scope = _("Definition of v%(n)s, as of now") % words
    if judged.is_frozen:
        words["when"] = verdicts.written(judged.judged_at)
        scope = _("Definition of v%(n)s, frozen %(when)s") % words
    ready = _("Sales-ready:") if judged.verdict.is_ready else _("Not sales-ready:")
    return {
        "verdict": verdicts.verdict(judged.verdict, judged.gate, found.bant, judged.judged_at),
        "verdict_scope": scope,
        "verdict_word": ready,
    }


def _changes(found: queries.Dossier, now: datetime) -> dict[str, Any]:
    last = found.last_round
    if last is None:
        return {"changes": None}
    rep = last.handoff.decided_by or last.handoff.rep
    ended_at = last.handoff.ended_at or last.handoff.decided_at
    words = pgettext("before the reason of a return", "%(name)s, sent back as")
    return {
        "changes": changes.changes(last, now),
        "last_day": verdicts.day(ended_at) if ended_at else _("day unknown"),
        "last_words": words % {"name": rep.name if rep else _("Somebody")},
        "last_reason": reason_label(last.handoff),
    }


def _account_line(found: queries.Dossier) -> str:
    people = len(found.committee) + 1
    open_count = sum(not handoff.is_ended for handoff in found.handoffs)
    leads = ngettext("%(n)s lead known", "%(n)s leads known", people) % {"n": people}
    handoffs = ngettext("%(n)s open handoff of this one", "%(n)s open handoffs of this one", open_count)
    return f"{leads}, {handoffs % {'n': open_count}}" if open_count else leads


def held(standing: Standing | None) -> str:
    """Say why a ready lead is not offered yet, blank when nothing holds it."""
    because = standing.held_because if standing else ""
    return str(HELD.get(because, because.replace("_", " ")))
