"""Tell a person what was just done, with an undo, on the next page or in the next fragment."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme


@dataclass(frozen=True)
class Toast:
    """One sentence about what was done; `until` ends the undo."""

    text: str
    level: str
    sub: str = ""
    undo_url: str = ""
    until: datetime | None = None
    link_url: str = ""
    link: str = ""


def say(
    request: HttpRequest,
    text: str,
    *,
    sub: str = "",
    undo_url: str = "",
    until: datetime | None = None,
    link_url: str = "",
    link: str = "",
    level: int = messages.SUCCESS,
) -> None:
    """Keep a toast for the next page or fragment of this session; `until` belongs to `undo_url`."""
    details = {
        "sub": str(sub),
        "undo_url": undo_url,
        "until": until.isoformat() if until else "",
        "link_url": link_url,
        "link": str(link),
    }
    messages.add_message(request, level, text, extra_tags=json.dumps({k: v for k, v in details.items() if v}))


def pending(request: HttpRequest) -> list[Toast]:
    """Take all toasts that wait for this session; they will not come again."""
    return [read(message) for message in messages.get_messages(request)]


def read(message: Message) -> Toast:
    """Return a message as a toast; one of another app has tags that are no details of ours."""
    try:
        details = json.loads(message.extra_tags or "{}")
    except ValueError:
        details = {}
    until = parse_datetime(details.pop("until", ""))
    return Toast(text=str(message.message), level=message.level_tag, until=until, **details)


def back(request: HttpRequest, default: str) -> str:
    """Return the address a form names in `next`, or `default` when it is missing or leads off this site."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # A word without a slash would be taken for the name of a page.
    return address if is_ours and address.startswith("/") else default
