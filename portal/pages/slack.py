"""Buttons and forms of Slack: verified by signature, done at once, answered in the chat."""

import json
import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from slack_sdk.signature import SignatureVerifier

from leads import audit
from portal import readers
from portal.delivery import chat, links, modals, wishes
from portal.delivery.errors import DeliveryFailed
from portal.forms.refusals import RefusalForm
from portal.models import NoticeChoice
from portal.pages import refusals
from sla import handoffs

log = logging.getLogger(__name__)


class Stopped(Exception):
    """A button or form does nothing; the sentence says why."""


# Slack has no session with us: its signature over the whole body stands for one.
@csrf_exempt
@login_not_required
@require_POST
def actions(request: HttpRequest) -> HttpResponse:
    """Make the move of the button that was pressed and say in the chat what has become of it.

    Slack waits three seconds: one short transaction and one post. What it sends again finds the move
    made, as a button or form names the handoff as it stood.
    """
    if not settings.SLACK_SIGNING_SECRET:
        raise Http404
    if not _is_from_slack(request):
        return HttpResponse(status=401)
    audit.came_by("chat")
    if request.POST.get("command"):
        text = _link(request.POST.get("text", ""), request.POST.get("user_id", ""))
        return JsonResponse({"response_type": "ephemeral", "text": text})
    said = _payload(request)
    if said.get("type") == "view_submission":
        return JsonResponse(_submitted(said["view"], _member(said)))
    pressed = next((one for one in said.get("actions", []) if one.get("value")), None)
    if pressed is not None and str(pressed.get("action_id", "")).startswith(chat.ASKS):
        _ask(said, str(pressed["value"]))
    elif pressed is not None:
        _reply(said, _pressed(str(pressed["value"]), _member(said)))
    return HttpResponse(status=200)


def _pressed(word: str, member: str) -> str:
    """Do what a button stands for, if whoever pressed it is whom it was made for; return what to say."""
    try:
        permit = _permit(word, member, links.ACTS)
        links.use(word, now=timezone.now())
    except Stopped as stopped:
        return str(stopped)
    except handoffs.MoveRefused as refused:
        return str(refused.sentence)
    return str(permit.act.done) % {"account": permit.handoff.lead.account}


def _ask(said: dict[str, Any], word: str) -> None:
    """Open the form of a move that needs a reason."""
    try:
        permit = _permit(word, _member(said), links.ASKING)
        with readers.speaking_to(permit.person, otherwise=settings.LANGUAGE_CODE):
            form = refusals.form_of(
                permit.handoff, permit.act.code, QueryDict(), timezone.now(), is_look=True
            )
            view = _view(permit, form, word)
        modals.show(str(said.get("trigger_id", "")), view)
    except Stopped as stopped:
        _reply(said, str(stopped))
    except DeliveryFailed as error:
        log.warning("Slack did not open a form: %s", error)
        _reply(said, _("The form cannot be opened now. Open Concord to go on."), replaces=False)


def _view(permit: links.Permit, form: RefusalForm, word: str) -> dict[str, Any]:
    account = {"account": permit.handoff.lead.account}
    groups = [
        (head, [(tile.value, tile.label) for tile in tiles if not tile.is_disabled])
        for head, tiles in form.groups
    ]
    fields = form.fields
    blocks = [
        modals.choice("reason", str(fields["reason"].label), [group for group in groups if group[1]]),
        modals.text("note", str(fields["note"].label), is_long=True),
        modals.text("right_contact", str(fields["right_contact"].label)),
    ]
    if form.may_sleep:
        blocks.append(modals.day("wake_on", str(fields["wake_on"].label)))
    title, verb = str(permit.act.question) % account, str(permit.act.verb).rstrip("…")
    return modals.form(act=permit.act.code, word=word, title=title, verb=verb, blocks=blocks)


def _submitted(view: dict[str, Any], member: str) -> dict[str, Any]:
    """Make the move of a form; answer with what is wrong beside its fields, or with how it ended."""
    word, filled, now = str(view.get("private_metadata", "")), modals.filled(view), timezone.now()
    try:
        permit = _permit(word, member, links.ASKING)
    except Stopped as stopped:
        return _ended(str(stopped))
    with readers.speaking_to(permit.person, otherwise=settings.LANGUAGE_CODE):
        data = QueryDict(mutable=True)
        data.update(filled)
        form = refusals.form_of(permit.handoff, permit.act.code, data, now, is_look=False)
        if not form.is_valid():
            wrong = {
                name if name in filled else "reason": " ".join(map(str, said))
                for name, said in form.errors.items()
            }
            return {"response_action": "errors", "errors": wrong}
        try:
            refusals.make(permit.act.code, permit.handoff, permit.person, form, now)
        except handoffs.MoveRefused as refused:
            return _ended(str(refused.sentence))
        return _ended(str(permit.act.done) % {"account": permit.handoff.lead.account})


def _ended(text: str) -> dict[str, Any]:
    return {"response_action": "update", "view": modals.said("Concord", text)}


def _permit(word: str, member: str, acts: dict[str, links.Act]) -> links.Permit:
    """Return what a button permits whoever pressed it; raises Stopped with the sentence to say."""
    try:
        permit = links.read(word, acts)
    except links.Spent as spent:
        raise Stopped(
            _("%(account)s has moved on since.") % {"account": spent.handoff.lead.account}
        ) from spent
    except (links.Invalid, links.Expired) as over:
        raise Stopped(_("This button is too old. Open Concord to go on.")) from over
    stored = NoticeChoice.objects.filter(person=permit.person).values_list("slack_id", flat=True).first()
    if not member or stored != member:
        raise Stopped(_("Concord does not know you here. Link yourself under Notifications."))
    return permit


def _link(code: str, member: str) -> str:
    """Link whoever typed a code in Slack to the person that it was made for; return what to say."""
    try:
        person = wishes.link(code=code.strip(), slack_id=member, now=timezone.now())
    except wishes.NoCode:
        return _("This code is wrong or too old. Make a new one in Concord under Notifications.")
    except wishes.SlackIdTaken:
        return _("You are linked to somebody else in Concord. Unlink there first.")
    return _("You are linked to %(name)s in Concord.") % {"name": person.name}


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


def _member(said: dict[str, Any]) -> str:
    return str(said.get("user", {}).get("id", ""))


def _reply(said: dict[str, Any], text: str, *, replaces: bool = True) -> None:
    """Answer in the chat; the move is made whether or not the answer arrives."""
    try:
        if said.get("response_url"):
            chat.reply(str(said["response_url"]), text, replaces=replaces)
    except DeliveryFailed as error:
        log.warning("Slack did not take the answer: %s", error)
