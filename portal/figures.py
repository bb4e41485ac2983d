"""Say the figures of a report in words, shapes and numbers: presentation only, nothing is computed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.choices import Side
from portal import wording
from portal.lines import clocks, verdicts
from sla import agreements
from sla.choices import HandoffState
from sla.compliance.lines import Line
from sla.compliance.members import Member
from sla.compliance.periods import Period
from sla.compliance.promises import Wording
from sla.compliance.report import Report
from sla.compliance.truth import Truth
from sla.document import Commitment
from sla.wording import Sentence

#: Status of a line → tone of the shape, word.
STATUSES: dict[str, tuple[str, str | Promise]] = {
    "kept": ("ok", gettext_lazy("Kept")),
    "on_pace": ("ok", gettext_lazy("On pace")),
    "missed": ("late", gettext_lazy("Missed")),
    "behind": ("warn", gettext_lazy("Behind")),
    "too_few": ("na", gettext_lazy("Too few")),
    "too_early": ("na", gettext_lazy("Too early")),
    "none": ("na", gettext_lazy("Nothing due")),
    "unjudged": ("na", gettext_lazy("Not judged")),
    "unknown": ("unknown", gettext_lazy("Unknown")),
}
#: Behind these stand meetings with minutes, few and no leads.
REVIEWS = ("pipeline_review", "definition_review")
VERDICTS: dict[str, str | Promise] = {
    "proved": gettext_lazy("Proved."),
    "refuted": gettext_lazy("Refuted."),
    "too_early": gettext_lazy("Too early to say."),
    "untested": gettext_lazy("Untested: not followed up."),
}


@dataclass(frozen=True)
class Row:
    """One commitment as a page prints it."""

    line: Line
    label: str
    terms: str
    sentence: str
    tone: str
    word: str | Promise
    value: str
    target: str
    change: str
    is_missed: bool
    is_few: bool
    promised: tuple[str, ...]


def label_of(line: Line) -> str:
    """Return the name of a commitment in the reader's language."""
    return clocks.promise_label(line.kind, line.commitment.params)


def row_of(line: Line, period: Period | None = None, after_exceptions: bool = False) -> Row:
    """Say a line; with its period also what was promised when, where that changed in it."""
    tone, word = STATUSES[line.status]
    return Row(
        line=line,
        label=label_of(line),
        terms=short_terms(line.commitment, line.terms),
        sentence=verdicts.say(line.terms),
        tone=tone,
        word=word,
        value=value_of(line, after_exceptions),
        target=target_of(line),
        change="" if line.change is None else wording.signed_text(round(line.change * 100)),
        is_missed=line.status == "missed",
        is_few=line.status in ("too_few", "too_early", "none", "unjudged", "unknown"),
        promised=tuple(promised_when(line, period)) if period else (),
    )


#: What a commitment counted over a period or held by stages asks, in a few words.
ASKS: dict[str, str | Promise] = {
    "upkeep": gettext_lazy("no lead of Sales goes stale"),
    "nurture_stale": gettext_lazy("no lead of Marketing goes stale"),
    "feedback": gettext_lazy("a reason for every no, a verdict on every lead"),
    "records": gettext_lazy("all that Sales must record"),
    "quality": gettext_lazy("accepted by Sales"),
    "readiness": gettext_lazy("with a complete dossier"),
    "close_rate": gettext_lazy("won, of the accounts followed up"),
    "definition_review": gettext_lazy("held by its date"),
    "pipeline_review": gettext_lazy("held by its date"),
}


def short_terms(commitment: Commitment, terms: Sentence) -> str:
    """Say in a few words what is promised: "within 2 to 8 business hours", "120 a month"."""
    if commitment.kind in ASKS:
        return str(ASKS[commitment.kind])
    if commitment.kind == "volume":
        per = _("%(n)s a quarter") if commitment.per == "quarter" else _("%(n)s a month")
        said = per % {"n": wording.count_text(float(commitment.amount or 0))}
        return _("%(said)s by value") % {"said": said} if commitment.params.get("weighted") else said
    spans = [allowance.span for allowance in commitment.allowances]
    if not spans:
        return verdicts.say(terms)
    amounts = [float(span.amount) for span in spans if span.unit == spans[-1].unit]
    most = clocks.span(max(amounts), spans[-1].unit)
    words = {"low": wording.count_text(min(amounts)), "most": most}
    within = _("within %(most)s") if min(amounts) == max(amounts) else _("within %(low)s to %(most)s")
    return within % words


def promised_when(line: Line, period: Period) -> Iterator[str]:
    """Say what was promised on which days, where that changed in the period: "until 9 Nov: 110 a month"."""
    found = line.promise.wordings()
    names = {one.agreement for one in found}
    is_partial = line.kind == "volume" and any(_days(one, period) for one in found)
    if len(found) == len(names) and not is_partial:
        return
    for one in found:
        terms = short_terms(one.commitment, one.terms)
        if one.commitment.target is not None:
            terms = f"{terms}, {wording.share_text(float(one.commitment.target))}"
        parts = (one.agreement if len(names) > 1 else "", _days(one, period))
        yield f"{', '.join(part for part in parts if part)}: {terms}".removeprefix(": ")


def _days(one: Wording, period: Period) -> str:
    """Say on which days of the period something was promised, blank for all of it."""
    if one.first_on is None or one.last_on is None:
        return _("what began earlier")
    said = {"first": _day(one.first_on), "last": _day(one.last_on)}
    if one.first_on > period.first_on and one.last_on < period.last_on:
        return _("%(first)s to %(last)s") % said
    if one.first_on > period.first_on:
        return _("from %(first)s") % said
    return _("until %(last)s") % said if one.last_on < period.last_on else ""


def _day(day: date) -> str:
    return formats.date_format(day, _("j M"))


def value_of(line: Line, after_exceptions: bool = False) -> str:
    """Say the value: a number for volume, "3 of 4" for few cases, else a percentage."""
    value = line.value_after_exceptions if after_exceptions else line.value
    if value is None:
        return "–"
    if line.kind == "volume":
        return wording.count_text(value)
    if line.status == "too_few" or line.kind in REVIEWS:
        return wording.share_of(min(line.kept, line.n), line.n)
    # 94.8% must not be shown as the 95% that it missed.
    is_close = line.target is not None and value != line.target and abs(value - line.target) < 0.01
    return wording.share_text(value, 1 if is_close else 0)


def target_of(line: Line) -> str:
    if line.target is None:
        return "–"
    return wording.count_text(line.target) if line.kind == "volume" else wording.share_text(line.target)


def rows_of(report: Report, side: str, after_exceptions: bool = False) -> list[Row]:
    return [row_of(line, report.period, after_exceptions) for line in report.of_side(side)]


def tally(lines: list[Line]) -> str:
    """Say how a side stands: "4 kept, 1 behind, 1 too few to judge"."""
    counts = {status: sum(line.status == status for line in lines) for status in STATUSES}
    parts = [
        (counts["kept"] + counts["on_pace"], _("%(n)s kept")),
        (counts["missed"], _("%(n)s missed")),
        (counts["behind"], _("%(n)s behind")),
        (counts["too_few"], _("%(n)s too few to judge")),
        (counts["too_early"], _("%(n)s too early to judge")),
    ]
    return ", ".join(text % {"n": n} for n, text in parts if n) or _("nothing due")


@dataclass(frozen=True)
class Finding:
    """The sentence that a page opens with: `strong` is what matters most."""

    first: str
    strong: str = ""
    rest: str = ""


def finding_of(report: Report) -> Finding:
    """Say what was found: how many are kept, the weak spot, whether volume is behind its pace."""
    judged = len(report.judged)
    if not judged:
        return Finding(_("Nothing has fallen due in this period yet, or too little to judge."))
    first = ngettext(
        "%(kept)s of %(n)s commitment is kept.", "%(kept)s of %(n)s commitments are kept.", judged
    ) % {"kept": report.kept, "n": judged}
    weakest = report.weakest
    if weakest is None:
        return Finding(first, rest=_pace(report))
    strong = _("%(name)s is the weak spot:") % {"name": label_of(weakest)}
    against = _("%(value)s against %(target)s.") % {"value": value_of(weakest), "target": target_of(weakest)}
    return Finding(first, strong, f"{against} {_pace(report)}".strip())


def _pace(report: Report) -> str:
    found = [(line.side, line.volume) for line in report.lines if line.volume]
    behind = [(side, one, round(one.promised_by(report.now)) - round(one.value)) for side, one in found]
    return " ".join(_behind(side, n, one.is_by_value) for side, one, n in behind if n > 0)


def _behind(side: str, n: int, is_by_value: bool) -> str:
    if is_by_value:
        words = _("%(side)s is %(n)s behind its pace, by value.")
        return words % {"side": Side(side).label, "n": wording.count_text(n)}
    if side == Side.SALES:
        words = ngettext("Sales is %(n)s lead behind its pace.", "Sales is %(n)s leads behind its pace.", n)
    else:
        words = ngettext(
            "Marketing is %(n)s lead behind its pace.", "Marketing is %(n)s leads behind its pace.", n
        )
    return words % {"n": wording.count_text(n)}


def truth_sentence(found: Truth) -> str:
    """Say why the verdict on a definition is what it is."""
    if not found.opportunities:
        return _("No handoff is old enough to judge yet.")
    words = ngettext(
        "%(won)s of %(n)s account followed up was won.",
        "%(won)s of %(n)s accounts followed up were won.",
        found.followed_up,
    )
    return words % {"won": found.won, "n": found.followed_up}


def commitments_of(rows: list[Row]) -> list[Row]:
    """Leave out what nothing fell due for: a scorecard shows what can be judged."""
    return [row for row in rows if row.line.status not in ("none", "unknown")]


def reason_labels() -> dict[str, str]:
    """Return by code what the agreement in force calls each reason."""
    version = agreements.current()
    return {each.code: each.label for each in agreements.document(version).reasons} if version else {}


def listed(people: Sequence[Member], most: int) -> dict[str, Any]:
    """Return what a list of leads behind a figure prints: the first of them, and which columns tell.

    A reason that is no longer agreed keeps its code.
    """
    labels = reason_labels()
    outcomes = {state.value: str(state.label) for state in HandoffState}
    outcomes |= {"kept": _("Kept"), "missed": _("Missed"), "open": _("Open")}
    shown = [
        replace(one, reason=labels.get(one.reason, one.reason), outcome=outcomes.get(one.outcome, ""))
        for one in people[:most]
    ]
    return {
        "members": shown,
        "total": len(people),
        "is_timed": any(one.clock_id for one in shown),
        "is_mixed": len({one.outcome for one in shown}) > 1,
    }
