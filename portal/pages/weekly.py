"""The weekly alignment letter: the latest, every earlier one, and on paper."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from leads.models import Lead
from portal import access, printing
from portal.lines import weekly as lines
from sla import permissions
from sla.models import AlignmentLetter

SHOWN = 26


@require_safe
def letter(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Show a letter, the latest if none is named."""
    found = _found(request, pk)
    return render(request, "results/weekly.html", _context(request, found))


@require_safe
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a letter as PDF; without the optional packages say what is missing."""
    found = _found(request, pk)
    if found is None:
        raise Http404
    page = render_to_string("results/weekly_paper.html", _context(request, found), request)
    try:
        return printing.answer(page, f"alignment-letter-{found.week_on}")
    except printing.NoPrinter as error:
        context = {**_context(request, found), "no_pdf": str(error)}
        return render(request, "results/weekly.html", context, status=501)


def _found(request: HttpRequest, pk: int | None) -> AlignmentLetter | None:
    access.require(permissions.can_see_alignment(access.person(request)))
    letters = AlignmentLetter.objects.select_related("version__agreement").order_by("-week_on")
    found = letters.filter(pk=pk).first() if pk else letters.first()
    if pk and found is None:
        raise Http404
    return found


def _context(request: HttpRequest, found: AlignmentLetter | None) -> dict[str, object]:
    said = lines.letter(found) if found else None
    late = Lead.objects.visible_to(access.person(request)).select_related("account")
    by_id = late.in_bulk(said.late) if said else {}
    earlier = AlignmentLetter.objects.order_by("-week_on").values_list("pk", "facts")[:SHOWN]
    return {
        "letter": found,
        "said": said,
        "late": [by_id[pk] for pk in said.late if pk in by_id] if said else [],
        "earlier": [(pk, lines.title(facts)) for pk, facts in earlier],
    }
