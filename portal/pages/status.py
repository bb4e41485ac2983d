"""How the machinery stands, for operations: what is overdue, what was set aside and why, trying it again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leads import audit
from portal import access, condition, toasts
from portal.delivery import standing
from sla import sweep
from sla.queries import running


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show worker, sweep and post, and everything that failed."""
    access.operations(request)
    now = timezone.now()
    findings = condition.findings(now)
    context = {
        "findings": findings,
        "is_well": all(finding["ok"] for finding in findings.values()),
        "running": running.running(now),
        "undelivered_at": standing.oldest_undelivered(now),
        "given_up_count": standing.given_up().count(),
    }
    return render(request, "operations/status.html", context)


@require_POST
def again(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Let the next sweep try once more what failed."""
    user, now = access.operations(request), timezone.now()
    if sweep.try_again(kind=kind, pk=pk, now=now):
        audit.record(
            stream="system", verb="tried_again", subject_type=kind, subject_id=pk, actor=user, at=now
        )
        toasts.say(request, _("The next sweep tries it again, within a minute."))
    else:
        toasts.say(request, _("It went through meanwhile."), level=messages.INFO)
    return redirect("operations-status")
