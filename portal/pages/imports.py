"""Bring a file in, step by step: choose it, say what its columns and words mean, check, import."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from leads import importing
from leads.choices import ImportKind
from leads.importing import guessing
from leads.importing.naming import USES
from portal import access, csvfile, imports, toasts
from portal.forms.imports import ColumnsForm, UploadForm, WordsForm
from portal.imports import keeping, words
from portal.imports.mapping import guessed, shape_of, versions
from portal.imports.mapping import recognized as recognize
from portal.models import ImportJob
from portal.models.imports import JobStep
from portal.pages import moves

ask_or_do = require_http_methods(["GET", "HEAD", "POST"])
SHOWN = 25
EXAMPLES = 3


@ask_or_do
def overview(request: HttpRequest) -> HttpResponse:
    """List what was brought in, and take the next file."""
    user = access.person(request)
    kinds = imports.kinds_for(user)
    access.require(bool(kinds))
    form = UploadForm(moves.entered(request), request.FILES or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = imports.keep(
                name=file.name, file=file, kind=form.cleaned_data["kind"], owner=user, now=timezone.now()
            )
        except importing.UnreadableFile as error:
            form.add_error("file", str(error))
        else:
            return redirect("import-job", job.pk)
    context = {"form": form, "jobs": imports.visible_to(user)[:SHOWN]}
    return render(request, "imports/overview.html", context, status=422 if form.errors else 200)


@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a file is: its columns, what the check found, how the import goes, what came of it."""
    found = _job(request, pk)
    if found.header and (found.state == "new" or "by_hand" in request.GET):
        return _columns(request, found)
    return render(request, "imports/job.html", _shown(found))


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the poll of a page that waits: how far it is, or that there is something else to see."""
    found = _job(request, pk)
    if not found.is_busy:
        return HttpResponseClientRefresh()
    return render(request, "imports/_progress.html", _shown(found))


@require_POST
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what the columns mean and go on to the words, or to the check when all are known."""
    found = _with_file(request, pk)
    form = _columns_form(request, found, request.POST)
    if not form.is_valid():
        return _columns(request, found, form)
    document = guessing.document(
        label=form.cleaned_data["save_as"] or found.file_name,
        system=form.cleaned_data["system"],
        shape=form.shape,
        header=found.header,
        chosen=form.chosen,
        dates=[form.cleaned_data["dates"]],
        time_zone=form.cleaned_data["time_zone"],
        blanks=form.blank_words,
    )
    return _use(request, found, document, form)


@require_POST
def recognized(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the mapping that was recognized by the file's columns."""
    found = _with_file(request, pk)
    return _use(request, found, recognize(found) or found.mapping or {}, None)


@ask_or_do
def meanings(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the file's words mean where only certain words are known."""
    found = _with_file(request, pk)
    unknown = words.unknown(found)
    if not unknown:
        return redirect("import-job", pk)
    choices = {name: _labels(found, name) for name in {field for field, _word, _guess in unknown}}
    form = WordsForm(moves.entered(request), words=unknown, choices=choices)
    if not (request.method == "POST" and form.is_valid()):
        return render(
            request, "imports/words.html", {"job": found, "form": form}, status=422 if form.errors else 200
        )
    imports.use(found, words.explain(found, form.meanings))
    return _ask(request, found, JobStep.CHECK)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Import a file that was checked, or check it again."""
    step = JobStep.CHECK if request.POST.get("step") == JobStep.CHECK else JobStep.IMPORT
    return _ask(request, _job(request, pk), step)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a file that was not imported."""
    found = _job(request, pk)
    if imports.remove(job=found):
        toasts.say(request, _("%(file)s is gone; nothing of it was imported.") % {"file": found.file_name})
    else:
        toasts.say(request, _("This file is being read or was imported; it stays in the list."))
    return redirect("imports")


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import back."""
    if not imports.take_back(job=_job(request, pk), now=timezone.now()):
        toasts.say(request, _("Only an import of leads can be taken back, and only within a day."))
    return redirect("import-job", pk)


@require_safe
def rejects(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Give the rejected rows back as a file that can be mended and imported again."""
    found = _job(request, pk)
    if found.run is None:
        raise Http404
    answer = StreamingHttpResponse(imports.rejected(found), content_type=csvfile.TYPE)
    answer["Content-Disposition"] = f'attachment; filename="rejected-{found.pk}.csv"'
    return answer


def _job(request: HttpRequest, pk: int) -> ImportJob:
    user = access.person(request)
    access.require(bool(imports.kinds_for(user)))
    found = imports.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _with_file(request: HttpRequest, pk: int) -> ImportJob:
    """Return a job whose file is there; that of somebody erased is gone."""
    found = _job(request, pk)
    if not found.header:
        raise Http404
    return found


def _columns(request: HttpRequest, found: ImportJob, form: ColumnsForm | None = None) -> HttpResponse:
    known = None if form or found.mapping or "by_hand" in request.GET else recognize(found)
    form = form or _columns_form(request, found)
    context = {"job": found, "form": form, "known": known, "uses": _uses(known, found) if known else []}
    return render(request, "imports/columns.html", context, status=422 if form.errors else 200)


def _columns_form(request: HttpRequest, found: ImportJob, data: Any = None) -> ColumnsForm:
    shape, look = shape_of(found.kind), guessing.look(keeping.place(found))
    before = found.mapping or guessed(found)
    blanks = [word for word in guessing.BLANK_WORDS if _occurs(word, look)]
    initial = {
        "system": before["system"],
        "dates": before["dates"][0],
        "time_zone": before.get("time_zone", timezone.get_current_timezone_name()),
        "blanks": ", ".join(before.get("blanks", blanks)),
        **{f"use_{number}": use for number, use in enumerate(guessing.chosen_in(before, found.header))},
    }
    return ColumnsForm(
        data,
        initial=initial,
        header=found.header,
        shape=shape,
        zone=initial["time_zone"],
        examples=[" · ".join(look.values(number)[:EXAMPLES]) for number in range(len(found.header))],
        versions=versions() if found.kind == ImportKind.HANDOFFS else [],
    )


def _use(
    request: HttpRequest,
    found: ImportJob,
    document: dict[str, Any],
    form: ColumnsForm | None,
) -> HttpResponse:
    entered = form.cleaned_data if form else {}
    try:
        imports.use(found, document, version_ref=entered.get("version", ""))
    except importing.InvalidMapping as error:
        form = form or _columns_form(request, found)
        if not form.is_bound:
            toasts.say(request, "; ".join(map(str, error.problems)))
            return redirect("import-job", found.pk)
        for problem in error.problems:
            form.add_error(None, str(problem))
        return _columns(request, found, form)
    except importing.RunTaken as error:
        toasts.say(request, str(error))
        return redirect("import-job", found.pk)
    if save_as := entered.get("save_as"):
        imports.remember(job=found, name=save_as, by=access.person(request), now=timezone.now())
    if words.unknown(found):
        return redirect("import-words", found.pk)
    return _ask(request, found, JobStep.CHECK)


def _ask(request: HttpRequest, found: ImportJob, step: str) -> HttpResponse:
    if not imports.ask(job=found, step=step, now=timezone.now()):
        toasts.say(request, _("This file is being read now, or was imported already."))
    return redirect("import-job", found.pk)


def _uses(known: dict[str, Any], found: ImportJob) -> list[tuple[str, str]]:
    """Return what a known mapping reads: (field in words, its columns)."""
    fields = known.get("fields", {})
    return [
        (str(USES.get(name, name)), ", ".join(sorted(guessing.columns_of({"fields": {name: cell}}))))
        for name, cell in fields.items()
    ]


def _labels(found: ImportJob, field: str) -> list[tuple[str, str]]:
    """Return the meanings that a field knows, in words."""
    labels = words.labels_of(field, found.kind)
    return [(code, str(labels.get(code, code))) for code in words.choices_of(found, field)]


def _occurs(word: str, look: guessing.Look) -> bool:
    return any(word == cell.strip().casefold() for row in look.rows for cell in row)


def _shown(found: ImportJob) -> dict[str, Any]:
    """Return what a page says of a job."""
    counts = found.report.get("counts", {})
    return {
        "job": found,
        "can_undo": imports.can_undo(found, timezone.now()),
        "undone": found.report.get("undone"),
        "counts": counts,
        "taken": counts.get("created", 0) + counts.get("updated", 0),
        "rejects": found.report.get("rejects", []),
        "percent": round(found.share * 100),
    }
