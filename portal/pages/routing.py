"""How leads are given out: rules in force, whose turn it is, what was given, a day with other rules."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.choices import Role, Side
from leads.models import Lead, Team, User
from portal import access
from portal.forms.rehearsals import RehearsalForm
from portal.lines import routing as words
from sla import agreements, permissions, routing
from sla.models import AgreementVersion
from sla.queries import crews


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show how leads of a team are given out; trying other rules on a past day touches nothing."""
    now, user = timezone.now(), access.person(request)
    access.require(permissions.can_see_team(user))
    teams = _teams(user)
    team = next((one for one in teams if str(one.pk) == request.GET.get("team")), teams[0] if teams else None)
    day_began_at = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = crews.of_team(team, now, day_began_at) if team else None
    given = crews.last_given(team) if team else []
    seen = Lead.objects.visible_to(user).filter(pk__in=[one.lead_id for one in given])
    context = {
        "seen": set(seen.values_list("pk", flat=True)),
        "team": team,
        "tabs": [{"label": one.name, "url": f"?team={one.pk}", "is_current": one == team} for one in teams],
        "crew": found,
        "rules": words.rules(agreements.document(found.version).routing) if found else [],
        "given": [(one, words.given(one)) for one in given],
    }
    if found and team:
        context |= _rehearsal(request, found.version, team, day_began_at)
    return render(request, "team/routing.html", context)


def _teams(user: User) -> list[Team]:
    """Return the teams whose giving out this person sees."""
    if user.role == Role.SALES_MANAGER:
        return [user.team] if user.team else []
    return list(Team.objects.filter(side=Side.SALES).order_by("name"))


def _rehearsal(
    request: HttpRequest, version: AgreementVersion, team: Team, day_began_at: datetime
) -> dict[str, Any]:
    text = agreements.document(version)
    yesterday = (day_began_at - timedelta(days=1)).date()
    known = {"day": yesterday, "method": text.routing.method, "hours": text.routing.hours}
    form = RehearsalForm(request.GET if "method" in request.GET else None, initial=known)
    if not (form.is_bound and form.is_valid()):
        return {"form": form}
    day = form.cleaned_data["day"]
    rehearsal = routing.rehearse(
        document=routing.with_rules(text, form.rules),
        agreement_key=version.agreement.key,
        first_on=day,
        last_on=day,
        leg=team.leg,
    )
    return {"form": form, "rehearsal": rehearsal, "shares": rehearsal.shares()}
