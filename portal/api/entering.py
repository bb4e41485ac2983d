"""Who calls, and how far their key reaches."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from leads import audit
from leads.models import User
from portal import api_keys
from portal.models import ApiKey, Scope

if TYPE_CHECKING:
    # The framework reads its settings, and with them this module, while it makes its views.
    from rest_framework.views import APIView

SCHEME = "Bearer"


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`: the caller is the key's owner, as that person stands now."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _space, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        now = timezone.now()
        key = api_keys.opened_by(secret.strip(), now=now)
        if key is None:
            raise AuthenticationFailed(_("This key opens nothing: it is unknown, expired or revoked."))
        api_keys.note_use(key=key, now=now)
        audit.came_by("key")
        return key.owner, key

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class WithinScope(BasePermission):
    """A key may do what its scopes name: `read` to read, to write what the view `writes`."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        key = request.auth
        if not isinstance(key, ApiKey):
            return True
        self.message = _("This key lacks the scope “%(scope)s”.") % {"scope": scope_of(view, request.method)}
        return scope_of(view, request.method) in key.scopes


def scope_of(view: "APIView", method: str | None) -> str:
    """Return the scope that a method of a view asks of a key."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return str(getattr(view, "reads", Scope.READ))
    return str(getattr(view, "writes", Scope.ADMIN))
