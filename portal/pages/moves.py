"""Make a move and answer for it: the row, the next page, or a kind sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from leads import permissions as lead_permissions
from leads.models import Lead, User
from portal import access, htmx, numbers, toasts
from portal.lines import inbox as heads
from portal.lines import rows
from sla import handoffs, permissions
from sla.models import Handoff
from sla.queries import inbox as queries

#: A move with a form: asked for, then made.
ask_or_do = require_http_methods(["GET", "HEAD", "POST"])
Act = Callable[[datetime], Handoff]
Text = str | Promise

#: All that counts the rows of the inbox; the title stands first, where htmx looks for it.
COUNTS = tuple(f"inbox/_{part}.html" for part in ("title", "sentence", "load", "count", "segments", "groups"))
#: More rows are not on a page.
MOST_CHOSEN = 200
#: Refusals that the form itself can answer.
FOR_THE_FORM = (handoffs.ReasonNeeds, handoffs.UnknownReason, handoffs.GateNotMet, handoffs.NotEligible)


@dataclass(frozen=True)
class Words:
    """What a dialog says: its title, what it is about, the verb on its button, what stands in its foot."""

    title: Text
    verb: Text
    sub: Text = ""
    foot: Text = ""


def make(request: HttpRequest, handoff: Handoff, act: Act, text: Text) -> HttpResponse:
    """Make a move, say what was done with its undo, and answer; a refusal becomes a sentence."""
    try:
        moved = _moved(act)
    except handoffs.MoveRefused as refused:
        return refuse(request, handoff, str(refused.sentence))
    return answer(request, handoff, moved, text)


def dialog(
    request: HttpRequest,
    handoff: Handoff,
    form: forms.Form,
    act: Act,
    words: Words,
    said: Text,
    template: str = "handoffs/move.html",
    **more: Any,
) -> HttpResponse:
    """Show a move's form, or make the move with what was entered; 422 with what is wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            return answer(request, handoff, _moved(act), said)
        except FOR_THE_FORM as refused:
            form.add_error(None, str(refused.sentence))
        except handoffs.MoveRefused as refused:
            return refuse(request, handoff, str(refused.sentence))
    return show(request, handoff, form, words, template, **more)


def show(
    request: HttpRequest,
    handoff: Handoff,
    form: forms.Form,
    words: Words,
    template: str,
    *,
    is_look: bool = False,
    **more: Any,
) -> HttpResponse:
    """Draw the form of a move, as a dialog for the script and as a page without.

    A mere look at what a choice would lead to complains about nothing.
    """
    context = {
        "handoff": handoff,
        "lead": handoff.lead,
        "form": form,
        "words": words,
        "dialog_action": request.path,
        "cancel_url": home_of(request, handoff.lead_id),
        "next": request.GET.get("next") or request.POST.get("next", ""),
        "is_look": is_look,
        **more,
    }
    return render(request, template, context, status=422 if form.errors and not is_look else 200)


def chosen(request: HttpRequest, name: str) -> list[int]:
    """Return the numbers ticked under a name, each once; what no row can have is left out."""
    ticked = map(numbers.whole, dict.fromkeys(request.POST.getlist(name)))
    return [pk for pk in ticked if pk is not None][:MOST_CHOSEN]


def entered(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, None when the form is only asked for; a post may well be empty."""
    return request.POST if request.method == "POST" else None


def subject(request: HttpRequest, pk: int, move: str) -> tuple[User, Handoff]:
    """Return who makes a move on which handoff; 403 for whom the table does not name, in any state."""
    user = access.person(request)
    handoff = access.handoff(user, pk)
    require(request, move, handoff)
    return user, handoff


def require(request: HttpRequest, move: str, handoff: Handoff) -> None:
    """Refuse with 403 whoever the move table does not name, whatever the handoff's state."""
    access.require(permissions.may(access.person(request), move, handoff))


def answer(
    request: HttpRequest,
    handoff: Handoff,
    moved: Handoff,
    text: Text,
    sub: str = "",
    phone: str = "",
) -> HttpResponse:
    """Say what was done and show what became of it: the row anew, or the page it was done from.

    `moved` is the handoff after the move, which may be the next hop of `handoff`. With a `phone` the next
    step is one click away.
    """
    undo_url = reverse("handoff-undo", args=[moved.pk])
    until = moved.undo_until if permissions.can_undo(access.person(request), moved, timezone.now()) else None
    toasts.say(
        request,
        str(text),
        sub=sub,
        undo_url=undo_url if until else "",
        until=until,
        link_url=f"tel:{phone}" if phone else "",
        link=_("Call"),
    )
    if _is_in_inbox(request):
        return row(request, handoff)
    return go(request, _back(request, handoff.lead_id))


def go_on(request: HttpRequest, lead: Lead) -> HttpResponse:
    """Answer after something was written about a lead: the row in the inbox, else the page it came from."""
    handoff = Handoff.objects.open().filter(lead=lead).order_by("-leg").first()
    if handoff and _is_in_inbox(request):
        return row(request, handoff)
    return go(request, _back(request, lead.pk))


def refuse(request: HttpRequest, handoff: Handoff, sentence: str) -> HttpResponse:
    """Tell kindly why nothing was done: in place of the row (409), or on the page it was tried from."""
    if not getattr(request, "htmx", False):
        return refuse_lead(request, handoff.lead, sentence)
    context = {"handoff": handoff, "lead": handoff.lead, "why": sentence}
    names = ["handoffs/_refused.html"]
    if request.htmx.target == f"handoff-{handoff.pk}":  # type: ignore[attr-defined]  # set by the middleware
        context, names = {**context, **_inbox(request)[1]}, [*COUNTS, "inbox/_gone.html"]
    return htmx.answer(request, names, context, status=409, news=sentence)


def refuse_lead(request: HttpRequest, lead: Lead, sentence: str) -> HttpResponse:
    """Tell on the page it was tried from why nothing was done."""
    toasts.say(request, sentence, level=messages.WARNING)
    return go(request, _back(request, lead.pk))


def _moved(act: Act) -> Handoff:
    try:
        return act(timezone.now())
    except handoffs.NotYours as refused:
        raise PermissionDenied(str(refused.sentence)) from refused


def row(request: HttpRequest, handoff: Handoff) -> HttpResponse:
    """Answer to the inbox: the row as it is now, or its end, and every number beside it.

    A move closes the dialog it was made in; a row that is only looked at anew closes none.
    """
    found, context = _inbox(request)
    shown = queries.row(found, handoff)
    context["lines"] = [rows.line(shown, timezone.now())] if shown else []
    return htmx.answer(
        request,
        [*COUNTS, "inbox/_rows.html"],
        context,
        new_target=f"#handoff-{handoff.pk}",
        new_swap="outerHTML" if shown else "delete",
        close_dialog=request.method == "POST",
    )


def _inbox(request: HttpRequest) -> tuple[queries.Inbox, dict[str, Any]]:
    """Return the inbox that a script's request came from, and what stands above its rows."""
    now = timezone.now()
    segment = parse_qs(urlsplit(_current_path(request)).query).get("segment", ["all"])[0]
    segment = segment if segment in heads.LABELS else "all"
    found = queries.inbox(
        access.person(request), segment=segment, day_ends_at=heads.day_ends_at(now), limit=0
    )
    return found, {"is_fragment": True, **heads.head(found, segment, now)}


def _is_in_inbox(request: HttpRequest) -> bool:
    return _current_path(request).split("?")[0] == reverse("inbox")


def _current_path(request: HttpRequest) -> str:
    """Return the page that a script's request came from, "" without script."""
    details = getattr(request, "htmx", None)
    return str(details.current_url_abs_path or "") if details else ""


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Lead on to an address, whether a script asked or not."""
    return HttpResponseClientRedirect(address) if getattr(request, "htmx", False) else redirect(address)


def _back(request: HttpRequest, lead_id: int) -> str:
    """Return where to go on: where the person was, unless that dossier is not theirs any more."""
    address = toasts.back(request, "") or _current_path(request)
    is_elsewhere = address and not address.startswith(reverse("lead", args=[lead_id]))
    return address if is_elsewhere else home_of(request, lead_id)


def home_of(request: HttpRequest, lead_id: int) -> str:
    """Return the dossier if this person still sees it, else their first page."""
    is_seen = lead_permissions.can_see_lead(access.person(request), lead_id)
    return reverse("lead", args=[lead_id]) if is_seen else reverse("home")
