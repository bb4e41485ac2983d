"""What Slack sends, signed as Slack signs it."""

import time
from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from slack_sdk.signature import SignatureVerifier


def send(fields: Mapping[str, str], *, secret: str, age: int = 0) -> HttpResponse:
    """Send a form of Slack's, signed with a secret so many seconds ago."""
    body, at = urlencode(fields), str(int(time.time()) - age)
    signature = SignatureVerifier(secret).generate_signature(timestamp=at, body=body)
    return Client(enforce_csrf_checks=True).post(
        reverse("slack-actions"),
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature},
    )
