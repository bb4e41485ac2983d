"""Declining an offer and handing a lead back: one dialog, two moves."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from leads.models import User
from portal import access
from portal.forms.refusals import RefusalForm
from portal.lines import refusals as words
from portal.lines import verdicts
from portal.pages import moves
from sla import agreements, handoffs
from sla.choices import HandoffState
from sla.models import Handoff

#: Buttons that look ahead instead of making the move.
LOOKS = ("wake_pick", "preview")


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no to an offer, with a reason."""
    return _refuse(request, pk, "decline")


@require_http_methods(["GET", "HEAD", "POST"])
def hand_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand an accepted lead back, or on to another rep, with a reason."""
    return _refuse(request, pk, "hand_back")


@require_safe
def consequences(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a choice in the dialog leads to; with `part=choice` also the fields that it needs."""
    now = timezone.now()
    handoff = access.handoff(access.person(request), pk)
    move = "decline" if handoff.state == HandoffState.OFFERED else "hand_back"
    moves.require(request, move, handoff)
    form = form_of(handoff, move, request.GET, now, is_look=True)
    template = "handoffs/_choice.html" if request.GET.get("part") == "choice" else "handoffs/_foreseen.html"
    context = {"handoff": handoff, "form": form, "is_fragment": True}
    return render(request, template, {**context, **words.foreseen(handoff, form, move, now)})


def _refuse(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    now = timezone.now()
    user, handoff = moves.subject(request, pk, move)
    is_look = request.method != "POST" or any(name in request.POST for name in LOOKS)
    form = form_of(handoff, move, request.POST or request.GET, now, is_look=is_look)
    if not is_look and form.is_valid():
        try:
            moved = make(move, handoff, user, form, now)
            return moves.answer(request, handoff, moved, *words.refused(handoff, moved))
        except moves.FOR_THE_FORM as refused:
            form.add_error(None, str(refused.sentence))
        except handoffs.NotYours as refused:
            raise PermissionDenied(str(refused.sentence)) from refused
        except handoffs.MoveRefused as refused:
            return moves.refuse(request, handoff, str(refused.sentence))
    foreseen = words.foreseen(handoff, form, move, now)
    said = _words(handoff, move)
    return moves.show(request, handoff, form, said, "handoffs/refusal.html", is_look=is_look, **foreseen)


def make(move: str, handoff: Handoff, user: User, form: RefusalForm, now: datetime) -> Handoff:
    """Make the move with what a valid form says; raises handoffs.MoveRefused."""
    data = form.cleaned_data
    act = handoffs.decline if move == "decline" else handoffs.hand_back
    return act(
        handoff=handoff,
        actor=user,
        now=now,
        reason=data["reason"],
        not_now=form.not_now,
        wake_on=data["wake_on"] if form.sleeps else None,
        wake_trigger=" ".join(data["signs"]) if form.sleeps else "",
        track=data["track"] if form.sleeps else "",
        note=data["note"],
        right_contact=data["right_contact"],
    )


def form_of(handoff: Handoff, move: str, data: QueryDict, now: datetime, *, is_look: bool) -> RefusalForm:
    """Return the form as filled so far; a day picked by its button counts as entered.

    While somebody only looks, what is filled in is a first value and nothing is wrong with it.
    """
    filled = data.copy()
    reason = filled.get("reason")
    if filled.get("fate_for", reason) != reason:  # another reason was chosen: its own suggestions count again
        for name in ("fate", "wake_on", "track"):
            filled.pop(name, None)
    if "wake_pick" in filled:
        filled["wake_on"] = str(filled["wake_pick"])
    return RefusalForm(
        None if is_look else filled,
        initial={**filled.dict(), "signs": filled.getlist("signs")},
        document=agreements.document(handoff.version),
        is_worked=move == "hand_back",
        attempts=handoffs.attempts(handoff),
        today=timezone.localtime(now).date(),
        is_later_leg=handoff.leg > 1,
    )


def _words(handoff: Handoff, move: str) -> moves.Words:
    title = _("Decline %(company)s") if move == "decline" else _("Hand back %(company)s")
    return moves.Words(
        title % {"company": handoff.lead.account},
        "",
        sub=_sub(handoff),
        foot=_("Undo for 2 minutes, unless it goes to another rep. Judged by agreement v%(n)s.")
        % {"n": handoff.version.number},
    )


def _sub(handoff: Handoff) -> str:
    person = ", ".join(part for part in (str(handoff.lead), handoff.lead.title) if part)
    if handoff.accepted_at is None:
        return person
    made = handoffs.attempts(handoff)
    said = ngettext("%(n)s attempt so far", "%(n)s attempts so far", made) % {"n": made}
    day = verdicts.day(handoff.accepted_at)
    return _("%(person)s. Accepted %(day)s, %(attempts)s.") % {"person": person, "day": day, "attempts": said}
