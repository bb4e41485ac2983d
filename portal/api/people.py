"""Who calls, and for operations who there is."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leads.choices import Role
from leads.models import Team, User
from portal import access
from portal.api.shapes import people as shapes
from portal.api.views import ApiView
from portal.models import ApiKey, Scope


class Me(ApiView):
    @extend_schema(responses=shapes.MeShape)
    def get(self, request: Request) -> Response:
        """Read who you are, and what your key may be used for."""
        key, person = request.auth, self.person
        person.scopes = key.scopes if isinstance(key, ApiKey) else None  # type: ignore[attr-defined]  # shown only
        return self.show(person, shapes.MeShape)


class Teams(ApiView):
    @extend_schema(responses=shapes.TeamShape(many=True))
    def get(self, request: Request) -> Response:
        """List the teams: all of them, or your own where you see no other."""
        found = Team.objects.all()
        if not access.sees_all(self.person):
            found = found.filter(pk=self.person.team_id or 0)
        return self.page(found, shapes.TeamShape)


class People(ApiView):
    reads = Scope.ADMIN

    @extend_schema(responses=shapes.PersonShape(many=True))
    def get(self, request: Request) -> Response:
        """List everybody; for operations only."""
        access.require(self.person.role == Role.OPERATIONS)
        return self.page(User.objects.all(), shapes.PersonShape)
