"""Show every time in the zone of whoever reads it."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class ReaderZoneMiddleware:
    """Activate the zone that a person has set; without one, that of the settings stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone(getattr(request.user, "time_zone", ""))):
            return self.get_response(request)


def zone(name: str) -> ZoneInfo | None:
    """Return the zone of a name, None for a blank or unknown one."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None
