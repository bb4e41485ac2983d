"""Erasing a person, asked about once: it cannot be undone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal import access, erasing, toasts
from sla import handoffs, permissions
from sla.models import Handoff


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what an erasure takes and leaves; a post makes it."""
    user = access.person(request)
    lead = access.lead(user, pk)
    access.require(permissions.can_erase(user))
    if request.method == "POST":
        try:
            erasing.erase(lead=lead, now=timezone.now(), actor=user)
        except handoffs.MoveRefused as refused:
            toasts.say(request, str(refused.sentence))
            return redirect("lead", pk)
        toasts.say(request, _("The person is erased."))
        return redirect("leads")
    context = {"lead": lead, "open": Handoff.objects.open().filter(lead=lead).select_related("rep", "team")}
    return render(request, "leads/erase.html", context)
