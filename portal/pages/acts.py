"""Where a button of a letter leads: a page that asks, and the one act that it stands for."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leads import audit
from portal import readers
from portal.delivery import letters, links
from sla import handoffs
from sla.models import Handoff


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, word: str) -> HttpResponse:
    """Ask, and on a POST act once; the word in the address stands for a login, for this act alone.

    Scanners fetch every link of a letter and run its scripts, so nothing happens before the button.
    """
    try:
        answer = _answer(request, word)
    except links.Invalid:
        answer = _say(request, _("This address is not complete"), _("Open Concord to go on."), 404)
    except links.Expired:
        answer = _say(request, _("This button is too old"), _("Open Concord to see how things stand."), 410)
    except links.Spent as spent:
        answer = _say(request, _("This is settled already"), _settled(spent.handoff), 409, spent.handoff)
    except handoffs.MoveRefused as refused:
        answer = _say(request, _("Nothing was done"), str(refused.sentence), 409)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _answer(request: HttpRequest, word: str) -> HttpResponse:
    permit = links.read(word)
    if request.user.is_authenticated and request.user.pk != permit.person.pk:
        text = _("It was sent to somebody else. Your own leads are in Concord.")
        return _say(request, _("This button is not yours"), text, 403)
    account = {"account": permit.handoff.lead.account}
    with readers.speaking_to(permit.person, otherwise=translation.get_language()):
        if request.method == "POST":
            with audit.coming_by("link"):
                links.use(word, now=timezone.now())
            done = str(permit.act.done) % account
            return _say(request, done, _("Open Concord to go on."), 200, permit.handoff)
        return render(
            request,
            "acts/act.html",
            {
                "question": str(permit.act.question) % account,
                "verb": permit.act.verb,
                "person": permit.person,
                "facts": letters.facts_of_offer(permit.handoff) if permit.act.code == "accept" else (),
            },
        )


def _settled(handoff: Handoff) -> str:
    """Say why a button serves no more, without telling a former owner who has it now."""
    return _("%(account)s has moved on since this was written: it is decided, or with somebody else.") % {
        "account": handoff.lead.account
    }


def _say(
    request: HttpRequest, title: str, text: str, status: int, handoff: Handoff | None = None
) -> HttpResponse:
    url = reverse("lead", args=[handoff.lead_id]) if handoff else reverse("home")
    return render(request, "acts/said.html", {"title": title, "text": text, "url": url}, status=status)
