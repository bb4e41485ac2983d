"""Webhooks to other systems, as Standard Webhooks has them: signed, with a stable id, tried again."""

import base64
import json
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from standardwebhooks import Webhook

from leads import audit, outbox
from leads.models import AuditEntry, OutboxMessage, User
from portal.delivery import outbound
from portal.delivery.audience import handoff_of
from portal.delivery.claiming import Claim
from portal.delivery.errors import NotNeeded, Rejected, Unreachable
from portal.models import Endpoint

#: After a rotation the old secret signs beside the new one, so that receivers can change over.
OLD_SECRET_LIVES = timedelta(hours=24)
#: A webhook that took nothing for so long is switched off.
PATIENCE = timedelta(days=5)
GONE = 410


def send(claim: Claim, now: datetime) -> None:
    """Post the message of a claim; raises NotNeeded, Rejected, Unreachable."""
    delivery = claim.deliveries[0]
    endpoint = delivery.endpoint
    if endpoint is None or endpoint.disabled_at:
        raise NotNeeded
    body = payload(delivery.message)
    try:
        answer = outbound.post(endpoint.url, body.encode(), headers(endpoint, claim.key, body, now))
    except (Rejected, Unreachable):
        note_failure(endpoint, now)
        raise
    if not answer.is_taken:
        note_failure(endpoint, now, is_gone=answer.status == GONE)
        raise Rejected(f"Answered {answer.status}: {answer.text}".rstrip(": "))
    Endpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=False).update(failing_since=None)


def payload(message: OutboxMessage) -> str:
    """Return what a receiver gets: ids and codes, no personal data; the API tells the rest to whoever may."""
    handoff = handoff_of(message)
    said = {name: value for name, value in message.data.items() if name not in ("told", "endpoint")}
    data = {
        **said,
        "subject_type": message.subject_type,
        "subject_id": message.subject_id,
        "lead": message.lead_id,
        "handoff": handoff,
    }
    timestamp = message.created_at.isoformat()
    return json.dumps({"type": message.kind, "timestamp": timestamp, "data": data}, separators=(",", ":"))


def headers(endpoint: Endpoint, key: str, body: str, now: datetime) -> dict[str, str]:
    """Sign a body with the secret and, for a day after a rotation, with the old one too."""
    signed = [endpoint.secret]
    if endpoint.old_secret and endpoint.old_secret_until and now < endpoint.old_secret_until:
        signed.append(endpoint.old_secret)
    signatures = [Webhook(secret).sign(f"msg_{key}", now, body) for secret in signed]
    return {
        "Content-Type": "application/json",
        "webhook-id": f"msg_{key}",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def note_failure(endpoint: Endpoint, now: datetime, *, is_gone: bool = False) -> None:
    """Remember since when an endpoint fails, and switch off what failed for days or says it is gone."""
    Endpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=True).update(failing_since=now)
    since = Endpoint.objects.values_list("failing_since", flat=True).get(pk=endpoint.pk) or now
    if is_gone or now - since >= PATIENCE:
        because = "The receiver says that it is gone." if is_gone else "It took nothing for five days."
        live = Endpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=True)
        live.update(disabled_at=now, disabled_because=because)


@transaction.atomic
def add(*, name: str, url: str, events: list[str], now: datetime, actor: User) -> Endpoint:
    """Add a webhook with a secret of its own."""
    kind = Endpoint.Kind.WEBHOOK
    endpoint = Endpoint.objects.create(
        kind=kind, name=name, url=url, events=events, secret=new_secret(), created_at=now
    )
    _log(endpoint, "webhook_added", actor, now)
    return endpoint


@transaction.atomic
def rotate(*, endpoint: Endpoint, now: datetime, actor: User) -> Endpoint:
    """Give a webhook a new secret; the old one signs beside it for a day."""
    fresh = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    fresh.old_secret, fresh.secret = fresh.secret, new_secret()
    fresh.old_secret_until = now + OLD_SECRET_LIVES
    fresh.save(update_fields=["secret", "old_secret", "old_secret_until"])
    _log(fresh, "webhook_rotated", actor, now)
    return fresh


@transaction.atomic
def switch(*, endpoint: Endpoint, is_on: bool, now: datetime, actor: User) -> None:
    """Switch a webhook on or off by hand; switched on, it gets what happens from then on."""
    changes = {"disabled_at": None if is_on else now, "disabled_because": "", "failing_since": None}
    Endpoint.objects.filter(pk=endpoint.pk).update(**changes)
    _log(endpoint, "webhook_on" if is_on else "webhook_off", actor, now)


@transaction.atomic
def test(*, endpoint: Endpoint, now: datetime, actor: User) -> None:
    """Leave a message for this webhook alone; it takes the way of all others."""
    entry = _log(endpoint, "webhook_tested", actor, now)
    outbox.put(
        key=f"webhook-test:{endpoint.pk}:{entry.seq}",
        kind="webhook.test",
        subject_type="endpoint",
        subject_id=endpoint.pk,
        not_before=now,
        now=now,
        data={"endpoint": endpoint.pk, "actor": actor.pk},
    )


def new_secret() -> str:
    """Return 32 random bytes in the form that Standard Webhooks gives secrets."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _log(endpoint: Endpoint, verb: str, actor: User, now: datetime) -> AuditEntry:
    return audit.record(
        stream="system", verb=verb, subject_type="endpoint", subject_id=endpoint.pk, actor=actor, at=now
    )
