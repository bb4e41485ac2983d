"""The moves of Marketing, of managers and of the referee."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal import access, numbers
from portal.forms import moves as forms
from portal.lines import refused
from portal.lines import tracks as tracks_words
from portal.pages import moves
from sla import agreements, handoffs, intake, permissions
from sla.models import Handoff
from sla.queries import handoffs as queries


@moves.ask_or_do
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the rep's question; the clock to decide goes on."""
    user, handoff = moves.subject(request, pk, "answer")
    form = forms.AnswerForm(moves.entered(request))
    question = getattr(handoff, "question", None)
    words = moves.Words(
        _("Answer about %(company)s") % {"company": handoff.lead.account},
        _("Answer"),
        sub=question.text if question else "",
    )
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.answer(handoff=handoff, actor=user, text=form.cleaned_data["text"], now=now),
        words,
        _("Answered. The clock to decide goes on."),
    )


@moves.ask_or_do
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an offer back."""
    user, handoff = moves.subject(request, pk, "withdraw")
    form = forms.WithdrawForm(moves.entered(request))
    words = moves.Words(
        _("Take the offer of %(company)s back") % {"company": handoff.lead.account},
        _("Take back"),
        sub=_("The lead goes back to nurturing. Its clocks no longer count."),
    )
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.withdraw(handoff=handoff, actor=user, now=now, **form.cleaned_data),
        words,
        _("Taken back."),
    )


@moves.ask_or_do
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give accepted work to another rep of the team."""
    user, handoff = moves.subject(request, pk, "reassign")
    form = forms.ReassignForm(moves.entered(request), people=queries.others(handoff))
    words = moves.Words(
        _("Give %(company)s to another rep") % {"company": handoff.lead.account},
        _("Give"),
        sub=_("The team's clocks go on; the new owner gets fresh ones of their own."),
    )
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.reassign(handoff=handoff, to=form.cleaned_data["to"], actor=user, now=now),
        words,
        _("Given to another rep."),
    )


@moves.ask_or_do
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a refused lead up again for Marketing, on a nurture track."""
    user, handoff = moves.subject(request, pk, "acknowledge")
    tracks = [
        (track.code, tracks_words.choice(track)) for track in agreements.document(handoff.version).tracks
    ]
    form = forms.AcknowledgeForm(moves.entered(request), tracks=tracks)
    words = moves.Words(
        _("Acknowledge the return of %(company)s") % {"company": handoff.lead.account}, _("Acknowledge")
    )
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.acknowledge(
            handoff=handoff, actor=user, now=now, track=form.cleaned_data["track"]
        ),
        words,
        _("Acknowledged."),
    )


@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Do the step of the nurture track whose `number` the address names."""
    user, handoff = moves.subject(request, pk, "acknowledge")
    number = numbers.whole(request.GET.get("number")) or 0

    def take(now: datetime) -> Handoff:
        intake.take_step(handoff=handoff, number=number, actor=user, now=now)
        return handoff

    return moves.make(request, handoff, take, _("Done, and written down as a touch of Marketing."))


@moves.ask_or_do
def repair(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the data is right again."""
    user, handoff = moves.subject(request, pk, "repair")
    form = forms.RepairForm(moves.entered(request))
    words = moves.Words(
        _("The data of %(company)s is right again") % {"company": handoff.lead.account},
        _("Done"),
        sub=_("The lead is judged again and handed over once it is sales-ready."),
    )
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.repair(handoff=handoff, actor=user, now=now, note=form.cleaned_data["note"]),
        words,
        _("Repaired."),
    )


@moves.ask_or_do
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the referee about a decline."""
    user, handoff = moves.subject(request, pk, "contest")
    mismatch = getattr(getattr(handoff, "refusal", None), "mismatch", "")
    form = forms.ContestForm(moves.entered(request), is_contradicted=bool(mismatch))
    words = moves.Words(
        _("Contest the decline of %(company)s") % {"company": handoff.lead.account},
        _("Contest"),
        sub=_("The dossier holds: %(facts)s. The referee decides.") % {"facts": mismatch}
        if mismatch
        else _("The referee of the agreement decides on the facts of the dossier."),
    )
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.contest(handoff=handoff, actor=user, now=now, note=form.cleaned_data["note"]),
        words,
        _("Contested. The referee is told."),
    )


@moves.ask_or_do
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a contested decline."""
    user, handoff = moves.subject(request, pk, "rule")
    form = forms.RuleForm(moves.entered(request))
    heard = refused.lines(handoff, timezone.now())
    words = moves.Words(
        _("Rule on %(company)s") % {"company": handoff.lead.account},
        _("Rule"),
        sub=" ".join(f"{line.lead_in} {line.text}" for line in heard),
    )
    return moves.dialog(
        request,
        handoff,
        form,
        lambda now: handoffs.rule(handoff=handoff, actor=user, now=now, **form.cleaned_data),
        words,
        _("Ruled. Both sides are told."),
    )


@require_POST
def nudge(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind the owner; no move, but on record."""
    user = access.person(request)
    handoff = access.handoff(user, pk)
    access.require(permissions.can_nudge(user, handoff))
    return moves.make(
        request,
        handoff,
        lambda now: handoffs.nudge(handoff=handoff, actor=user, now=now),
        _("Reminder sent."),
    )
