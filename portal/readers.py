"""Speak to every reader in their own language, and tell every time in their zone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from leads import audit


class ReaderMiddleware:
    """Write a page as its reader has set; else the browser's language and the zone of the settings stand.

    What is done within is on record as done on a page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with speaking_to(request.user, otherwise=translation.get_language()), audit.coming_by("page"):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        return response


@contextmanager
def speaking_to(reader: object, *, otherwise: str) -> Iterator[None]:
    """Write for one reader within; `otherwise` is the language of one who chose none, or of nobody."""
    language, name = getattr(reader, "language", ""), getattr(reader, "time_zone", "")
    with translation.override(language or otherwise), timezone.override(zone(name)):
        yield


def zone(name: str) -> ZoneInfo | None:
    """Return the zone of a name, None for a blank or unknown one."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None
