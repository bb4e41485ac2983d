"""One person's own week: what they kept of what Sales promised, and what is due next."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from leads.choices import Role
from leads.models import User
from portal import access, figures
from portal.lines import clocks
from portal.lines import inbox as heads
from sla import permissions
from sla.compliance import personal
from sla.models import Clock


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Show a person their own card."""
    user = access.person(request)
    access.require(user.role in permissions.TAKES_LEADS)
    return _card(request, user)


@require_safe
def of_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the card of somebody of the reader's team to their sales manager; to themselves their own."""
    user = access.person(request)
    person = get_object_or_404(User, pk=pk, is_active=True, role__in=permissions.TAKES_LEADS)
    is_manager = user.role == Role.SALES_MANAGER and user.team_id is not None
    if person.pk != user.pk and not (is_manager and person.team_id == user.team_id):
        raise Http404
    return _card(request, person)


def _card(request: HttpRequest, person: User) -> HttpResponse:
    now = timezone.now()
    ends_at = heads.day_ends_at(now)
    found = personal.card(person, today=timezone.localdate(now), until=ends_at + timedelta(days=1), now=now)
    due = [_due(clock, now) for clock in found.due]
    context = {
        "person": person,
        "is_own": person.pk == access.person(request).pk,
        "card": found,
        "rows": [figures.row_of(line) for line in found.lines],
        "sentence": _sentence(found),
        "groups": [
            (label, [one for one, clock in zip(due, found.due, strict=True) if test(clock)])
            for label, test in (
                (_("Late"), lambda clock: clock.breached_at),
                (_("Today"), lambda clock: not clock.breached_at and clock.due_at < ends_at),
                (_("Tomorrow"), lambda clock: not clock.breached_at and clock.due_at >= ends_at),
            )
        ],
        "hidden": found.due_count - len(found.due),
    }
    return render(request, "me/me.html", context)


def _due(clock: Clock, now: datetime) -> dict[str, Any]:
    return {"clock": clock, "lead": clock.lead, "badge": clocks.badge(clock, now)}


def _sentence(found: personal.Card) -> str:
    if not found.closed:
        return _("Nothing fell due in the last four weeks.")
    said = {"kept": found.kept, "n": found.closed}
    return (
        ngettext(
            "%(kept)s of %(n)s commitment kept in the last four weeks.",
            "%(kept)s of %(n)s commitments kept in the last four weeks.",
            found.closed,
        )
        % said
    )
