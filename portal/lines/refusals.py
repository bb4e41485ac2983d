"""Say what a decline or hand-back will lead to, and afterwards that it was done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.choices import Stage
from portal.forms.refusals import SIGNS, RefusalForm
from portal.lines import clocks, verdicts
from sla import agreements, handoffs
from sla.choices import CLOCK_KINDS, REFUSED_STATES, Disposition, HandoffState
from sla.document import Document
from sla.models import Handoff

VERBS: dict[str, tuple[str | Promise, str | Promise]] = {
    Disposition.RECYCLE: (gettext_lazy("Decline until %(day)s"), gettext_lazy("Hand back until %(day)s")),
    Disposition.DISQUALIFY: (gettext_lazy("Decline for good"), gettext_lazy("Hand back for good")),
    Disposition.REPAIR: (
        gettext_lazy("Send to Marketing for repair"),
        gettext_lazy("Send to Marketing for repair"),
    ),
    Disposition.REROUTE: (gettext_lazy("Pass on to another rep"), gettext_lazy("Pass on to another rep")),
}
STAGES: dict[str, str | Promise] = {
    Stage.RECYCLED: gettext_lazy("Back in nurturing, still a fit"),
    Stage.DISQUALIFIED: gettext_lazy("Disqualified, out for good"),
    Stage.NURTURING: gettext_lazy("In nurturing until repaired"),
    Stage.MQL: gettext_lazy("Stays sales-ready"),
    Stage.SAL: gettext_lazy("Stays accepted by Sales"),
    Stage.SQL: gettext_lazy("Back to whoever qualified it"),
}


@dataclass(frozen=True)
class Foreseen:
    """One line of the preview."""

    icon: str
    label: str
    text: str


@dataclass(frozen=True)
class Fate:
    """One of the two large buttons."""

    value: str
    label: str
    hint: str
    key: str


def foreseen(handoff: Handoff, form: RefusalForm, move: str, now: datetime) -> dict[str, Any]:
    """Return preview, mismatch and verb for what is chosen so far, and both fates."""
    shown: dict[str, Any] = {"fates": _fates(), "preview": [], "mismatch": "", "verb": _plain_verb(move)}
    reason = form.chosen
    if reason is None:
        return shown
    try:
        follows = handoffs.consequences(
            handoff=handoff,
            reason=reason.code,
            now=now,
            not_now=form.not_now,
            wake_on=form.wake_day,
            track=str(form["track"].value() or ""),
        )
    except handoffs.MoveRefused:
        return shown
    document = agreements.document(handoff.version)
    shown |= {
        "preview": _preview(handoff, follows, document, form),
        "mismatch": _mismatch(follows.mismatch),
        "verb": _verb(move, follows, form),
    }
    return shown


def refused(handoff: Handoff, moved: Handoff) -> tuple[str, str]:
    """Say that it was done, and where the lead is now."""
    company = handoff.lead.account
    if moved.state not in REFUSED_STATES:
        name = moved.rep.name if moved.rep else _("the pool")
        return _("Passed on %(company)s.") % {"company": company}, _("Now with %(name)s.") % {"name": name}
    said = _("Declined %(company)s.") if moved.state == "declined" else _("Handed back %(company)s.")
    label = agreements.document(handoff.version).reason(moved.reason_code).label
    return said % {"company": company}, f"{label}, {str(moved.get_disposition_display()).lower()}."


def _preview(
    handoff: Handoff, follows: handoffs.Consequences, document: Document, form: RefusalForm
) -> list[Foreseen]:
    is_reroute = follows.disposition == Disposition.REROUTE
    stays = handoff.leg == 1 and follows.stage == Stage.SQL
    said = Stage.SQL.label if stays else STAGES.get(follows.stage, Stage(follows.stage).label)
    lines = [Foreseen("return", _("Stage"), str(said))]
    signs = [str(SIGNS[sign]) for sign in form["signs"].value() or () if sign in SIGNS] if form.sleeps else []
    if form.wake_day:
        lines.append(Foreseen("calendar", _("Wakes up"), verdicts.day(form.wake_day)))
    if signs:
        lines.append(Foreseen("bell", _("Or when they"), ", ".join(signs)))
    if follows.track:
        lines.append(Foreseen("sprout", _("Track"), document.track(follows.track).label))
    if is_reroute:
        is_worked = handoff.state != HandoffState.OFFERED
        on = _("They go on with the next rep") if is_worked else _("Decide goes on with the next rep")
        no = _("No return: the work goes on") if is_worked else _("No decline: it only goes to another rep")
        lines += [Foreseen("clock", _("Your clocks"), on), Foreseen("gauge", _("Counts as"), no)]
        return lines
    lines += _clock_lines(handoff, follows, document)
    lines.append(Foreseen("gauge", _("Counts as"), f"{follows.reason.group}: {follows.reason.label}"))
    if follows.disposition == Disposition.RECYCLE:
        lines.append(Foreseen("route", _("Next time"), _("Another rep first, with your note")))
    return lines


def _clock_lines(handoff: Handoff, follows: handoffs.Consequences, document: Document) -> list[Foreseen]:
    lines = []
    if follows.stops:
        kinds = ", ".join(str(CLOCK_KINDS[kind].label) for kind in follows.stops)
        lines.append(Foreseen("check", _("Your clocks"), _("%(clocks)s: stop") % {"clocks": kinds}))
    promises = [_promise(handoff, kind) for kind in follows.starts]
    if promises:
        lines.append(Foreseen("clock", _("Marketing"), ", ".join(promises)))
    return lines


def _promise(handoff: Handoff, kind: str) -> str:
    """Say a clock of Marketing that begins, with the time it allows."""
    rows = agreements.commitments_on(handoff.version, handoff.tier)
    found = next((row for row in rows if row.kind == kind), None)
    label = str(CLOCK_KINDS[kind].label)
    limit = clocks.limit(found) if found else ""
    return _("%(clock)s within %(limit)s") % {"clock": label, "limit": limit} if limit else label


def _verb(move: str, follows: handoffs.Consequences, form: RefusalForm) -> str:
    decline, hand_back = VERBS[follows.disposition]
    if follows.disposition == Disposition.RECYCLE and form.wake_day is None:
        return _("Decline for now") if move == "decline" else _("Hand back for now")
    day = verdicts.day(form.wake_day) if form.wake_day else ""
    return str(decline if move == "decline" else hand_back) % {"day": day}


def _plain_verb(move: str) -> str:
    return _("Decline") if move == "decline" else _("Hand back")


def _mismatch(facts: str) -> str:
    return _("It holds: %(facts)s. Marketing may contest.") % {"facts": facts} if facts else ""


def _fates() -> list[Fate]:
    return [
        Fate("not_now", _("Not now"), _("Back to nurturing, returns later"), "N"),
        Fate("never", _("Never"), _("Out for good, no more mail"), "X"),
    ]
