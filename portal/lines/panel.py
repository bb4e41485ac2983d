"""Say beside a list what the chosen handoff is about."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from leads.models import User
from portal import badges, wording
from portal.lines import actions, cards, changes, clocks, dossier, timeline, verdicts
from sla.choices import Considered
from sla.models import Clock, Handoff
from sla.queries import dossier as queries
from sla.queries import panel as panel_queries


@dataclass(frozen=True)
class Panel:
    """What the panel prints; `touches` are moment, words and side."""

    handoff: Handoff
    badge: badges.Badge | None
    clock: Clock | None
    due_line: str
    left_line: str
    starts_line: str
    verdict: verdicts.VerdictLines | None
    ready_at: str
    touches: tuple[tuple[str, str, str], ...]
    consent: list[tuple[str, str, bool]]
    committee: tuple[queries.Member, ...]
    routed: str
    last_time: str
    since_then: str
    verdicts: list[actions.Action]


def words(handoff: Handoff, user: User, now: datetime) -> Panel:
    """Return the panel of a handoff in words."""
    found = panel_queries.summary(handoff, user, now)
    judged = found.judgement
    return Panel(
        handoff=handoff,
        badge=clocks.badge(found.clock, now, attempts=found.attempts, remaining=found.left)
        if found.clock
        else None,
        clock=found.clock,
        due_line=_due_line(found, now),
        left_line=_left_line(found),
        starts_line=_starts_line(found, now),
        verdict=verdicts.verdict(judged.verdict, judged.gate, {}, judged.judged_at) if judged else None,
        ready_at=wording.moment_text(handoff.ready_at, now) if handoff.ready_at else "",
        touches=tuple(
            (_when(touch.happened_at, now), timeline.touch_text(touch), str(touch.get_side_display()).lower())
            for touch in found.touches
        ),
        consent=cards.consent(found.consents),
        committee=found.committee,
        routed=_routed(handoff, user),
        last_time=_last_time(found.last_time) if found.last_time else "",
        since_then=_since_then(found.last_time) if found.last_time else "",
        verdicts=actions.verdicts(handoff, user),
    )


def _last_time(last: panel_queries.LastTime) -> str:
    rep, at = last.handoff.decided_by or last.handoff.rep, last.handoff.ended_at or last.handoff.decided_at
    said = {
        "reason": dossier.reason_label(last.handoff),
        "day": verdicts.day(at) if at else _("day unknown"),
        "name": rep.name if rep else _("somebody"),
    }
    return _("%(reason)s, %(day)s, by %(name)s.") % said


def _since_then(last: panel_queries.LastTime) -> str:
    touches = ngettext("%(n)s touch", "%(n)s touches", last.touches) % {"n": last.touches}
    named = changes.changed(last.before, last.now)
    if not named:
        return _("%(touches)s, no fact changed.") % {"touches": touches}
    return _("%(touches)s; changed: %(facts)s.") % {"touches": touches, "facts": ", ".join(named)}


def _due_line(found: panel_queries.Summary, now: datetime) -> str:
    clock = found.clock
    if clock is None:
        return _("No clock of Sales runs.")
    said = {"clock": clocks.clock_label(clock, found.attempts)}
    if clock.due_at is None:
        return _("%(clock)s waits for Marketing.") % said
    said["due"] = wording.moment_text(clock.due_at, now)
    return (_("%(clock)s was due %(due)s.") if clock.breached_at else _("%(clock)s by %(due)s.")) % said


def _left_line(found: panel_queries.Summary) -> str:
    clock = found.clock
    if clock is None or found.left is None or not clock.unit.startswith("business"):
        return ""
    said = {"left": wording.span_text(found.left), "limit": clocks.allowed(clock)}
    return _("%(left)s of business time left of %(limit)s.") % said if said["limit"] else ""


def _starts_line(found: panel_queries.Summary, now: datetime) -> str:
    if found.starts is None or found.starts_due_at is None:
        return ""
    return _("Accepting starts %(clock)s, due %(due)s.") % {
        "clock": clocks.commitment_label(found.starts),
        "due": wording.moment_text(found.starts_due_at, now),
    }


def _when(moment: datetime, now: datetime) -> str:
    """Say a past moment in one word: its time today, its weekday this week, else its day."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    if local.date() == today:
        return formats.date_format(local, pgettext("format of a time", "H:i"))
    is_recent = (today - local.date()).days < 7
    pattern = "D" if is_recent else pgettext("format of a day", "j M")
    return formats.date_format(local, pattern)


def _routed(handoff: Handoff, user: User) -> str:
    """Say why this person has it, as routing wrote it down."""
    if handoff.rep_id is None:
        return _("In the pool of %(team)s: whoever takes it first") % {"team": handoff.team}
    you = handoff.rep_id == user.pk
    name = _("you") if you else (handoff.rep.name if handoff.rep else "")
    owner = handoff.trace.get("owner") or {}
    if owner.get("outcome") == Considered.CHOSEN:
        return _("Routed to %(name)s: account owner of %(account)s") % {
            "name": name,
            "account": handoff.lead.account,
        }
    considered = handoff.trace.get("considered") or []
    if not considered:
        return _("Handed to %(name)s by name") % {"name": name} if handoff.offered_by_id else ""
    said = ngettext("next in turn, %(n)s considered", "next in turn of %(n)s", len(considered)) % {
        "n": len(considered)
    }
    return _("Routed to %(name)s: %(why)s") % {"name": name, "why": said}
