"""Handoffs and clocks: listed, read and offered, with the reasons for every due time."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leads.models import User
from portal import access
from portal.api.shapes import asking
from portal.api.shapes import facts as fact_shapes
from portal.api.shapes import work as shapes
from portal.api.views import ApiView
from portal.models import Scope
from sla import clocks, handoffs, permissions
from sla.models import Clock, Handoff
from sla.permissions import TAKES_LEADS

#: What handoffs may be narrowed by, each by an index of its own.
FILTERS: dict[str, Callable[[Any], Q | Exists]] = {
    "lead": lambda pk: Q(lead_id=pk),
    "rep": lambda pk: Q(rep_id=pk),
    "team": lambda pk: Q(team_id=pk),
    "state": lambda code: Q(state=code),
    "is_open": lambda is_on: Q(is_ended=not is_on),
    "late": lambda is_on: _is_late() if is_on else ~Q(_is_late()),
}


class Handoffs(ApiView):
    writes = Scope.MOVES

    @extend_schema(parameters=[asking.HandoffsAsked], responses=shapes.HandoffShape(many=True))
    def get(self, request: Request) -> Response:
        """List the handoffs you may see, newest first."""
        asked = self.asked(asking.HandoffsAsked).items()
        found = Handoff.objects.visible_to(self.person).filter(
            *[FILTERS[name](value) for name, value in asked]
        )
        return self.page(_with_people(found), shapes.HandoffShape)

    @extend_schema(request=shapes.Offered, responses={201: shapes.HandoffShape})
    def post(self, request: Request) -> Response:
        """Hand a sales-ready lead over, on leg two a qualified one; without `to` routing decides."""
        said = self.sent(shapes.Offered)
        lead = access.lead(self.person, said["lead"])
        access.require(permissions.can_offer(self.person, lead, leg=said["leg"]))
        made = handoffs.offer(
            lead=lead, now=timezone.now(), actor=self.person, leg=said["leg"], to=_rep(said.get("to"))
        )
        return self.show(made, shapes.HandoffShape, tagged=made, status=201)


class OneHandoff(ApiView):
    @extend_schema(responses=shapes.HandoffShape)
    def get(self, request: Request, pk: int) -> Response:
        """Read where a handoff stands; its ETag goes into If-Match of a move."""
        handoff = access.handoff(self.person, pk)
        return self.show(handoff, shapes.HandoffShape, tagged=handoff)


class HandoffEvidence(ApiView):
    @extend_schema(responses=shapes.HandoffDetail)
    def get(self, request: Request, pk: int) -> Response:
        """Read who was considered, the facts frozen at the offer, the verdict, what was said since."""
        handoff = access.current(self.person, pk)
        return self.show(handoff, shapes.HandoffDetail, tagged=handoff)


class Reopening(ApiView):
    writes = Scope.MOVES

    @extend_schema(request=shapes.Reopened, responses=fact_shapes.LeadShape, tags=["moves"])
    def post(self, request: Request, pk: int) -> Response:
        """Bring a lost or disqualified lead back into nurturing."""
        lead = access.lead(self.person, pk)
        access.require(permissions.can_reopen(self.person, lead))
        said = self.sent(shapes.Reopened)
        opened = handoffs.reopen(lead=lead, actor=self.person, now=timezone.now(), **said)
        return self.show(opened, fact_shapes.LeadShape)


class LeadClocks(ApiView):
    @extend_schema(responses=shapes.ClockShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the clocks of a lead, newest first, without those of handoffs you do not see."""
        found = Clock.objects.filter(lead=access.lead(self.person, pk)).select_related("commitment")
        seen = Handoff.objects.visible_to(self.person).filter(lead=pk)
        return self.page(found.filter(Q(handoff=None) | Q(handoff__in=seen)), shapes.ClockShape)


class HandoffClocks(ApiView):
    @extend_schema(responses=shapes.ClockShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the clocks of a handoff, newest first."""
        handed = access.handoff(self.person, pk)
        found = Clock.objects.filter(handoff=handed).select_related("commitment")
        seen = [clock.pk for clock in access.clocks_of(self.person, handed, found)]
        return self.page(found.filter(pk__in=seen), shapes.ClockShape)


class OneClock(ApiView):
    @extend_schema(responses=shapes.ClockShape)
    def get(self, request: Request, pk: int) -> Response:
        """Read a clock."""
        return self.show(access.clock(self.person, pk), shapes.ClockShape)


class ClockReplay(ApiView):
    @extend_schema(responses=shapes.ReplayShape)
    def get(self, request: Request, pk: int) -> Response:
        """Read why a clock is due when it is: its log, and every stretch of its life."""
        clock = access.clock(self.person, pk)
        spans = clocks.replay(clock, clock.due_at or timezone.now()).spans
        said = {"clock": clock, "log": clock.events.order_by("seq"), "spans": spans}
        return self.show(said, shapes.ReplayShape)


def _is_late() -> Exists:
    return Exists(Clock.objects.late().filter(handoff=OuterRef("pk")))


def _with_people(found: QuerySet[Handoff]) -> QuerySet[Handoff]:
    return found.select_related("rep", "team", "decided_by").defer("trace", "undo_seqs")


def _rep(pk: int | None) -> User | None:
    """Return the rep whom a caller names; the move itself checks whether they may take it."""
    if pk is None:
        return None
    found = User.objects.filter(pk=pk, role__in=TAKES_LEADS, is_active=True).select_related("team").first()
    if found is None:
        raise handoffs.NotEligible
    return found
