"""The inbox: what is mine, and by when."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leads import people
from portal import access, numbers, toasts
from portal.forms import moves as forms
from portal.lines import inbox as heads
from portal.lines import panel as panels
from portal.lines import rows
from portal.pages import moves
from sla import permissions
from sla.queries import inbox as queries

PAGE = 30


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Show a person's open handoffs, the earliest due first."""
    now, user = timezone.now(), access.person(request)
    segment = request.GET.get("segment", "all")
    segment = segment if segment in heads.LABELS else "all"
    limit = PAGE * (numbers.whole(request.GET.get("pages")) or 1)
    found = queries.inbox(user, segment=segment, day_ends_at=heads.day_ends_at(now), limit=limit)
    context = {
        "groups": _groups(found, now),
        **heads.head(found, segment, now),
        "next_pages": limit // PAGE + 1 if len(found.shown) < sum(found.groups.values()) else None,
        "nav_counts": {"inbox": len(found.entries)},
        "person": user,
        "takes_leads": user.role in permissions.TAKES_LEADS,
        "pass_on": forms.PassOnForm(person=user),
    }
    return render(request, "inbox/inbox.html", context)


@require_safe
def fresh(request: HttpRequest) -> HttpResponse:
    """Tell how many leads came after the page was drawn; 204 when none did, 304 when as many as before."""
    user, after = access.person(request), numbers.whole(request.GET.get("after")) or 0
    count = queries.arrived(user, after_id=after)
    if not count:
        return HttpResponse(status=204)
    mark = quote_etag(f"{user.pk}-{after}-{count}-{get_language()}")
    answer = get_conditional_response(request, etag=mark)
    answer = answer or render(request, "inbox/_fresh.html", {"count": count})
    answer["ETag"], answer["Cache-Control"] = mark, "private, no-cache"
    return answer


@require_safe
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw one row anew, as after its due time has passed; one that has left the list is taken out."""
    return moves.row(request, access.handoff(access.person(request), pk))


@require_safe
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Show beside the list what the focused row is about."""
    user = access.person(request)
    try:
        handoff = access.current(user, pk)
    except Http404:
        if not access.was_taken(user, pk):
            raise
        # Taken between focus and fetch: the page stays as it is, the next look at the list tells.
        return HttpResponse(status=204)
    if not getattr(request, "htmx", False):
        return redirect("lead", handoff.lead_id)
    return render(request, "inbox/_panel.html", {"panel": panels.words(handoff, user, timezone.now())})


@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Take no new leads for now, or take them again."""
    user, is_paused = access.person(request), request.POST.get("pause") == "1"
    access.require(user.role in permissions.TAKES_LEADS)
    people.pause(user=user, is_paused=is_paused, now=timezone.now(), actor=user)
    if is_paused:
        toasts.say(request, _("New leads are paused."), sub=_("What you have stays yours."))
    else:
        toasts.say(request, _("New leads come to you again."))
    return redirect("inbox")


def _groups(found: queries.Inbox, now: datetime) -> list[dict[str, Any]]:
    drawn = [(row.entry.group, rows.line(row, now)) for row in queries.rows(found.shown)]
    return heads.in_groups(drawn, found.groups)
