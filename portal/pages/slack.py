"""Buttons pressed in Slack: verified by signature, done at once, answered in the chat."""

import json
import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from slack_sdk.signature import SignatureVerifier

from portal.delivery import chat, links
from portal.delivery.errors import DeliveryFailed
from portal.models import NoticeChoice
from sla import handoffs

log = logging.getLogger(__name__)


# Slack has no session with us: its signature over the whole body stands for one.
@csrf_exempt
@login_not_required
@require_POST
def actions(request: HttpRequest) -> HttpResponse:
    """Make the move of the button that was pressed and say in the chat what has become of it.

    Slack waits three seconds: one short transaction and one post. What it sends again finds the move
    made, as a button names the handoff as it stood.
    """
    if not settings.SLACK_SIGNING_SECRET:
        raise Http404
    if not _is_from_slack(request):
        return HttpResponse(status=401)
    said = _payload(request)
    pressed = next((one for one in said.get("actions", []) if one.get("value")), None)
    if pressed is not None:
        _reply(said, _pressed(str(pressed["value"]), str(said.get("user", {}).get("id", ""))))
    return HttpResponse(status=200)


def _pressed(word: str, slack_id: str) -> str:
    """Do what a button stands for, if whoever pressed it is whom it was made for; return what to say."""
    try:
        permit = links.read(word)
        stored = NoticeChoice.objects.filter(person=permit.person).values_list("slack_id", flat=True).first()
        if not slack_id or stored != slack_id:
            return _("Concord does not know you here. Enter your member id under Notifications.")
        links.use(word, now=timezone.now())
    except links.Spent as spent:
        return _("%(account)s has moved on since.") % {"account": spent.handoff.lead.account}
    except (links.Invalid, links.Expired):
        return _("This button is too old. Open Concord to go on.")
    except handoffs.MoveRefused as refused:
        return str(refused.sentence)
    return str(permit.act.done) % {"account": permit.handoff.lead.account}


def _is_from_slack(request: HttpRequest) -> bool:
    try:
        verifier = SignatureVerifier(settings.SLACK_SIGNING_SECRET)
        return verifier.is_valid_request(request.body, dict(request.headers))
    except (ValueError, UnicodeDecodeError):  # a time that is no number, a body that is no text
        return False


def _payload(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.POST.get("payload", ""))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _reply(said: dict[str, Any], text: str) -> None:
    """Answer in the chat; the move is made whether or not the answer arrives."""
    try:
        if said.get("response_url"):
            chat.reply(str(said["response_url"]), text)
    except DeliveryFailed as error:
        log.warning("Slack did not take the answer: %s", error)
