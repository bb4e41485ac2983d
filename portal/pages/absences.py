"""Who is away and when: for a sales manager the whole team, for everybody the own days."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from leads.choices import Role
from leads.models import Absence, User
from portal import access, toasts
from portal.forms.absences import AbsenceForm
from sla import intake, permissions


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    """Show and note absences of the team, or of all of Sales to operations."""
    user = access.person(request)
    is_manager = user.role == Role.SALES_MANAGER and user.team_id is not None
    access.require(is_manager or user.role == Role.OPERATIONS)
    people = User.objects.filter(is_active=True, role__in=permissions.TAKES_LEADS)
    people = people.filter(team=user.team_id) if is_manager else people.filter(team__side="sales")
    return _page(request, people.order_by("name"), "team-absences", _("Absences"))


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and note one's own absences."""
    user = access.person(request)
    return _page(request, User.objects.filter(pk=user.pk), "profile", _("Profile and absence"))


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back."""
    user = access.person(request)
    absence = Absence.objects.select_related("user").filter(pk=pk).first()
    if absence is None or not permissions.can_note_absence(user, absence.user):
        raise Http404
    intake.remove_absence(absence=absence, now=timezone.now(), actor=user)
    toasts.say(request, _("The absence is taken back."))
    return redirect(toasts.back(request, "profile"))


def _page(request: HttpRequest, people: QuerySet[User], name: str, title: str) -> HttpResponse:
    user, now = access.person(request), timezone.now()
    today = timezone.localdate(now)
    entered = request.POST if request.method == "POST" else None
    form = AbsenceForm(entered, people=people, today=today, initial={"user": user.pk})
    if entered is not None and form.is_valid():
        intake.add_absence(now=now, actor=user, **form.cleaned_data)
        toasts.say(request, _("Noted. Open leads go to others when the absence begins."))
        return redirect(name)
    found = Absence.objects.filter(user__in=people, last_on__gte=today).select_related("user")
    context: dict[str, Any] = {
        "title": title,
        "form": form,
        "is_own": name == "profile",
        "absences": found.order_by("first_on", "user__name"),
        "today": today,
    }
    return render(request, "team/absences.html", context, status=422 if form.errors else 200)
