"""The API about itself: its description, a viewer that needs no other host, and a kind no."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from leads.choices import Role
from portal import access, api_keys
from portal.api.entering import KeyAuthentication
from portal.api.views import ApiView


class Schema(SpectacularAPIView):
    """The description, OpenAPI 3.1."""

    authentication_classes = (KeyAuthentication, SessionAuthentication)
    permission_classes = (IsAuthenticated,)
    renderer_classes = [OpenApiJsonRenderer]


_draw = SpectacularSwaggerSplitView.as_view(
    url_name="api-schema", authentication_classes=(), permission_classes=(), throttle_classes=()
)


@require_safe
def viewer(request: HttpRequest) -> HttpResponse:
    """Show the description to read and try, to operations and to whoever has a key.

    Its script is a request of its own to our own host, as the content policy asks.
    """
    user = access.person(request)
    access.require(user.role == Role.OPERATIONS or api_keys.has_any(user, timezone.now()))
    return _draw(request)


class Nowhere(ApiView):
    """Any other address: said as a problem, not as a page."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        raise Http404
