"""What people write down about a lead, and the two moves of a lead without a handoff."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from leads import permissions as lead_permissions
from leads.choices import BantKind, Stage
from leads.models import Lead
from portal import access, toasts
from portal.forms import facts as fact_forms
from portal.forms.moves import ReopenForm
from portal.lines import dossier as dossiers
from portal.pages import moves
from sla import handoffs, intake, permissions
from sla.queries import dossier as queries
from sla.queries import leads as list_queries


@require_http_methods(["GET", "HEAD", "POST"])
def touch(request: HttpRequest, pk: int) -> HttpResponse:
    """Log a touch, and with it the next step."""
    user, now = access.person(request), timezone.now()
    lead = access.lead(user, pk)
    access.require(lead_permissions.can_log_touch(user, lead))
    first = {"happened_at": fact_forms.local_minute(now)}
    form = fact_forms.TouchForm(moves.entered(request), initial=first, now=now)
    if not (request.method == "POST" and form.is_valid()):
        more = {"outcomes": fact_forms.OUTCOMES, "attempts": list_queries.attempts(lead)}
        return _form_page(request, lead, form, "leads/touch.html", **more)
    data, result = form.cleaned_data, form.result
    intake.add_touch(
        lead=lead,
        side=user.side or "sales",
        kind=result.kind,
        happened_at=data["happened_at"],
        reached=result.reached,
        summary=data["summary"],
        actor=user,
        now=now,
    )
    if data["next_step_on"] or data["next_step"]:
        intake.next_step(lead=lead, step=data["next_step"], on=data["next_step_on"], now=now, actor=user)
    toasts.say(request, _("Logged: %(what)s.") % {"what": result.label}, sub=dossiers.next_due(lead, now))
    return moves.go_on(request, lead)


@require_POST
def touch_at_once(request: HttpRequest, pk: int, outcome: str) -> HttpResponse:
    """Log a touch of this moment in one tap: what came of it is all that is asked."""
    user, now = access.person(request), timezone.now()
    lead = access.lead(user, pk)
    access.require(lead_permissions.can_log_touch(user, lead))
    result = next((one for one in fact_forms.OUTCOMES if one.code == outcome), None)
    if result is None:
        raise Http404
    intake.add_touch(
        lead=lead,
        side=user.side or "sales",
        kind=result.kind,
        happened_at=now,
        reached=result.reached,
        actor=user,
        now=now,
    )
    toasts.say(request, _("Logged: %(what)s.") % {"what": result.label}, sub=dossiers.next_due(lead, now))
    return moves.go_on(request, lead)


@require_http_methods(["GET", "HEAD", "POST"])
def role(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down which part somebody plays in the buying committee."""
    user, now = access.person(request), timezone.now()
    lead = access.lead(user, pk)
    access.require(lead_permissions.can_edit_facts(user, lead))
    form = fact_forms.RoleForm(
        moves.entered(request), initial={"role": lead.attributes.get(queries.ROLE, "")}
    )
    if not (request.method == "POST" and form.is_valid()):
        return _form_page(request, lead, form, "leads/role.html")
    changes = {"attributes": {queries.ROLE: form.cleaned_data["role"]}}
    intake.edit(lead=lead, changes=changes, now=now, actor=user)
    toasts.say(request, _("The part in the decision is noted."))
    return moves.go_on(request, lead)


@require_http_methods(["GET", "HEAD", "POST"])
def bant(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Write down what became known of budget, authority, need or timing."""
    user, now = access.person(request), timezone.now()
    lead = access.lead(user, pk)
    access.require(lead_permissions.can_edit_facts(user, lead))
    if kind not in BantKind.values:
        raise Http404
    form = fact_forms.BANT_FORMS[kind](moves.entered(request), initial=_known(lead, kind))
    if not (request.method == "POST" and form.is_valid()):
        template = "leads/_bant_form.html" if getattr(request, "htmx", False) else "leads/bant.html"
        return _form_page(request, lead, form, template, kind=BantKind(kind))
    intake.learn(lead=lead, kind=kind, known_at=now, now=now, actor=user, **form.cleaned_data)
    toasts.say(request, _("%(kind)s is noted.") % {"kind": BantKind(kind).label})
    return moves.go_on(request, lead)


@require_http_methods(["GET", "HEAD", "POST"])
def next_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what happens next, and when."""
    user, now = access.person(request), timezone.now()
    lead = access.lead(user, pk)
    access.require(lead_permissions.can_edit_facts(user, lead))
    form = fact_forms.NextStepForm(
        moves.entered(request), initial={"step": lead.next_step, "on": lead.next_step_on}
    )
    if not (request.method == "POST" and form.is_valid()):
        return _form_page(request, lead, form, "leads/next_step.html")
    data = form.cleaned_data
    intake.next_step(lead=lead, step=data["step"], on=data["on"], now=now, actor=user)
    toasts.say(request, _("Next step is set."))
    return moves.go_on(request, lead)


@require_POST
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a sales-ready lead over; a qualified one to the closers."""
    user = access.person(request)
    lead = access.lead(user, pk)
    leg = 2 if lead.stage == Stage.SQL else 1
    access.require(permissions.can_offer(user, lead, leg=leg))
    return _lead_move(
        request, lead, lambda now: handoffs.offer(lead=lead, now=now, actor=user, leg=leg), _("Handed over.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a lost or disqualified lead back into nurturing."""
    user = access.person(request)
    lead = access.lead(user, pk)
    access.require(permissions.can_reopen(user, lead))
    form = ReopenForm(moves.entered(request))
    if not (request.method == "POST" and form.is_valid()):
        return _form_page(request, lead, form, "leads/reopen.html")
    reason = form.cleaned_data["reason"]
    return _lead_move(
        request,
        lead,
        lambda now: handoffs.reopen(lead=lead, actor=user, reason=reason, now=now),
        _("Opened again."),
    )


def _lead_move(request: HttpRequest, lead: Lead, act: Callable[[datetime], Any], said: str) -> HttpResponse:
    try:
        act(timezone.now())
    except handoffs.MoveRefused as refused:
        return moves.refuse_lead(request, lead, str(refused.sentence))
    toasts.say(request, said)
    return moves.go_on(request, lead)


def _form_page(
    request: HttpRequest, lead: Lead, form: forms.Form, template: str, **more: Any
) -> HttpResponse:
    context = {
        "lead": lead,
        "form": form,
        "dialog_action": request.path,
        "cancel_url": reverse("lead", args=[lead.pk]),
        "next": request.GET.get("next") or request.POST.get("next", ""),
        **more,
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _known(lead: Lead, kind: str) -> dict[str, Any]:
    fact = queries.bant_of(lead).get(kind)
    if fact is None:
        return {}
    return {"amount": fact.amount, "currency": fact.currency or "EUR", "text": fact.text, "on": fact.on}
