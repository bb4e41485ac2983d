"""One answer to many offers of the inbox: each by its own move, and one sentence of what became of them."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from leads.models import User
from portal import access, toasts
from portal.forms import moves as forms
from portal.pages import moves
from sla import handoffs, permissions
from sla.models import Handoff

#: So many refusals are told one by one.
TOLD = 3
Act = Callable[[Handoff, datetime], Handoff]


@require_POST
def together(request: HttpRequest) -> HttpResponse:
    """Accept the chosen offers, or pass them on, one by one."""
    user = access.person(request)
    access.require(user.role in permissions.TAKES_LEADS)
    chosen = moves.chosen(request, "handoff")
    act = _act(request, user)
    if not chosen or act is None:
        toasts.say(request, _("Choose at least one lead, and what to do with it."), level=messages.WARNING)
        return redirect(toasts.back(request, reverse("inbox")))
    refused = [said for pk in chosen if (said := _tried(user, pk, act))]
    done = len(chosen) - len(refused)
    level = messages.WARNING if refused else messages.SUCCESS
    toasts.say(request, _done(request, done), sub=_refused(refused), level=level)
    return redirect(toasts.back(request, reverse("inbox")))


def _act(request: HttpRequest, user: User) -> Act | None:
    """Return the move that was asked for, None when it is not one of these two."""
    if request.POST.get("move") == "accept":
        return lambda handoff, now: handoffs.accept(handoff=handoff, actor=user, now=now)
    form = forms.PassOnForm(request.POST, person=user)
    if request.POST.get("move") != "reroute" or not form.is_valid():
        return None
    to = form.cleaned_data["to"]
    return lambda handoff, now: handoffs.reroute(handoff=handoff, actor=user, to=to, now=now)


def _tried(user: User, pk: int, act: Act) -> str:
    """Make one move in its own transaction; return why it was refused, "" when it was made."""
    try:
        handoff = access.offer(user, pk)
    except Http404:
        return _("One lead is not in your inbox any more.")
    try:
        act(handoff, timezone.now())
    except handoffs.MoveRefused as refused:
        return _("%(company)s: %(why)s") % {"company": handoff.lead.account, "why": refused.sentence}
    return ""


def _done(request: HttpRequest, count: int) -> str:
    said = {"n": count}
    if request.POST["move"] == "accept":
        return ngettext("%(n)s lead accepted.", "%(n)s leads accepted.", count) % said
    return ngettext("%(n)s lead passed on.", "%(n)s leads passed on.", count) % said


def _refused(refused: list[str]) -> str:
    more = len(refused) - TOLD
    rest = ngettext("%(n)s more was not.", "%(n)s more were not.", more) % {"n": more} if more > 0 else ""
    return " ".join([*refused[:TOLD], rest]).strip()
