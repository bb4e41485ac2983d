"""The ledger: every commitment of both sides, one line each, and the file of it."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from leads.choices import Side, TouchKind
from portal import csvfile, figures, wording
from portal.forms.results import sees_people
from portal.lines import clocks as words
from portal.pages.compliance import Asked, asked_of
from sla import agreements
from sla.choices import Cause
from sla.compliance import ledger, members, report, reviews
from sla.compliance.ledger import Entry, PeriodEntry

SHOWN = 50
#: Most lines of one file.
MOST = 50_000
SIDES = {
    "": gettext_lazy("All sides"),
    "marketing": gettext_lazy("Marketing"),
    "sales": gettext_lazy("Sales"),
    "referee": gettext_lazy("Referee"),
}
#: Outcome → tone of its shape, word.
OUTCOMES = {
    "kept": ("ok", gettext_lazy("Kept")),
    "on_pace": ("ok", gettext_lazy("Kept")),
    "missed": ("late", gettext_lazy("Missed")),
    "behind": ("late", gettext_lazy("Missed")),
    "excused": ("na", gettext_lazy("Missed, excused")),
    "open": ("na", gettext_lazy("Open")),
    "too_few": ("na", gettext_lazy("Too few")),
    "too_early": ("na", gettext_lazy("Too early")),
    "none": ("na", gettext_lazy("Nothing due")),
    "unjudged": ("na", gettext_lazy("Not judged")),
    "unknown": ("unknown", gettext_lazy("Unknown")),
}
HEAD = (
    "kind", "side", "commitment", "lead_id", "lead", "account", "owner", "due",
    "outcome", "proof", "proved_at", "late_by_s", "cause",
)  # fmt: skip


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show all commitments of a period with due time, proof and outcome."""
    asked, side, outcome = _asked(request)
    found = report.build(asked.period, asked.filters, asked.now)
    clocks = Paginator(_clocks(asked, side, outcome), SHOWN).get_page(request.GET.get("page"))
    shows_held = _is_asked("both", side) and outcome in ("", "kept")
    context = {
        "form": asked.form,
        "report": found,
        "over_period": [_period_row(one) for one in _over_period(asked, found, side, outcome)],
        "reviews": [_review_row(one) for one in _reviews(asked, found, side, outcome)],
        "held": reviews.held_pipeline(asked.period, asked.filters) if shows_held else (),
        "page_obj": clocks,
        "rows": [_row(one) for one in ledger.entries(list(clocks), asked.now)],
        "sides": _choices(request, "side", SIDES, side),
        "outcomes": _choices(request, "outcome", _words(), outcome),
        "sees_people": sees_people(asked.user),
    }
    return render(request, "results/ledger.html", context)


@require_safe
def file(request: HttpRequest) -> HttpResponse:
    """Return the ledger as a file."""
    asked, side, outcome = _asked(request)
    found = report.build(asked.period, asked.filters, asked.now)
    rows = [_period_cells(one) for one in _over_period(asked, found, side, outcome)]
    rows += [_review_cells(one) for one in _reviews(asked, found, side, outcome)]
    return csvfile.answer("ledger", HEAD, (*rows, *_cells(asked, side, outcome)))


def _asked(request: HttpRequest) -> tuple[Asked, str, str]:
    side, outcome = request.GET.get("side", ""), request.GET.get("outcome", "")
    return asked_of(request), side if side in SIDES else "", outcome if outcome in ledger.OUTCOMES else ""


def _clocks(asked: Asked, side: str, outcome: str) -> Any:
    return ledger.clocks(
        asked.period, asked.filters, asked.now, side=side, outcome=outcome, visible=asked.visible
    )


def _over_period(asked: Asked, found: report.Report, side: str, outcome: str) -> list[PeriodEntry]:
    today = asked.now.astimezone(ZoneInfo(agreements.zone())).date()
    return [
        one
        for one in ledger.over_period(found, today)
        if _is_asked(one.line.side, side) and outcome in ("", one.outcome)
    ]


def _is_asked(owed_by: str, side: str) -> bool:
    """Tell whether a side that is looked at owes it; what both owe stands with each."""
    return side in ("", owed_by) or (owed_by == "both" and side in Side.values)


def _reviews(asked: Asked, found: report.Report, side: str, outcome: str) -> list[reviews.Owed]:
    """Return the reviews of the definition that the period owed, where the agreement promises them."""
    promising = [one for one in found.versions if agreements.document(one).of_kind("definition_review")]
    owed = reviews.owed(promising, asked.period, asked.now) if _is_asked("both", side) else []
    return [one for one in owed if outcome in ("", one.outcome)]


def _words() -> dict[str, Any]:
    return {"": _("All outcomes"), **{code: OUTCOMES[code][1] for code in ledger.OUTCOMES}}


def _choices(request: HttpRequest, name: str, known: dict[str, Any], current: str) -> list[dict[str, Any]]:
    items = []
    for code, label in known.items():
        query = request.GET.copy()
        query.pop("page", None)
        query[name] = code
        items.append({"label": label, "url": f"?{query.urlencode()}", "is_current": code == current})
    return items


def _period_row(one: PeriodEntry) -> dict[str, Any]:
    tone, word = OUTCOMES[one.outcome]
    return {"row": figures.row_of(one.line), "due_on": one.due_on, "tone": tone, "word": word}


def _review_row(one: reviews.Owed) -> dict[str, Any]:
    tone, word = OUTCOMES[one.outcome]
    return {"owed": one, "tone": tone, "word": word, "proof": _review_proof(one)}


def _review_proof(one: reviews.Owed) -> str:
    """Say what was held for a review that is owed, and what it still lacks."""
    if one.review is None:
        return _("a new version was in force") if one.outcome == "kept" else ""
    said = {"day": formats.date_format(one.review.held_on, pgettext("a day", "j M Y"))}
    if one.lacks:
        sides = ", ".join(str(SIDES[side]) for side in one.lacks)
        return _("held on %(day)s, not signed yet by %(sides)s") % {**said, "sides": sides}
    if one.review.confirmed_at:
        return _("held on %(day)s, confirmed by both sides") % said
    return _("held on %(day)s, with minutes") % said


def _review_cells(one: reviews.Owed) -> list[Any]:
    name = f"{one.version.agreement.name} v{one.version.number}"
    proved = one.review.held_on if one.review else ""
    return [
        "review", "both", name, *[""] * 4, one.due_on, one.outcome, _review_proof(one), proved, "", "",
    ]  # fmt: skip


def _row(one: Entry) -> dict[str, Any]:
    tone, word = OUTCOMES[one.outcome]
    clock = one.clock
    return {
        "clock": clock,
        "label": words.commitment_label(clock.commitment),
        "owner": str(members.owner_of(clock) or ""),
        "tone": tone,
        "word": word,
        "proof": proof_text(one),
        "proved_at": one.proof.at,
        "cause": Cause(clock.cause).label if clock.cause else "",
    }


def proof_text(one: Entry) -> str:
    """Say what kept a commitment, or how late it is; "" while nothing is to be said."""
    touch = one.proof.touch
    if touch is not None:
        said = {"kind": TouchKind(touch.kind).label, "evidence": touch.get_evidence_display()}
        return _("%(kind)s, %(evidence)s") % said
    if one.proof.at is not None:
        return one.proof.by or _("by the system")
    return ""


def _period_cells(one: PeriodEntry) -> list[Any]:
    line = one.line
    proof = f"{line.kept}/{line.n}" if line.kind != "volume" else wording.count_text(line.value or 0)
    name = figures.label_of(line)
    return ["period", line.side, name, *[""] * 4, one.due_on, one.outcome, proof, *[""] * 3]


def _cells(asked: Asked, side: str, outcome: str) -> Iterator[list[Any]]:
    shows_people = sees_people(asked.user)
    found = _clocks(asked, side, outcome)
    for start in range(0, MOST, 1000):
        batch = list(found[start : start + 1000])
        for one in ledger.entries(batch, asked.now):
            row, clock = _row(one), one.clock
            lead = clock.lead
            yield [
                "clock", clock.side, row["label"], clock.lead_id, str(lead or ""),
                lead.account.name if lead else "", row["owner"] if shows_people else "", clock.due_at,
                one.outcome, row["proof"] if shows_people else "", one.proof.at, clock.lateness, clock.cause,
            ]  # fmt: skip
        if len(batch) < 1000:
            return
