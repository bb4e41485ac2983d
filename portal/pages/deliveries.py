"""The post, for operations: what waits, what was given up and why, and sending it again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leads import audit
from portal import access, toasts
from portal.delivery import claiming, standing, telling
from portal.models import Delivery

SHOWN = 200


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show how the post stands."""
    access.operations(request)
    given_up = standing.given_up()
    context = {
        "standing": standing.standing(timezone.now()),
        "given_up": [(one, telling.sentence(one.message, is_visible=True)) for one in given_up[:SHOWN]],
        "given_up_count": given_up.count(),
    }
    return render(request, "operations/delivery.html", context)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a letter once more that was given up."""
    user, now = access.operations(request), timezone.now()
    delivery = get_object_or_404(Delivery, pk=pk)
    count = claiming.send_again(delivery, now)
    if count:
        audit.record(
            stream="system", verb="sent_again", subject_type="delivery", subject_id=pk, actor=user, at=now
        )
        toasts.say(request, _("It goes out with the next round, within a minute."))
    else:
        toasts.say(request, _("It is under way or out already."))
    return redirect("operations-delivery")
