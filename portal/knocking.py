"""Who knocks: the password asked for once more, and how often somebody asks for a new one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from leads.models import User
from portal.models import PasswordRequest

HOUR = timedelta(hours=1)
#: A person may lose the first letter; whole offices share an address.
MOST_FOR_EMAIL, MOST_FROM_PLACE = 3, 20


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
