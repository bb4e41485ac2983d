"""The team page: what is late, what is about to be, who carries how much."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from leads.choices import Role
from leads.models import User
from portal import access
from portal.lines import actions, clocks, refused, replay
from sla import permissions
from sla.choices import Cause
from sla.models import Clock
from sla.queries import decisions, replays
from sla.queries import team as queries

SHOWN = 50
#: What a manager does about a late lead; everything else is done on its dossier.
HELPFUL = ("reassign", "reroute", "nudge")


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Show the manager's team, or all of Sales to those who stand on no team."""
    now, user = timezone.now(), access.person(request)
    if user.role == Role.SALES_MANAGER and user.team is None:
        return render(request, "team/none.html")
    access.require(permissions.can_see_team(user))
    own = user.team if user.role == Role.SALES_MANAGER else None
    found = queries.of_team(own, now, SHOWN)
    context = {
        "team": found,
        "sentence": _sentence(found),
        "can_give": user.role == Role.SALES_MANAGER,
        "disputes": replay.waiting(replays.disputes_for(user)),
        "contested": refused.contested(decisions.contested(user), user, now),
        "late": [_line(clock, user, now) for clock in found.late],
        "soon": [_line(clock, user, now) for clock in found.soon],
    }
    return render(request, "team/team.html", context)


def _line(clock: Clock, user: User, now: datetime) -> dict[str, Any]:
    handoff, lead = clock.handoff, clock.lead
    assert handoff is not None
    assert lead is not None
    made = actions.moves(lead, (handoff,), user)
    return {
        "clock": clock,
        "badge": clocks.badge(clock, now),
        "owner": str(handoff.rep) if handoff.rep else _("Nobody yet"),
        "cause": Cause(clock.cause).label if clock.cause else "",
        "actions": [action for action in made if action.code in HELPFUL][:2],
    }


def _sentence(found: queries.TeamView) -> str:
    if not found.late_count and not found.soon_count:
        return _("Nothing is late and nothing is about to be.")
    parts = []
    if found.soon_count:
        words = ngettext("%(n)s more is due soon.", "%(n)s more are due soon.", found.soon_count)
        parts.append(words % {"n": found.soon_count})
    if found.pool:
        words = ngettext("%(n)s offer waits in the pool.", "%(n)s offers wait in the pool.", found.pool)
        parts.append(words % {"n": found.pool})
    return " ".join(parts)
