"""Settings of operations: where everything that runs Concord is found; people and teams."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.forms import PasswordResetForm
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads import people
from leads.models import Team, User
from portal import access, navigation, toasts
from portal.delivery import links
from portal.forms.people import FindForm, PersonForm, TeamForm
from portal.lines import setup as steps
from portal.pages import moves
from sla import intake
from sla.models import Handoff
from sla.queries import beginning

ask_or_do = require_http_methods(["GET", "HEAD", "POST"])
PER_PAGE = 50


@dataclass(frozen=True)
class Place:
    """One page of the settings: its URL name, what it is called and what one does there."""

    name: str
    label: str | Promise
    what: str | Promise

    @property
    def url(self) -> str:
        return navigation.address_of(self.name)


GROUPS: tuple[tuple[str | Promise, tuple[Place, ...]], ...] = (
    (
        gettext_lazy("Company"),
        (
            Place("setup-company", gettext_lazy("Company"), gettext_lazy("name and time zone")),
            Place("settings-people", gettext_lazy("People"), gettext_lazy("who works here, roles, limits")),
            Place("settings-teams", gettext_lazy("Teams"), gettext_lazy("sides, segments, hours")),
            Place(
                "settings-calendars",
                gettext_lazy("Calendars"),
                gettext_lazy("working hours, holidays, closures"),
            ),
            Place("agreement", gettext_lazy("Agreements"), gettext_lazy("what both sides signed")),
        ),
    ),
    (
        gettext_lazy("Data"),
        (
            Place("imports", gettext_lazy("Imports"), gettext_lazy("files brought in, rejected rows")),
            Place(
                "duplicates", gettext_lazy("Duplicates"), gettext_lazy("leads that may be the same person")
            ),
            Place(
                "settings-audit",
                gettext_lazy("Log"),
                gettext_lazy("who did what, and whether it is unbroken"),
            ),
        ),
    ),
    (
        gettext_lazy("Connections"),
        (
            Place("settings-keys", gettext_lazy("API keys"), gettext_lazy("what other programs may do")),
            Place(
                "operations-webhooks", gettext_lazy("Webhooks"), gettext_lazy("what other programs are told")
            ),
            Place(
                "operations-delivery",
                gettext_lazy("Delivery"),
                gettext_lazy("mail, chat and webhooks under way"),
            ),
        ),
    ),
    (
        gettext_lazy("Running"),
        (
            Place("operations-status", gettext_lazy("Status"), gettext_lazy("worker, queue, what waits")),
            Place(
                "clock-repair", gettext_lazy("Repair clocks"), gettext_lazy("after a calendar was corrected")
            ),
        ),
    ),
)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show where everything is."""
    access.operations(request)
    groups = [(title, [place for place in places if place.url]) for title, places in GROUPS]
    found = beginning.beginning()
    context = {"groups": groups, "steps": [] if found.is_done else steps.steps(found)}
    return render(request, "settings/index.html", context)


@require_safe
def everybody(request: HttpRequest) -> HttpResponse:
    """List people, found by name, role or team."""
    access.operations(request)
    form = FindForm(request.GET)
    page = Paginator(_found(form), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "settings/people.html", {"form": form, "page": page})


@ask_or_do
def person(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add somebody, or change what is known of a person."""
    actor, now = access.operations(request), timezone.now()
    known = get_object_or_404(User, pk=pk) if pk else None
    form = PersonForm(moves.entered(request), instance=known, initial={} if known else {"is_active": True})
    if request.method == "POST" and form.is_valid():
        try:
            if known:
                intake.change_person(user=known, values=form.values(), now=now, actor=actor)
            else:
                known = people.create(values=form.values(), now=now, actor=actor)
        except people.NobodyLeft as error:
            form.add_error(None, str(error))
        else:
            toasts.say(request, _("%(person)s is saved.") % {"person": known})
            return redirect("settings-person", known.pk) if not pk else redirect("settings-people")
    open_leads = Handoff.objects.open().filter(rep=known).count() if known else 0
    context = {"form": form, "known": known, "open_leads": open_leads}
    return render(request, "settings/person.html", context, status=422 if form.errors else 200)


@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a person a link by which they set a password."""
    operator = access.operations(request)
    known = get_object_or_404(User, pk=pk, is_active=True)
    people.open_login(user=known, now=timezone.now(), actor=operator)
    form = PasswordResetForm({"email": known.email})
    if form.is_valid():
        form.save(request=request, extra_email_context={"site": links.absolute("")})
    toasts.say(request, _("A link to set a password is on its way to %(email)s.") % {"email": known.email})
    return redirect("settings-person", pk)


@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    """List the teams with how many people they have."""
    access.operations(request)
    active = Count("pk", filter=Q(is_active=True))
    counts = dict(User.objects.exclude(team=None).values_list("team").annotate(n=active))
    found = Team.objects.select_related("calendar").order_by("side", "name")
    return render(
        request, "settings/teams.html", {"teams": [(team, counts.get(team.pk, 0)) for team in found]}
    )


@ask_or_do
def team(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add a team, or change one."""
    actor = access.operations(request)
    known = get_object_or_404(Team, pk=pk) if pk else Team()
    form = TeamForm(moves.entered(request), instance=known)
    if request.method == "POST" and form.is_valid():
        intake.save_team(team=known, values=form.values(), now=timezone.now(), actor=actor)
        toasts.say(request, _("%(team)s is saved.") % {"team": known})
        return redirect("settings-teams")
    context = {"form": form, "known": known if pk else None}
    return render(request, "settings/team.html", context, status=422 if form.errors else 200)


def _found(form: FindForm) -> QuerySet[User]:
    wanted: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    found = User.objects.select_related("team").order_by("-is_active", "name", "pk")
    if text := wanted.get("q"):
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text))
    if role := wanted.get("role"):
        found = found.filter(role=role)
    if team := wanted.get("team"):
        found = found.filter(team=team)
    return found
