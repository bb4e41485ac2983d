"""Asking the definition lab: which draft or definition, how long a past; and what a draft takes from it."""

import json
from contextlib import suppress
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from kombu.exceptions import OperationalError

from leads.models import User
from portal import access, celery, figures, toasts
from portal.forms import agreement
from portal.forms.drafts import criteria
from portal.forms.drafts.lists import Posted
from portal.forms.drafts.trees import Tree
from portal.forms.lab import LabForm
from portal.lines import verdicts
from portal.pages.lab import entered, reason_labels
from portal.pages.moves import go
from sla import agreements, document, permissions
from sla.compliance import truth
from sla.document import Problem
from sla.lab import asking, runs
from sla.models import AgreementVersion, LabRun

RUNS_SHOWN, FEW_SHOWN = 20, 5
TASK = "sla.lab"
#: Where the definition on trial stands among the posted names.
AT = "criterion"


@require_safe
def lab(request: HttpRequest) -> HttpResponse:
    """Ask a question, and show what was asked before."""
    entered(request)
    form = LabForm(initial={"version": request.GET.get("version") or _first_draft()})
    return _asking(request, form, _tree({}))


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Ask the worker for a run; buttons of the builder change the definition on trial and ask nothing."""
    user = entered(request)
    posted = {name: values for name, values in request.POST.lists() if name.startswith(f"{AT}.")}
    do = request.POST.get("do", "ask")
    form = LabForm(request.POST)
    if do != "ask":
        is_opened = do == f"start:{AT}" and form.is_valid()
        posted = criteria.posted_of(_own_gate(form), AT) if is_opened else criteria.change(posted, do)
        return _asking(request, LabForm(initial=request.POST.dict()), _tree(posted))
    tree = _tree(posted)
    form = LabForm({**request.POST.dict(), AT: json.dumps(tree.value) if tree.value is not None else ""})
    if not form.is_valid():
        if AT in form.errors:
            tree.complain(_faults(tree), verdicts.say)
            form.errors[AT] = form.error_class([_("The definition on trial is not whole yet.")])
        return _asking(request, form, tree, status=422)
    asked = runs.ask(**form.question(), now=timezone.now(), actor=user)
    _wake()
    return go(request, reverse("lab-run", args=[asked.pk]))


@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Ask for back-tests of what reasons on the rise would have amended."""
    user = entered(request)
    now = timezone.now()
    found = [one for version in agreements.in_force() for one in _proposed(version, user, now)]
    _wake()
    said = _("Each proposal is being tested.") if found else _("No reason is frequent enough to amend for.")
    toasts.say(request, said)
    return redirect("lab")


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the definition of a run into the draft of its agreement and keep the run with it."""
    user, now = entered(request), timezone.now()
    access.require(permissions.can_draft(user))
    found = get_object_or_404(LabRun.objects.select_related("agreement"), pk=pk)
    try:
        version = runs.send(run=found, starts_on=agreement.first_start(now), now=now, actor=user)
    except runs.NothingToSend:
        toasts.say(request, _("This test has no definition that a draft could take."))
        return redirect("lab-run", pk)
    except document.InvalidDocument as error:
        toasts.say(request, verdicts.say(error.problems[0].sentence))
        return redirect("lab-run", pk)
    said = _("Draft v%(n)s asks for this now.") % {"n": version.number}
    toasts.say(request, said, sub=_("The test is kept with it."))
    return redirect("agreement-draft", version.pk)


def _asking(request: HttpRequest, form: LabForm, tree: Tree, status: int = 200) -> HttpResponse:
    now = timezone.now()
    context = {"form": form, "tree": tree, "sentence": verdicts.say(tree.sentence) if tree.sentence else ""}
    if getattr(request, "htmx", False):
        return render(request, "lab/_ask.html", context, status=status)
    shown = LabRun.objects.select_related("agreement", "version", "created_by").defer("result")
    newest = shown.order_by("-created_at", "-pk")
    labels = reason_labels()
    in_force = agreements.in_force()
    judged = [(version, truth.judge(version, now)) for version in in_force]
    context |= {
        "runs": newest.filter(reason="")[:RUNS_SHOWN],
        "proposals": [
            (one, labels.get(one.reason, one.reason)) for one in newest.exclude(reason="")[:FEW_SHOWN]
        ],
        "truths": [
            {
                "agreement": f"{version.agreement.name} v{version.number}" if len(in_force) > 1 else "",
                "verdict": figures.VERDICTS[one.verdict],
                "sentence": figures.truth_sentence(one),
            }
            for version, one in judged
            if one
        ],
    }
    return render(request, "lab/lab.html", context, status=status)


def _tree(posted: Posted) -> Tree:
    return Tree(AT, {}, posted, may_be_none=True)


def _faults(tree: Tree) -> list[Problem]:
    """Return what cannot be read in the definition on trial, each with its place on the page."""
    try:
        if tree.value is not None:
            asking.read_criterion(tree.value)
    except asking.BadCriterion as error:
        return [Problem(f"{AT}.{problem.path}", problem.sentence) for problem in error.problems]
    return []


def _own_gate(form: LabForm) -> dict[str, object]:
    """Return the definition of the version that was chosen, to be changed."""
    version = form.cleaned_data["version"]
    gates: dict[str, dict[str, object]] = version.document["gates"]
    return gates[agreements.document(version).leg(1).gate]


def _first_draft() -> int | None:
    drafts = AgreementVersion.objects.filter(state__in=("draft", "proposed")).order_by("-created_at")
    found = drafts.first() or agreements.current()
    return found.pk if found else None


def _proposed(version: AgreementVersion, user: User, now: datetime) -> list[LabRun]:
    return runs.propose(agreement=version.agreement, now=now, actor=user)


def _wake() -> None:
    """Spare people the wait for the next beat; without a queue the beat comes anyhow."""
    with suppress(OperationalError, OSError):
        celery.app.send_task(TASK, retry=False, expires=60)
