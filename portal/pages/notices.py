"""What a person was told, the newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads.models import Lead
from portal import access, delivery
from portal.models import Notice

SHOWN = 100


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Show the newest notices of this person."""
    user = access.person(request)
    own = Notice.objects.filter(recipient=user).select_related("message__lead__account")
    newest = list(own.order_by("-created_at", "-pk")[:SHOWN])
    ids = {notice.message.lead_id for notice in newest if notice.message.lead_id}
    visible = set(Lead.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    context = {
        "notices": [delivery.told(notice, notice.message.lead_id in visible) for notice in newest],
        "unread": own.filter(read_at__isnull=True).count(),
    }
    return render(request, "notices/notices.html", context)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    unread = Notice.objects.filter(recipient=access.person(request), read_at__isnull=True)
    unread.update(read_at=timezone.now())
    return redirect("notices")
