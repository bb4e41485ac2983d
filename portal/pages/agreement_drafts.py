"""Drafts: started, uploaded, and edited page by page; what two people write at once is never lost."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from leads.models import User
from portal import access, toasts
from portal.forms import agreement as forms
from portal.forms.drafts import criteria, sections
from portal.forms.drafts.parts import Part
from portal.forms.drafts.sections import Section
from portal.forms.drafts.trees import Tree
from portal.lines import clauses as lines
from portal.lines import verdicts
from portal.pages.moves import entered
from sla import agreements, document, permissions
from sla.models import Agreement, AgreementVersion
from sla.queries import drafts as queries
from sla.queries.lab import attached

ask_or_do = require_http_methods(["GET", "HEAD", "POST"])


@ask_or_do
def new(request: HttpRequest) -> HttpResponse:
    """Start a draft from the version in force or from a template."""
    user, now = access.person(request), timezone.now()
    access.require(permissions.can_draft(user))
    known = _agreements()
    form = forms.TemplateForm(
        entered(request),
        sources=_sources(),
        agreements=known,
        initial={
            "starts_on": forms.first_start(now),
            "source": _sources()[0][0],
            "agreement": (known or [(forms.FRESH, "")])[0][0],
        },
    )
    if not (request.method == "POST" and form.is_valid()):
        upload = forms.UploadForm(agreements=known)
        context = {"form": form, "upload": upload}
        return render(request, "agreement/new.html", context, status=422 if form.errors else 200)
    data = _text_of(form.cleaned_data["source"], form.cleaned_data["starts_on"])
    return _load(request, data, form, user)


@ask_or_do
def upload(request: HttpRequest) -> HttpResponse:
    """Keep a JSON or YAML file as a draft; every fault of it is listed with its place."""
    user = access.person(request)
    access.require(permissions.can_draft(user))
    form = forms.UploadForm(
        entered(request), request.FILES if request.method == "POST" else None, agreements=_agreements()
    )
    problems: list[document.Problem] = []
    if request.method == "POST":
        try:
            if form.is_valid():
                return _load(request, form.cleaned_data["file"], form, user)
        except document.Unreadable as error:
            form.add_error(None, verdicts.say(error.sentence))
        except document.InvalidDocument as error:
            problems = list(error.problems)
            form.add_error(None, _("The file is no valid agreement; nothing was changed."))
    context = {"form": form, "problems": lines.problems(problems)}
    return render(request, "agreement/upload.html", context, status=422 if form.errors else 200)


@require_safe
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a draft: its pages, what follows from it, what it changes, who signed, what was said."""
    user = access.person(request)
    version = _version(pk)
    page = queries.page(version)
    context = {
        "page": page,
        "version": version,
        "sections": [(section, lines.summary(section.code, page.document)) for section in sections.MAIN],
        "consequences": lines.consequences(page.document, agreements.referee_fault(page.document)),
        "can_draft": permissions.can_draft(user),
        "can_test": permissions.can_see_lab(user),
        "runs": attached(version) if permissions.can_see_lab(user) else (),
        "sides": agreements.entitled_sides(user),
        "signed": lines.signed(page),
        "changes": lines.changes(page.difference) if page.difference else None,
        "threads": lines.threads(page),
        "acts": lines.acts(queries.activity(version)),
        "comment_form": forms.CommentForm(clauses=lines.clause_choices(page.document)),
    }
    return render(request, "agreement/draft.html", context)


@ask_or_do
def edit(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """Edit one page of a draft; buttons for rows and criteria change the page, Save changes the draft."""
    user = access.person(request)
    access.require(permissions.can_draft(user))
    version = _open_version(pk)
    try:
        found = sections.find(section, version.document)
    except KeyError:
        raise Http404 from None
    if found.code == "commitments":
        return render(request, "agreement/commitments.html", _commitments(version))
    if request.method != "POST":
        return _page(request, version, found, _part(version, found, None), {})
    posted = {name: values for name, values in request.POST.lists() if "." in name or name in found.keys}
    do = request.POST.get("do", "save")
    if do == "drop" and found.may_go:
        part = _part(version, found, None)
        assert isinstance(part, Part)
        return _keep(request, version, found, part, part.dropped(), user)
    if do != "save":
        return _page(request, version, found, _part(version, found, criteria.change(posted, do)), {})
    whole = _part(version, found, posted)
    if not whole.is_valid():
        return _page(request, version, found, whole, {}, status=422)
    return _keep(request, version, found, whole, whole.written(), user)


def _keep(
    request: HttpRequest,
    version: AgreementVersion,
    section: Section,
    part: Part | Tree,
    changed: dict[str, Any],
    user: User,
) -> HttpResponse:
    try:
        revised = agreements.revise(
            version=version,
            part=changed,
            seen=request.POST.get("seen", ""),
            now=timezone.now(),
            actor=user,
        )
    except document.InvalidDocument as error:
        part.complain(error.problems, verdicts.say)
        return _page(request, version, section, part, {}, status=422)
    except agreements.ChangedMeanwhile as error:
        theirs = lines.conflict(error.version, changed)
        return _page(request, error.version, section, part, {"conflict": theirs}, status=409)
    except agreements.NotADraft:
        raise Http404 from None
    if revised.sha256 == version.sha256:
        toasts.say(request, _("Nothing was changed, so signatures still count."))
    else:
        toasts.say(request, _("Saved."), sub=_("Signatures under the earlier text no longer count."))
    return (
        redirect("agreement-edit", version.pk, section.parent)
        if section.parent
        else redirect("agreement-draft", version.pk)
    )


def _page(
    request: HttpRequest,
    version: AgreementVersion,
    section: Section,
    part: Part | Tree,
    more: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    is_button = request.method == "POST" and request.POST.get("do", "save") != "save"
    seen = request.POST.get("seen", "") if is_button else agreements.fingerprint(version.document, part.keys)
    context = {
        "version": version,
        "section": section,
        "part": part,
        "seen": seen,
        "is_quiet": is_button,
        "sentence": verdicts.say(part.sentence) if isinstance(part, Tree) and part.sentence else "",
        "elsewhere": lines.problems(part.elsewhere),
        "text": lines.of_section(section.at, version),
        **more,
    }
    template = "agreement/_section.html" if getattr(request, "htmx", False) else "agreement/edit.html"
    return render(request, template, context, status=status)


def _part(version: AgreementVersion, section: Section, posted: dict[str, list[str]] | None) -> Part | Tree:
    calendars = queries.calendars()
    referees = [(user.email, f"{user.name}, {user.get_role_display()}") for user in queries.referees()]
    choices: dict[str, Any] = {f"calendars.{side}": calendars for side in ("marketing", "sales", "referee")}
    choices["referee.email"] = [("", _("nobody")), *referees]
    return sections.open_part(section, version.document, posted, choices)


def _commitments(version: AgreementVersion) -> dict[str, Any]:
    text = agreements.document(version)
    kinds = lines.addable(text)
    return {
        "version": version,
        "rows": lines.commitments(text),
        "missing": [one for one in kinds if one[-1]],
        "again": [one for one in kinds if not one[-1]],
    }


def _load(request: HttpRequest, data: Any, form: forms.PlaceForm, user: User) -> HttpResponse:
    chosen, name = form.cleaned_data["agreement"], form.cleaned_data["name"].strip()
    key = _free_key(name) if chosen == forms.FRESH else chosen
    version = agreements.load(key=key, name=name, data=data, now=timezone.now(), actor=user)
    toasts.say(request, _("Draft v%(n)s is ready.") % {"n": version.number})
    return redirect("agreement-draft", version.pk)


def _text_of(source: str, starts_on: date) -> dict[str, Any]:
    """Return the text of a version in force (by its number in the database), or of a template."""
    if source.isdigit():
        return document.starting(get_object_or_404(AgreementVersion, pk=int(source)).document, starts_on)
    if source == "default":
        return document.starting(document.default_agreement(), starts_on)
    return document.template(source, starts_on)


def _sources() -> list[tuple[str, Any]]:
    in_force = [
        (str(one.pk), _("%(name)s, v%(n)s in force") % {"name": one.agreement.name, "n": one.number})
        for one in agreements.in_force()
    ]
    shipped = [("default", _("Template: general, for business customers"))]
    templates = [
        (code, _("Template: %(trade)s") % {"trade": _(trade)}) for code, trade in document.TEMPLATES.items()
    ]
    return [*in_force, *shipped, *templates]


def _agreements() -> list[tuple[str, str]]:
    baselines = AgreementVersion.objects.filter(is_baseline=True).values("agreement")
    found = Agreement.objects.exclude(pk__in=baselines).order_by("-segment_rank")
    return [(one.key, one.name) for one in found]


def _free_key(name: str) -> str:
    stem = slugify(name)[:40] or "agreement"
    taken = set(Agreement.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, 1000))) if key not in taken)


def _version(pk: int) -> AgreementVersion:
    return get_object_or_404(AgreementVersion.objects.select_related("agreement"), pk=pk)


def _open_version(pk: int) -> AgreementVersion:
    version = _version(pk)
    if version.state not in queries.OPEN:
        raise Http404
    return version
