"""Runs of the definition lab: their progress, what was found, and the leads behind each figure."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from leads.models import Lead, User
from portal import access
from portal.lines import lab as lines
from portal.lines import verdicts
from sla import agreements, permissions, readiness
from sla.choices import LabKind, LabState
from sla.document import names
from sla.lab import runs
from sla.models import AgreementVersion, LabRun
from sla.queries import lab as queries
from sla.queries.drafts import OPEN

FEW_SHOWN, PAGE = 5, 50


@require_safe
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a run: its progress, what went wrong, or what was found."""
    user = entered(request)
    return render(request, "lab/run.html", _context(_run(pk), user))


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return how far a run is; the whole page anew once it has ended."""
    entered(request)
    found = _run(pk)
    answer = render(request, "lab/_progress.html", {"run": found})
    if found.state in (LabState.DONE, LabState.FAILED):
        answer["HX-Refresh"] = "true"
    return answer


@require_safe
def leads(request: HttpRequest, pk: int, which: str) -> HttpResponse:
    """Show all named leads of a list."""
    user = entered(request)
    found = _run(pk)
    if which not in queries.LISTS or not found.result or found.kind != LabKind.BACKTEST:
        raise Http404
    gate = runs.asked_of(found, timezone.now()).draft.gate
    whole = found.result[which] or {}
    count = len(whole.get("leads", whole.get("handoffs", ())))
    page = Paginator(range(count), PAGE).get_page(request.GET.get("page"))
    rows = _named(found, which, gate, user, (page.number - 1) * PAGE, PAGE)
    context = {"run": found, "which": which, "title": LIST_TITLES[which], "rows": rows, "page_obj": page}
    context["total"] = whole.get("n", 0)
    return render(request, "lab/leads.html", context)


def entered(request: HttpRequest) -> User:
    """Return who asks; 403 for whom the lab is not open."""
    user = access.person(request)
    access.require(permissions.can_see_lab(user))
    return user


def _run(pk: int) -> LabRun:
    return get_object_or_404(LabRun.objects.select_related("agreement", "version", "created_by"), pk=pk)


def _context(found: LabRun, user: User) -> dict[str, Any]:
    context: dict[str, Any] = {"run": found, "version": found.version, "may_send": _may_send(found, user)}
    if found.state != LabState.DONE or found.result is None:
        return context
    if found.kind == LabKind.BACKTEST:
        return {**context, **_backtest(found, user)}
    if found.kind == LabKind.WHATIF:
        return {**context, "rows": lines.whatif(found.result, _commitment_names(found))}
    return {**context, "load": found.result, "loads": lines.loads(found.result)}


def _may_send(found: LabRun, user: User) -> bool:
    """Tell whether its criterion can go into a draft that does not have it yet."""
    criterion, version = found.asked.get("criterion"), found.version
    if criterion is None or not permissions.can_draft(user):
        return False
    return not (version and version.state in OPEN and criterion in version.document["gates"].values())


def _backtest(found: LabRun, user: User) -> dict[str, Any]:
    result, now = found.result or {}, timezone.now()
    asked = runs.asked_of(found, now)
    word, why = lines.finding(result)
    return {
        "result": result,
        "word": word,
        "why": why,
        "sentence": lines.sentence(readiness.dump_criterion(asked.draft.gate.criterion)),
        "rows": lines.rows(result),
        "chart": lines.interval_chart(result),
        "criteria": lines.criteria(result),
        "reasons": lines.reasons(result, reason_labels()),
        "months": lines.months(result),
        "leaks": lines.leaks(result),
        "loads": lines.loads(result.get("load")),
        "load": result.get("load"),
        "lists": [_list(found, which, asked.draft.gate, user) for which in queries.LISTS],
        "period": runs.period_of(found, found.created_at),
        "is_stale": found.version is not None and found.version.sha256 != found.sha256,
    }


LIST_TITLES = {
    "gained": gettext_lazy("Never handed over, and the draft would have passed them"),
    "turned_in": gettext_lazy("Handed over, kept out in force, passed by the draft"),
    "turned_out": gettext_lazy("Passed in force, kept out by the draft"),
    "lost": gettext_lazy("All handed over that the draft keeps out"),
}


def _list(found: LabRun, which: str, gate: Any, user: User) -> dict[str, Any]:
    whole: Mapping[str, Any] = (found.result or {}).get(which) or {}
    return {
        "which": which,
        "title": LIST_TITLES[which],
        "n": whole.get("n", 0),
        # Where all passed in force, what the draft keeps out is one list.
        "is_same": which == "lost" and whole.get("n") == (found.result or {})["turned_out"]["n"],
        "rows": _named(found, which, gate, user, 0, FEW_SHOWN) if whole else [],
    }


def _named(found: LabRun, which: str, gate: Any, user: User, start: int, most: int) -> list[dict[str, Any]]:
    rows = queries.named(found.result or {}, which, gate, Lead.objects.visible_to(user), start, most)
    return [
        {
            "named": one,
            "fate": lines.FATES.get(one.fate, ("na", one.fate)),
            "because": ", ".join(
                f"{verdicts.say(label)}: {verdicts.say(fact)}" for label, fact in one.because
            ),
        }
        for one in rows
    ]


def reason_labels() -> dict[str, str]:
    """Return the label of every reason of the agreements in force, by its code."""
    versions = AgreementVersion.objects.filter(state="active").order_by("-is_baseline", "number")
    return {each.code: each.label for one in versions for each in agreements.document(one).reasons}


def _commitment_names(found: LabRun) -> dict[str, str]:
    assert found.version is not None
    text = agreements.document(found.version)
    return {one.code: str(names.COMMITMENTS.get(one.kind, one.code)) for one in text.commitments}
