"""Calls that may be repeated: the same `Idempotency-Key` gets the same answer and is worked on once."""

from datetime import datetime, timedelta
from http import HTTPStatus

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.request import Request

from leads.models import User
from portal.api.problems import Problem
from portal.models import IdempotentCall

HEADER = "Idempotency-Key"
SALT = "portal.api.repeating"
LONGEST_KEY = 255
KEPT_FOR = timedelta(hours=24)
#: A call that never ended, as when its process died, may be tried again after this.
GIVEN_UP_AFTER = timedelta(minutes=5)
_HEADERS = ("ETag", "Location")


def claim(request: Request, user: User, now: datetime) -> IdempotentCall | None:
    """Return the call that is to be worked on, or the one that was answered; None without the header.

    Raises Problem: 422 for another body under the same key, 409 while the first is worked on, 410 when
    somebody whom the answer named was erased since.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return None
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Problem("invalid_idempotency_key", _("An idempotency key has up to 255 plain letters."), 400)
    fingerprint = fingerprint_of(request)
    old = IdempotentCall.objects.filter(user=user, key=key)
    old.filter(created_at__lte=now - KEPT_FOR).delete()
    old.filter(status=None, created_at__lte=now - GIVEN_UP_AFTER).delete()
    try:
        with transaction.atomic():
            return IdempotentCall.objects.create(user=user, key=key, fingerprint=fingerprint, created_at=now)
    except IntegrityError:
        return _known(old.first(), fingerprint)


def _known(call: IdempotentCall | None, fingerprint: str) -> IdempotentCall:
    if call is not None and call.fingerprint != fingerprint:
        sentence = _("This idempotency key came with another call before.")
        raise Problem("idempotency_key_reused", sentence, 422)
    # One that is gone again broke this very moment.
    if call is None or call.status is None:
        raise Problem("in_progress", _("The first call with this key is still worked on."), 409)
    if call.status == HTTPStatus.GONE:
        sentence = _("Somebody whom this call told of was erased since it was answered.")
        raise Problem("erased", sentence, HTTPStatus.GONE)
    return call


def fingerprint_of(request: Request) -> str:
    """Return the SHA-256 of method, address and body; of a form with files the hash of its parts.

    It is keyed, as a body may hold a password that nobody shall guess from the stored hash.
    """
    digest = salted_hmac(SALT, f"{request.method} {request.get_full_path()}\n", algorithm="sha256")
    if not (request.content_type or "").startswith("multipart/"):
        digest.update(request.body)
        return digest.hexdigest()
    for name in sorted(request.data):
        value = request.data[name]
        digest.update(f"{name}\n".encode())
        if isinstance(value, UploadedFile):
            for chunk in value.chunks():
                digest.update(chunk)
            value.seek(0)
        else:
            digest.update(str(value).encode())
    return digest.hexdigest()


def keep(call: IdempotentCall, response: HttpResponse) -> None:
    """Keep the answer of a call; one that broke, or streams, is let go so that it can be tried again."""
    if response.streaming or response.status_code >= 500:
        IdempotentCall.objects.filter(pk=call.pk).delete()
        return
    IdempotentCall.objects.filter(pk=call.pk).update(
        status=response.status_code,
        content_type=response.get("Content-Type", ""),
        headers={name: response[name] for name in _HEADERS if name in response},
        content=response.content,
    )


def again(call: IdempotentCall) -> HttpResponse:
    """Return the answer that a call got the first time."""
    response = HttpResponse(bytes(call.content), status=call.status, content_type=call.content_type)
    for name, value in call.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response


def forget(now: datetime) -> int:
    """Delete the calls of yesterday; return how many."""
    return IdempotentCall.objects.filter(created_at__lte=now - KEPT_FOR).delete()[0]
