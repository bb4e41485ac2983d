"""The moves of whoever is offered a lead and works it."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal import access, htmx, toasts
from portal.forms import moves as forms
from portal.lines import dossier as dossiers
from portal.lines import panel as panels
from portal.lines import verdicts
from portal.pages import moves
from sla import agreements, handoffs, permissions
from sla.choices import UNDO_WINDOW, Quality
from sla.queries import handoffs as queries

#: Stands for no verdict in an address.
NO_VERDICT = "none"


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept an offer; one of two who try is told who was faster."""
    user, now = access.person(request), timezone.now()
    try:
        moved = access.accept(user, pk, now)
    except handoffs.NotYours as refused:
        raise PermissionDenied(str(refused.sentence)) from refused
    except handoffs.MoveRefused as refused:
        return moves.refuse(request, access.offer(user, pk), str(refused.sentence))
    lead = moved.lead
    said = _("Accepted %(company)s.") % {"company": lead.account}
    return moves.answer(request, moved, moved, said, dossiers.next_due(lead, now), lead.phone)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the last move back, while nothing else has happened."""
    user = access.person(request)
    handoff = access.handoff(user, pk)
    try:
        handoffs.undo(handoff=handoff, actor=user, now=timezone.now())
    except handoffs.MoveRefused as refused:
        return moves.refuse(request, handoff, str(refused.sentence))
    toasts.say(request, _("Taken back. %(company)s is as it was.") % {"company": handoff.lead.account})
    return redirect(toasts.back(request, reverse("inbox")))


@moves.ask_or_do
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask Marketing for a missing fact; the clock waits for the answer."""
    user, handoff = moves.subject(request, pk, "ask")
    form = forms.AskForm(moves.entered(request))
    words = moves.Words(
        _("Ask Marketing about %(company)s") % {"company": handoff.lead.account},
        _("Ask"),
        sub=_("One question for each offer. The clock to decide waits for the answer."),
    )
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.ask(handoff=handoff, actor=user, text=form.cleaned_data["text"], now=now),
        words,
        _("Asked. Your clock waits for the answer."),
    )


@moves.ask_or_do
def qualify(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a lead qualified: the gate is met, or the exception is named."""
    user, handoff = moves.subject(request, pk, "qualify")
    access.current(user, pk)
    form = forms.QualifyForm(moves.entered(request))
    judged = queries.qualification(handoff, timezone.now())
    words = moves.Words(
        _("Qualify %(company)s") % {"company": handoff.lead.account},
        _("Qualify"),
        sub=_("What you learned in conversation decides. Add it to BANT first."),
    )
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.qualify(
            handoff=handoff, actor=user, exception=form.cleaned_data["exception"], now=now
        ),
        words,
        _("Qualified."),
        template="handoffs/qualify.html",
        verdict=verdicts.verdict(judged.verdict, judged.gate, judged.bant, timezone.now()),
    )


@require_POST
def convert(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an opportunity of a qualified lead."""
    user, handoff = moves.subject(request, pk, "convert")
    return moves.make(
        request,
        handoff,
        lambda now: handoffs.convert(handoff=handoff, actor=user, now=now),
        _("%(company)s is an opportunity now.") % {"company": handoff.lead.account},
    )


@moves.ask_or_do
def win(request: HttpRequest, pk: int) -> HttpResponse:
    """Note the win with amount and margin."""
    user, handoff = moves.subject(request, pk, "win")
    form = forms.WinForm(moves.entered(request))
    words = moves.Words(
        _("%(company)s bought") % {"company": handoff.lead.account},
        _("Note as won"),
        sub=_("Amount and margin tell whether the definition of sales-ready is true."),
    )
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.win(handoff=handoff, actor=user, now=now, **form.cleaned_data),
        words,
        _("Noted as won."),
    )


@moves.ask_or_do
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    """Note the loss."""
    user, handoff = moves.subject(request, pk, "lose")
    known = agreements.document(handoff.version).reasons
    form = forms.LoseForm(moves.entered(request), reasons=[(one.code, one.label) for one in known])
    words = moves.Words(_("%(company)s did not buy") % {"company": handoff.lead.account}, _("Note as lost"))
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.lose(handoff=handoff, actor=user, now=now, reason=form.cleaned_data["reason"]),
        words,
        _("Noted as lost."),
    )


@require_POST
def rate(request: HttpRequest, pk: int, quality: str) -> HttpResponse:
    """Say in one tap how the lead was; the undo brings back what was said before."""
    user = access.person(request)
    handoff = access.handoff(user, pk)
    access.require(permissions.can_rate(user, handoff))
    if quality not in (*Quality.values, NO_VERDICT):
        raise Http404
    now = timezone.now()
    handoffs.rate(handoff=handoff, actor=user, quality="" if quality == NO_VERDICT else quality, now=now)
    before = reverse("handoff-rate", args=[pk, handoff.quality or NO_VERDICT])
    if request.GET.get("undo"):
        toasts.say(request, _("Taken back."))
    else:
        text, until = _("Thank you. Marketing sees your verdict."), now + UNDO_WINDOW
        toasts.say(request, text, undo_url=f"{before}?undo=1", until=until)
    if str(getattr(request.htmx, "target", "")) == "panel":  # type: ignore[attr-defined]  # set by the middleware
        shown = panels.words(access.handoff(user, pk), user, now)
        return htmx.answer(request, "inbox/_panel.html", {"panel": shown})
    return moves.go_on(request, handoff.lead)


@moves.ask_or_do
def reroute(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass an offer on to another rep."""
    user, handoff = moves.subject(request, pk, "reroute")
    reasons = [(one.code, one.label) for one in queries.reroute_reasons(handoff)]
    form = forms.RerouteForm(moves.entered(request), people=queries.others(handoff), reasons=reasons)
    words = moves.Words(
        _("Pass %(company)s on") % {"company": handoff.lead.account},
        _("Pass on"),
        sub=_("It never counts as a decline. The clock to decide goes on."),
    )
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.reroute(handoff=handoff, actor=user, now=now, **form.cleaned_data),
        words,
        _("Passed on."),
    )
