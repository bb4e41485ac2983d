"""Reviews of an agreement: the agenda the data makes, the minutes, and a text confirmed unchanged."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from leads.choices import Side
from leads.models import Lead, User
from portal import access, numbers, toasts
from portal.addresses import client_address
from portal.forms import agreement as forms
from portal.lines import verdicts
from portal.pages.agreement_signing import REFUSALS, is_password, refusal
from portal.pages.moves import entered
from sla import agreements, calendars, permissions
from sla.choices import ReviewOutcome
from sla.compliance import agenda
from sla.compliance.periods import Filters, Period
from sla.models import AgreementVersion, Review


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """One point of the agenda in the reader's words, and the address that shows it, or blank."""

    topic: str
    text: str
    address: str


ask_or_do = require_http_methods(["GET", "HEAD", "POST"])
_SHOWN = 50


@ask_or_do
def reviews(request: HttpRequest) -> HttpResponse:
    """Show the agenda and the reviews held, and take the minutes of another; `agreement` says of which."""
    user, now = access.person(request), timezone.now()
    versions = agreements.in_force()
    version = _asked(request, versions)
    if version is None:
        return render(request, "agreement/reviews.html", {"version": None})
    today = _period(version, now).last_on
    points = _agenda(version, user, now)
    form = forms.ReviewForm(entered(request), today=today, initial={"held_on": today, "kind": "pipeline"})
    if request.method == "POST":
        access.require(permissions.can_draft(user))
        if form.is_valid():
            return _record(request, version, form, points, user, now)
    context = {
        "version": version,
        "tabs": [_tab(one, version) for one in versions],
        "points": points,
        "holds": permissions.can_draft(user),
        "form": form,
        "held": _held(),
        "review_on": version.review_on,
        "days": (version.review_on - today).days if version.review_on else None,
    }
    return render(request, "agreement/reviews.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@ask_or_do
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the minutes of a review, and take the signatures that confirm the text unchanged."""
    user = access.person(request)
    held = get_object_or_404(Review.objects.select_related("version__agreement", "recorded_by"), pk=pk)
    sides = agreements.entitled_sides(user)
    is_waiting = held.outcome == ReviewOutcome.CONFIRMED and held.confirmed_at is None
    form = None
    if sides and is_waiting:
        labels: list[tuple[str, Any]] = [(side, Side(side).label) for side in sides]
        form = forms.SignForm(entered(request), sides=labels, written=user.name, expected=held.sha256)
    if request.method == "POST":
        access.require(bool(sides))
        if form is None:
            raise Http404
        if form.is_valid() and is_password(request, user, form):
            return _confirm(request, held, user, form)
    context = {
        "review": held,
        # It names leads, as whoever held the review saw them.
        "agenda": held.agenda if permissions.can_draft(user) else (),
        "form": form,
        "signatures": held.version.signatures.filter(sha256=held.sha256) if held.sha256 else (),
    }
    return render(request, "agreement/review.html", context, status=422 if form and form.errors else 200)


def _asked(request: HttpRequest, versions: list[AgreementVersion]) -> AgreementVersion | None:
    """Return the version of the agreement that the address names, else the one whose review is next."""
    asked = numbers.whole(request.GET.get("agreement"))
    found = next((one for one in versions if one.agreement_id == asked), None)
    return found or min(versions, key=lambda one: one.review_on or date.max, default=None)


def _tab(version: AgreementVersion, shown: AgreementVersion) -> dict[str, Any]:
    return {
        "label": version.agreement.name,
        "url": f"?agreement={version.agreement_id}",
        "is_current": version == shown,
    }


def _record(
    request: HttpRequest,
    version: AgreementVersion,
    form: forms.ReviewForm,
    points: list[AgendaLine],
    user: User,
    now: datetime,
) -> HttpResponse:
    held = agreements.record(
        version=version,
        now=now,
        actor=user,
        agenda=[f"{line.topic}: {line.text}" for line in points],
        **form.cleaned_data,
    )
    toasts.say(request, _("The minutes are kept."))
    if held.outcome == ReviewOutcome.AMENDED:
        draft = agreements.amend(version=version, starts_on=forms.first_start(now), now=now, actor=user)
        return redirect("agreement-draft", draft.pk)
    return redirect("review", held.pk)


def _confirm(request: HttpRequest, held: Review, user: User, form: forms.SignForm) -> HttpResponse:
    try:
        agreements.confirm(
            review=held,
            user=user,
            side=form.cleaned_data["side"],
            name=form.cleaned_data["name"],
            now=timezone.now(),
            address=client_address(request) or None,
        )
    except (*REFUSALS, agreements.NothingToConfirm) as error:
        form.add_error(None, refusal(error))
        context = {"review": held, "agenda": held.agenda, "form": form, "signatures": ()}
        return render(request, "agreement/review.html", context, status=422)
    toasts.say(request, _("Confirmed."))
    return redirect("review", held.pk)


def _agenda(version: AgreementVersion, user: User, now: datetime) -> list[AgendaLine]:
    """Return what the last thirty days ask about, each with the page that shows it; reviewers only."""
    if not permissions.can_draft(user):
        return []
    period = _period(version, now)
    found = agenda.agenda(
        period,
        Filters(agreement_id=version.agreement_id),
        agreements.document(version),
        Lead.objects.visible_to(user),
        now,
    )
    return [
        AgendaLine(verdicts.say(point.topic), verdicts.say(point.text), _address(point, period, version))
        for point in found
    ]


def _address(point: agenda.Point, period: Period, version: AgreementVersion) -> str:
    if point.lead_id:
        return reverse("lead", args=[point.lead_id])
    if point.commitment:
        days = {"period": "own", "first_on": period.first_on, "last_on": period.last_on}
        asked = {**days, "segment": version.agreement.key, "bucket": "missed"}
        return f"{reverse('compliance-commitment', args=[point.commitment])}?{urlencode(asked)}"
    return ""


def _period(version: AgreementVersion, now: datetime) -> Period:
    hours = calendars.schedule(agreements.document(version).calendars["sales"])
    today: date = hours.local_date(now)
    return Period(today - timedelta(days=29), today, hours.timezone)


def _held() -> list[Review]:
    found = Review.objects.select_related("version__agreement", "recorded_by")
    return list(found.order_by("-held_on", "-pk")[:_SHOWN])
