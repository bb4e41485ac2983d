"""Disputed breaches: the blamed side says why one should not count, the other side grants or refuses."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal import access
from portal.api.shapes import work as shapes
from portal.api.views import ApiView
from portal.models import Scope
from sla import disputes, permissions
from sla.queries import replays


class Disputes(ApiView):
    @extend_schema(responses=shapes.DisputeShape(many=True))
    def get(self, request: Request) -> Response:
        """List the disputes that wait for your answer, that of the newest clock first."""
        found = replays.waiting_for(self.person).select_related("asked_by", "answered_by")
        return self.page(found, shapes.DisputeShape)


class OneDispute(ApiView):
    @extend_schema(responses=shapes.DisputeShape)
    def get(self, request: Request, pk: int) -> Response:
        """Read what was said of the breach of a clock; a dispute goes by the clock's number."""
        return self.show(access.dispute(self.person, pk), shapes.DisputeShape)


class ClockDispute(ApiView):
    writes = Scope.MOVES

    @extend_schema(request=shapes.Disputed, responses={201: shapes.DisputeShape}, tags=["moves"])
    def post(self, request: Request, pk: int) -> Response:
        """Say that a breach was not your side's own; a breach is disputed once."""
        user, clock = self.person, access.clock(self.person, pk)
        access.require(permissions.can_dispute(user, clock))
        said = self.sent(shapes.Disputed)
        made = disputes.dispute(clock=clock, actor=user, now=timezone.now(), **said)
        return self.show(made, shapes.DisputeShape, status=201)


class DisputeAnswer(ApiView):
    writes = Scope.MOVES

    @extend_schema(request=shapes.DisputeAnswered, responses=shapes.DisputeShape, tags=["moves"])
    def post(self, request: Request, pk: int) -> Response:
        """Grant what the other side disputes, or refuse it with a note; one answer is final."""
        user, dispute = self.person, access.dispute(self.person, pk)
        access.require(permissions.can_answer_dispute(user, dispute))
        said = self.sent(shapes.DisputeAnswered)
        answered = disputes.answer(dispute=dispute, actor=user, now=timezone.now(), **{"note": "", **said})
        return self.show(answered, shapes.DisputeShape)
