"""Setting up: what a company needs before the first lead is handed over, step by step."""

import smtplib

from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads import people
from leads.models import Company
from portal import access, toasts
from portal.forms.setup import CompanyForm
from portal.lines import setup as words
from portal.pages import moves
from sla.queries import beginning


@require_safe
def setup(request: HttpRequest) -> HttpResponse:
    """Show the steps with their states."""
    access.operations(request)
    found = beginning.beginning()
    steps = words.steps(found)
    context = {
        "steps": steps,
        "done": sum(step.is_done for step in steps),
        "all": sum(not step.can_wait for step in steps),
        "found": found,
        "mail_line": words.mail_line(found),
    }
    return render(request, "settings/setup.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def company(request: HttpRequest) -> HttpResponse:
    """Name the company and its zone."""
    user = access.operations(request)
    known = Company.objects.first()
    initial = {"name": known.name, "time_zone": known.time_zone} if known else {}
    form = CompanyForm(moves.entered(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        people.save_company(**form.cleaned_data, now=timezone.now(), actor=user)
        toasts.say(request, _("%(company)s is saved.") % {"company": form.cleaned_data["name"]})
        return redirect("setup")
    return render(request, "settings/company.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """Send a mail on trial to whoever asks, and say whether it left."""
    user = access.operations(request)
    try:
        send_mail(_("Mail from Concord"), _("Letters leave the house."), None, [user.email])
    except (OSError, smtplib.SMTPException):
        toasts.say(
            request, _("The mail could not be sent."), sub=_("See EMAIL_URL in the settings of the server.")
        )
    else:
        people.note_mail_on_trial(now=timezone.now())
        toasts.say(request, _("A mail is on its way to %(email)s.") % {"email": user.email})
    return redirect("setup")
