"""The API about itself: its description, a viewer that needs no other host, and a kind no."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.choices import Role
from leads.models import User
from portal import api_keys
from portal.api.entering import KeyAuthentication
from portal.api.views import ApiView


class Schema(SpectacularAPIView):
    """The description, OpenAPI 3.1."""

    authentication_classes = (KeyAuthentication, SessionAuthentication)
    permission_classes = (IsAuthenticated,)
    renderer_classes = [OpenApiJsonRenderer]


class MayRead(BasePermission):
    """The viewer is for operations and for whoever has a key."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        person = request.user
        if not isinstance(person, User):
            return False
        return person.role == Role.OPERATIONS or api_keys.has_any(person, timezone.now())


class Viewer(SpectacularSwaggerSplitView):
    """The description to read and try; its script is our own file, as the content policy asks."""

    url_name = "api-schema"
    authentication_classes = (SessionAuthentication,)
    permission_classes = (MayRead,)
    throttle_classes = ()


class Nowhere(ApiView):
    """Any other address: said as a problem, not as a page."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        raise Http404
