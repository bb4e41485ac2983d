"""A clock's own page, and what the two sides say about a breach."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import access, toasts
from portal.forms.disputes import AnswerDisputeForm, DisputeForm
from portal.lines import clocks as words
from portal.lines import replay
from portal.pages import moves
from sla import disputes, permissions
from sla.models import Clock
from sla.queries import replays


@require_safe
def clock(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how a clock came to be where it is, and why it is due when it is."""
    user, now = access.person(request), timezone.now()
    found = replays.of_clock(access.clock(user, pk), now)
    one, dispute = found.clock, found.dispute
    beside = access.clocks_of(user, one.handoff, found.siblings) if one.handoff else found.siblings
    context = {
        "clock": one,
        "sees_lead": access.sees_lead(user, one.lead_id),
        "label": words.commitment_label(one.commitment),
        "allowed": words.allowed(one),
        "badge": words.badge(one, now),
        "sentence": replay.sentence(found, now),
        "picture": replay.picture(found, now),
        "log": replay.log(found),
        "breach": replay.breach(found, now),
        "siblings": [(each, words.commitment_label(each.commitment)) for each in beside],
        "dispute": dispute,
        "can_dispute": permissions.can_dispute(user, one) and disputes.is_possible(one),
        "can_answer": dispute is not None
        and dispute.answered_at is None
        and permissions.can_answer_dispute(user, dispute),
    }
    return render(request, "clocks/clock.html", context)


@moves.ask_or_do
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a breach was not this side's own."""
    user = access.person(request)
    one = access.clock(user, pk)
    access.require(permissions.can_dispute(user, one))
    form = DisputeForm(moves.entered(request))
    title = _("Dispute the breach of %(company)s") % {"company": one.lead.account if one.lead else ""}
    sub = _("The other side's manager grants or refuses. A breach is disputed once.")
    return _ask(
        request,
        one,
        form,
        {"title": title, "sub": sub, "verb": _("Dispute")},
        lambda now: disputes.dispute(clock=one, actor=user, reason=form.cleaned_data["reason"], now=now),
        _("Disputed. The other side is told."),
    )


@moves.ask_or_do
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant or refuse what the other side disputes."""
    user = access.person(request)
    asked = access.dispute(user, pk)
    access.require(permissions.can_answer_dispute(user, asked))
    form = AnswerDisputeForm(moves.entered(request))
    title = _("%(name)s disputes a breach of %(company)s") % {
        "name": asked.asked_by.name,
        "company": asked.clock.lead.account if asked.clock.lead else "",
    }
    return _ask(
        request,
        asked.clock,
        form,
        {"title": title, "sub": asked.reason, "verb": _("Answer")},
        lambda now: disputes.answer(
            dispute=asked,
            actor=user,
            is_granted=form.cleaned_data["answer"] == "grant",
            note=form.cleaned_data["note"],
            now=now,
        ),
        _("Answered. Whoever asked is told."),
    )


def _ask(
    request: HttpRequest,
    one: Clock,
    form: forms.Form,
    said: dict[str, str],
    act: Callable[[datetime], Any],
    done: str,
) -> HttpResponse:
    """Show the form, or do what it asks and lead back to where the person was."""
    home = reverse("clock", args=[one.pk])
    if request.method == "POST" and form.is_valid():
        try:
            act(timezone.now())
        except disputes.NotYours as refused:
            raise PermissionDenied(str(refused)) from refused
        except disputes.DisputeRefused as refused:
            toasts.say(request, str(refused), level=messages.WARNING)
        else:
            toasts.say(request, done)
        return moves.go(request, toasts.back(request, home))
    context = {
        **said,
        "clock": one,
        "form": form,
        "dialog_action": request.path,
        "cancel_url": home,
        "next": request.GET.get("next") or request.POST.get("next", ""),
    }
    return render(request, "clocks/form.html", context, status=422 if form.errors else 200)
