"""Search and commands from every page."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_safe

from leads.models import Lead, User
from portal import access, numbers
from portal.lines import palette as lines
from sla.models import Handoff


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Send what was typed to the list of leads, where it is found by name, company or e-mail."""
    text = request.GET.get("q", "").strip()
    return redirect(f"{reverse('leads')}?{urlencode({'q': text})}" if text else reverse("leads"))


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """List what fits the text: moves of the lead in focus, leads, pages; without script, the leads."""
    if not getattr(request, "htmx", False):
        return search(request)
    user, text = access.person(request), request.GET.get("q", "").strip()
    lead, handoff = _in_focus(request, user)
    found = lines.groups(user, text, lead, handoff)
    context = {"groups": found, "text": text, "news": lines.news(found)}
    return render(request, "search/_results.html", context)


def _in_focus(request: HttpRequest, user: User) -> tuple[Lead | None, Handoff | None]:
    """Return the lead of the focused row, else of the page it was asked from; nothing that is not theirs."""
    row = numbers.whole(request.GET.get("row", "").removeprefix("handoff-"))
    if row is not None:
        found = Handoff.objects.visible_to(user).open().filter(pk=row)
        handoff = found.select_related("lead__account").first()
        return (handoff.lead, handoff) if handoff else (None, None)
    try:
        page = resolve(request.htmx.current_url_abs_path.split("?")[0])  # type: ignore[attr-defined]  # set by the middleware
    except (Resolver404, AttributeError):
        return None, None
    if page.url_name != "lead":
        return None, None
    return Lead.objects.visible_to(user).filter(**page.kwargs).select_related("account").first(), None
