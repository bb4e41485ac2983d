"""Signed messages of other systems (Standard Webhooks): touches and deals, each event taken once."""

import json
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from standardwebhooks import Webhook, WebhookVerificationError

from leads import audit
from leads import permissions as lead_permissions
from leads.models import Lead
from portal import access
from portal.api.problems import Problem, invalid
from portal.api.shapes import batches
from portal.api.shapes import events as shapes
from portal.models import IncomingEvent, IntakeSource
from sla import intake

ID_HEADER = "webhook-id"
LONGEST_ID = 120
_HEADERS = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True)
    for name in (ID_HEADER, "webhook-timestamp", "webhook-signature")
]


class Incoming(APIView):
    """One source's door: no key, the signature tells who sends; its owner's rights say what may be sent."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    @extend_schema(parameters=_HEADERS, request=shapes.Event, responses=shapes.EventTaken, auth=[])
    def post(self, request: Request, source: str) -> Response:
        """Take one message; the same event id changes nothing and is told what it was told first."""
        door = IntakeSource.objects.select_related("owner").filter(name=source, is_active=True).first()
        event_id, sent = _verified(request, door)
        assert door is not None
        audit.came_by("intake")
        known = IncomingEvent.objects.filter(source=door, event_id=event_id).first()
        if known is None:
            try:
                return Response({"is_replay": False, "result": _take(door, event_id, sent)})
            except IntegrityError:
                known = IncomingEvent.objects.filter(source=door, event_id=event_id).first()
                if known is None:
                    raise
        return Response({"is_replay": True, "result": known.result})


def _verified(request: Request, door: IntakeSource | None) -> tuple[str, Any]:
    """Return id and content of a message whose signature holds; an unknown source is a bad signature."""
    secret = door.secret if door and door.owner.is_active else "whsec_bm9ib2R5IGhhcyB0aGlzIG9uZQ=="
    event_id = request.headers.get(ID_HEADER, "")
    try:
        Webhook(secret).verify(request.body, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        event_id = ""
    if door is None or not event_id:
        raise Problem("bad_signature", _("The signature does not hold, or is too old."), 401)
    if len(event_id) > LONGEST_ID or not (event_id.isascii() and event_id.isprintable()):
        raise invalid("/webhook-id", _("An event id has up to 120 plain letters."))
    try:
        return event_id, json.loads(request.body, parse_constant=_refuse)
    except ValueError as error:
        raise ParseError(_("This is not JSON.")) from error


def _refuse(word: str) -> None:
    raise ValueError(word)


def _take(door: IntakeSource, event_id: str, sent: Any) -> dict[str, Any]:
    filled = shapes.Event(data=sent)
    filled.is_valid(raise_exception=True)
    access.require(lead_permissions.can_bring(door.owner))
    take = _deal if filled.validated_data["type"] == "deal" else _touches
    return take(door, event_id, filled.validated_data["data"])


def _touches(door: IntakeSource, event_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """Write touches and the event that brought them in one transaction, then judge their leads."""
    now = timezone.now()
    result: dict[str, Any] = {}

    def remember(written: Any) -> None:
        result["results"] = batches.results(batch, written)
        IncomingEvent.objects.create(source=door, event_id=event_id, received_at=now, result=result)

    batch = batches.read(data, Lead.objects.visible_to(door.owner), now)
    intake.add_touches(touches=list(batch.touches.values()), now=now, actor=door.owner, together=remember)
    return result


def _deal(door: IntakeSource, event_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """Write down a deal and how it ended; its own id makes it safe to take twice."""
    filled = shapes.EventDeal(data=data)
    if not filled.is_valid():
        raise ValidationError({"data": filled.errors})
    now, known = timezone.now(), filled.validated_data
    outcome = known.pop("outcome", None)
    lead = access.lead(door.owner, known.pop("lead"))
    access.require(lead_permissions.can_edit_facts(door.owner, lead))
    deal = intake.deal(account=lead.account, lead=lead, now=now, actor=door.owner, system=door.name, **known)
    if deal.lead_id != lead.pk:
        raise invalid("/data/external_id", _("Something else goes by this id already."))
    if outcome:
        intake.close_deal(deal=deal, now=now, actor=door.owner, **outcome)
    result = {"deal": deal.pk}
    IncomingEvent.objects.create(source=door, event_id=event_id, received_at=now, result=result)
    return result
