"""Who knocks: how many names one address tries, the password asked for once more, letters for a new one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from leads.models import User
from portal.models import PasswordRequest

HOUR = timedelta(hours=1)
#: A person may lose the first letter; whole offices share an address.
MOST_FOR_EMAIL, MOST_FROM_PLACE = 3, 20


class Gatekeeper(AxesDatabaseHandler):
    """Counts wrong passwords as axes does, and stops an address that tries the names of many people.

    Whoever gets in takes their own name off the count, so an office that mistypes is not taken for a thief.
    """

    def is_locked(self, request: HttpRequest, credentials: dict[str, str] | None = None) -> bool:
        """Tell whether this name rests here, or every name does from this address."""
        return super().is_locked(request, credentials) or self._tries_many(request)

    def _tries_many(self, request: Any) -> bool:
        """Note with the request, for the page that refuses it, what was too much."""
        lately = AccessAttempt.objects.filter(
            ip_address=request.axes_ip_address, attempt_time__gte=get_cool_off_threshold(request)
        )
        names = lately.values("username").distinct().count()
        request.tries_many = names >= settings.LOGIN_NAMES_PER_ADDRESS
        return request.tries_many


@dataclass(frozen=True)
class Knock:
    """Whether this was one too many."""

    is_email_over: bool
    is_place_over: bool


def is_own_password(request: HttpRequest, user: User, password: str) -> bool:
    """Tell whether this is the person's password; wrong ones count towards the same limit as at the login."""
    return authenticate(request, username=user.email, password=password) == user


def note(*, email: str, address: str, now: datetime) -> Knock:
    """Write down that somebody asks, and tell whether it was too often within an hour."""
    email_hash, address_hash = _hashed("email", email.strip().casefold()), _hashed("address", address)
    lately = PasswordRequest.objects.filter(at__gt=now - HOUR)
    knock = Knock(
        is_email_over=lately.filter(email_hash=email_hash).count() >= MOST_FOR_EMAIL,
        is_place_over=lately.filter(address_hash=address_hash).count() >= MOST_FROM_PLACE,
    )
    if not knock.is_place_over:
        PasswordRequest.objects.create(email_hash=email_hash, address_hash=address_hash, at=now)
    return knock


def _hashed(what: str, text: str) -> str:
    return salted_hmac(f"concord.knocking.{what}", text, algorithm="sha256").hexdigest()
