"""One move for many leads at once, each with its own result: hand over, give to somebody else."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.models import Lead, User
from portal import access, toasts
from portal.pages import moves
from sla import handoffs, permissions
from sla.choices import HandoffState
from sla.models import Handoff

Result = tuple[Lead, str, bool]


@require_POST
def offer(request: HttpRequest) -> HttpResponse:
    """Hand the chosen sales-ready leads over by routing."""
    user, now = access.person(request), timezone.now()
    access.require(user.role in permissions.MARKETS)
    leads = Lead.objects.visible_to(user).in_bulk(moves.chosen(request, "lead"))
    answers = handoffs.offer_many(lead_ids=list(leads), now=now, actor=user)
    results = [(leads[pk], *_said(answer)) for pk, answer in answers.items()]
    return _answer(request, results, "desk", _("Handed over together"))


@require_POST
def give(request: HttpRequest) -> HttpResponse:
    """Give the chosen leads of the team to one of its people, or to whoever is next in turn."""
    user, now = access.person(request), timezone.now()
    access.require(permissions.can_see_team(user))
    to = _person(request, user)
    if to is None and request.POST.get("to"):
        # Whoever was named takes no leads any more: nobody else was meant.
        toasts.say(request, str(handoffs.NotEligible().sentence), level=messages.WARNING)
        return redirect("team")
    visible = Handoff.objects.visible_to(user).open().select_related("lead__account", "rep", "version")
    found = visible.defer("version__document", "version__canonical_text").in_bulk(
        moves.chosen(request, "handoff")
    )
    results = [_given(one, user, to, now) for one in found.values()]
    return _answer(request, results, "team", _("Given to others together"))


def _given(handoff: Handoff, user: User, to: User | None, now: datetime) -> Result:
    act: Callable[[], Handoff]
    if handoff.state == HandoffState.OFFERED:
        is_theirs = permissions.can_reroute(user, handoff)
        act = partial(handoffs.reroute, handoff=handoff, actor=user, to=to, now=now)
    else:
        is_theirs = permissions.can_reassign(user, handoff)
        act = partial(_reassigned, handoff, user, to, now)
    try:
        if not is_theirs:
            raise handoffs.NotYours
        return handoff.lead, *_said(act())
    except handoffs.MoveRefused as refused:
        return handoff.lead, *_said(refused)


def _reassigned(handoff: Handoff, user: User, to: User | None, now: datetime) -> Handoff:
    if to is None:
        return handoffs.hand_on(handoff=handoff, now=now, asked_by=user)
    return handoffs.reassign(handoff=handoff, to=to, actor=user, now=now)


def _said(answer: Handoff | handoffs.MoveRefused) -> tuple[str, bool]:
    """Say what became of one lead, and whether it was done."""
    if isinstance(answer, handoffs.MoveRefused):
        return str(answer.sentence), False
    if answer.rep is None:
        return _("In the pool of %(team)s") % {"team": answer.team}, True
    return _("Given to %(name)s") % {"name": answer.rep}, True


def _person(request: HttpRequest, user: User) -> User | None:
    people = User.objects.filter(is_active=True, role__in=permissions.TAKES_LEADS)
    if user.team_id:
        people = people.filter(team=user.team_id)
    return people.filter(pk__in=moves.chosen(request, "to")).first()


def _answer(request: HttpRequest, results: Iterable[Result], back: str, title: str) -> HttpResponse:
    lines: Sequence[Result] = list(results)
    if not lines:
        toasts.say(request, _("Choose at least one lead first."))
        return redirect(back)
    done = sum(is_done for _lead, _said, is_done in lines)
    context: dict[str, Any] = {"title": title, "lines": lines, "done": done, "back": back}
    return render(request, "desk/together.html", context)
