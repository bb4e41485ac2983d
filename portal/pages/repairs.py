"""Counting clocks again after a calendar was corrected: looked at first, then done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from portal import access, toasts
from portal.forms.repairs import RepairForm
from portal.lines import clocks as words
from sla import clocks

SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def repair(request: HttpRequest) -> HttpResponse:
    """Show what a repair would change; a post makes it."""
    user, now = access.operations(request), timezone.now()
    is_post = request.method == "POST"
    form = RepairForm(request.POST if is_post else request.GET or None)
    if not (form.is_bound and form.is_valid()):
        status = 422 if form.is_bound else 200
        return render(request, "running/repair.html", {"form": form, "found": None}, status=status)
    asked = {"key": form.cleaned_data["calendar"].key, "now": now, "since": form.since_at, "actor": user}
    found = clocks.repair(**asked, dry_run=not is_post)
    if is_post:
        said = ngettext("%(n)s clock was counted again.", "%(n)s clocks were counted again.", len(found))
        toasts.say(request, said % {"n": len(found)})
        return redirect("clock-repair")
    context = {
        "form": form,
        "found": [(one, words.commitment_label(one.clock.commitment)) for one in found[:SHOWN]],
        "total": len(found),
    }
    return render(request, "running/repair.html", context)
