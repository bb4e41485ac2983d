"""Tell machines whether this process lives and whether Concord can do its work."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import condition


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 503 unless database, guards, worker and sweep are well; `?only=web` leaves the last two out.

    Anybody may ask, so it names what is wrong by a code; the details are on the status page.
    """
    findings = condition.findings(timezone.now(), with_worker=request.GET.get("only") != "web")
    told = {name: {"ok": finding["ok"]} for name, finding in findings.items()}
    ready = all(finding["ok"] for finding in findings.values())
    return JsonResponse({"ready": ready, **told}, status=200 if ready else 503)
