"""An agreement on paper and as a file: full text, JSON, YAML, PDF, and the published schema."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from portal import printing
from portal.lines import clauses as lines
from sla import agreements, document
from sla.models import AgreementVersion
from sla.queries import drafts as queries

_WRITERS = {
    "json": (document.as_json, "application/json"),
    "yaml": (document.as_yaml, "application/yaml"),
}


@require_safe
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the full text of a version, numbered, with its signatures and hash: made for print."""
    return render(request, "agreement/text.html", _context(_version(pk)))


@require_safe
def file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Send a version as `json`, `yaml` or `pdf`."""
    version = _version(pk)
    name = f"{version.agreement.key}-v{version.number}"
    if form == "pdf":
        return _pdf(request, version, name)
    if form not in _WRITERS:
        raise Http404
    write, kind = _WRITERS[form]
    return _file(write(agreements.export(version)).encode(), kind, f"{name}.{form}")


@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Send the JSON Schema of an agreement document; it says nothing of anybody's agreement."""
    return HttpResponse(document.as_json(document.schema()), content_type="application/schema+json")


def _pdf(request: HttpRequest, version: AgreementVersion, name: str) -> HttpResponse:
    page = render_to_string("agreement/paper.html", _context(version), request)
    try:
        return printing.answer(page, name)
    except printing.NoPrinter as error:
        return render(request, "agreement/no_pdf.html", {"version": version, "why": str(error)}, status=501)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _context(version: AgreementVersion) -> dict[str, object]:
    page = queries.page(version)
    return {
        "page": page,
        "version": version,
        "chapters": lines.chapters(page.document),
    }


def _version(pk: int) -> AgreementVersion:
    return get_object_or_404(AgreementVersion.objects.select_related("agreement"), pk=pk)
