"""The agreement as a page to read: what both sides promised, how they stand, and who signed it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import access, figures, wording
from portal.lines import agreement as lines
from sla import agreements, calendars, permissions
from sla.compliance import report, truth
from sla.compliance.periods import Filters, month_of
from sla.models import AgreementVersion
from sla.queries import agreement as queries
from sla.queries.drafts import OPEN


@require_safe
def agreement(request: HttpRequest) -> HttpResponse:
    """Show the version in force for everybody who has no agreement of their own."""
    current = agreements.current()
    if current is None:
        others = AgreementVersion.objects.select_related("agreement").defer("document", "canonical_text")
        context = {
            "versions": _versions(tuple(others), None, timezone.localdate()),
            **_drafting(request, others),
        }
        return render(request, "agreement/none.html", context)
    return _page(request, current)


@require_safe
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """Show any version: in force, superseded, a draft or a baseline."""
    return _page(request, get_object_or_404(AgreementVersion.objects.select_related("agreement"), pk=pk))


def _page(request: HttpRequest, shown: AgreementVersion) -> HttpResponse:
    now = timezone.now()
    page = queries.page(shown)
    today = agreements.today(shown, now) if page.is_in_force else timezone.localdate(now)
    clauses = lines.clauses(page.document)
    results = _results(page, now)
    context = {
        "page": page,
        "state_line": lines.state_line(shown, today),
        "sides": [
            (side, title, _with_results(clauses, (side,), results))
            for side, title in (("marketing", _("Marketing will")), ("sales", _("Sales will")))
        ],
        "others": _with_results(clauses, ("both", "referee"), results),
        "ladders": [clause for clause in clauses if clause.rungs],
        "gates": lines.gates(page.document),
        "stages": lines.stages(page.document),
        "reasons": lines.reasons(page.document),
        "rules": lines.rules(page.document),
        "priorities": lines.priorities(page.document),
        "grid": page.document.grid,
        "hours": lines.hours(page.hours),
        "words": lines.WORDS,
        "passed": lines.passed(shown, today) if page.is_in_force else None,
        "versions": _versions(page.versions, shown, today),
        "truth": _truth(shown, now),
        **_drafting(request, [one for one in page.versions if one.agreement_id == shown.agreement_id]),
    }
    return render(request, "agreement/agreement.html", context)


def _drafting(request: HttpRequest, versions: Iterable[AgreementVersion]) -> dict[str, Any]:
    """Return the drafts under way and whether this person may start one."""
    return {
        "drafts": [one for one in versions if one.state in OPEN],
        "can_draft": permissions.can_draft(access.person(request)),
    }


def _results(page: queries.AgreementPage, now: datetime) -> dict[str, figures.Row]:
    """Return this month's result of each commitment, none for a version that is not in force."""
    if not page.is_in_force:
        return {}
    hours = calendars.schedule(page.document.calendars["sales"])
    period = month_of(hours.local_date(now), hours.timezone)
    found = report.build(period, Filters(agreement_id=page.version.agreement_id), now)
    rows = {line.code: figures.row_of(line) for line in found.lines}
    return {code: row for code, row in rows.items() if row.line.status != "none"}


def _with_results(
    clauses: list[lines.Clause], sides: tuple[str, ...], results: Mapping[str, figures.Row]
) -> list[dict[str, Any]]:
    return [{"clause": clause, "row": results.get(clause.code)} for clause in clauses if clause.side in sides]


def _versions(
    versions: tuple[AgreementVersion, ...], shown: AgreementVersion | None, today: date
) -> list[dict[str, Any]]:
    """Return the versions with what stands beside each; the name where it is another agreement."""
    return [
        {
            "version": each,
            "is_shown": shown is not None and each.pk == shown.pk,
            "name": each.agreement.name if shown is None or each.agreement_id != shown.agreement_id else "",
            "label": each.state_label,
            "until": each.superseded_at,
            "is_to_come": each.starts_on > today,
        }
        for each in versions
    ]


def _truth(shown: AgreementVersion, now: datetime) -> dict[str, str] | None:
    """Say what share of the accounts handed over under a version was won."""
    found = truth.judge(shown, now)
    if found is None or found.rate is None:
        return None
    return {
        "rate": wording.share_text(found.rate),
        "verdict": str(figures.VERDICTS[found.verdict]),
        "sentence": figures.truth_sentence(found),
    }
