"""Say who knocks, and from which network address."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the caller's address; behind a trusted proxy the one that it saw, the last of its list."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.TRUST_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def login_name(request: HttpRequest | None, credentials: Mapping[str, str] | None = None) -> str:
    """Return the name that tries to log in, in the one spelling under which attempts are counted."""
    given = dict(credentials or {})
    name = (
        given.get("username") or given.get("email") or (request.POST.get("username", "") if request else "")
    )
    return name.strip().lower()
