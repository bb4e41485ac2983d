"""What becomes known of a lead: touches, BANT, consent, the next step, deals."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leads import permissions as lead_permissions
from leads.models import BantFact, Consent, Deal, Lead, Touch
from portal import access
from portal.api import problems
from portal.api.shapes import batches
from portal.api.shapes import facts as shapes
from portal.api.views import ApiView
from portal.models import Scope
from sla import intake


class AboutLead(ApiView):
    """Something about the lead that the address names."""

    writes = Scope.FACTS

    def lead(self, pk: int) -> Lead:
        """Return a lead whose facts the caller may change; 403 for who only reads it."""
        found = access.lead(self.person, pk)
        access.require(lead_permissions.can_edit_facts(self.person, found))
        return found


class Touches(AboutLead):
    @extend_schema(responses=shapes.TouchShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the touches of a lead, the latest written first."""
        return self.page(Touch.objects.filter(lead=access.lead(self.person, pk)), shapes.TouchShape)

    @extend_schema(request=shapes.TouchIn, responses={201: shapes.TouchShape})
    def post(self, request: Request, pk: int) -> Response:
        """Write down a touch; the same source and external id are written once."""
        lead, now = access.lead(self.person, pk), timezone.now()
        access.require(lead_permissions.can_bring_touches(self.person, lead))
        touch = intake.add_touch(lead=lead, now=now, actor=self.person, **self.sent(shapes.TouchIn))
        if touch.lead_id != lead.pk:
            raise problems.taken()
        return self.show(touch, shapes.TouchShape, status=201)


class TouchBatch(ApiView):
    writes = Scope.FACTS

    @extend_schema(request=batches.TouchesIn, responses=batches.TouchesDone)
    def post(self, request: Request) -> Response:
        """Write down up to 1,000 touches at once; each has a result of its own."""
        access.require(lead_permissions.can_bring(self.person))
        now, user = timezone.now(), self.person
        batch = batches.read(request.data, Lead.objects.visible_to(user), now)
        written = intake.add_touches(touches=list(batch.touches.values()), now=now, actor=user)
        return Response({"results": batches.results(batch, written)})


class Bant(AboutLead):
    @extend_schema(responses=shapes.BantShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List what became known of budget, authority, need and timing, and when."""
        return self.page(BantFact.objects.filter(lead=access.lead(self.person, pk)), shapes.BantShape)

    @extend_schema(request=shapes.BantIn, responses={201: shapes.BantShape})
    def post(self, request: Request, pk: int) -> Response:
        """Add what became known; nothing known before is changed."""
        lead, now, said = self.lead(pk), timezone.now(), self.sent(shapes.BantIn)
        learned = intake.learn(lead=lead, now=now, actor=self.person, **{"known_at": now, **said})
        return self.show(learned, shapes.BantShape, status=201)


class Consents(AboutLead):
    @extend_schema(responses=shapes.ConsentShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List what was said of consent, channel by channel."""
        return self.page(Consent.objects.filter(lead=access.lead(self.person, pk)), shapes.ConsentShape)

    @extend_schema(request=shapes.ConsentIn, responses={201: shapes.ConsentShape})
    def post(self, request: Request, pk: int) -> Response:
        """Add that consent was given or withdrawn; an opt-out cancels outreach."""
        lead, now, said = self.lead(pk), timezone.now(), self.sent(shapes.ConsentIn)
        spoken = intake.consent(lead=lead, now=now, actor=self.person, **{"happened_at": now, **said})
        return self.show(spoken, shapes.ConsentShape, status=201)


class NextStep(AboutLead):
    @extend_schema(request=shapes.NextStep, responses=shapes.LeadShape)
    def put(self, request: Request, pk: int) -> Response:
        """Write down what happens next, and when."""
        lead, said = self.lead(pk), self.sent(shapes.NextStep)
        intake.next_step(lead=lead, now=timezone.now(), actor=self.person, **said)
        return self.show(access.lead(self.person, pk), shapes.LeadShape)


class Deals(ApiView):
    writes = Scope.FACTS

    @extend_schema(request=shapes.DealIn, responses={201: shapes.DealShape})
    def post(self, request: Request) -> Response:
        """Write down an open deal of a lead, or of an account; the same system and id once."""
        known = self.sent(shapes.DealIn)
        about = self._about(known)
        deal = intake.deal(now=timezone.now(), actor=self.person, **about, **known)
        if deal.account_id != about["account"].pk:
            raise problems.taken()
        return self.show(deal, shapes.DealShape, status=201)

    def _about(self, known: dict[str, Any]) -> dict[str, Any]:
        """Return the lead and account that a deal belongs to, which the caller may change."""
        lead_id, account_id = known.pop("lead", None), known.pop("account", None)
        if lead_id is not None:
            lead = access.lead(self.person, lead_id)
            access.require(lead_permissions.can_edit_facts(self.person, lead))
            return {"lead": lead, "account": lead.account}
        if account_id is None:
            raise problems.invalid("/lead", str(shapes.DEAL_OF_WHOM))
        account = access.account(self.person, account_id)
        access.require(lead_permissions.can_edit_account(self.person, account))
        return {"account": account}


class OneDeal(ApiView):
    writes = Scope.FACTS

    @extend_schema(responses=shapes.DealShape)
    def get(self, request: Request, pk: int) -> Response:
        """Read a deal."""
        return self.show(access.deal(self.person, pk), shapes.DealShape)


class DealClosing(ApiView):
    writes = Scope.FACTS

    @extend_schema(request=shapes.DealOutcome, responses=shapes.DealShape)
    def post(self, request: Request, pk: int) -> Response:
        """Close a deal as won or lost; the handoff it belongs to follows."""
        deal = access.deal(self.person, pk)
        access.require(
            lead_permissions.can_edit_facts(self.person, deal.lead)
            if deal.lead
            else lead_permissions.can_edit_account(self.person, deal.account)
        )
        said = self.sent(shapes.DealOutcome)
        closed: Deal = intake.close_deal(deal=deal, now=timezone.now(), actor=self.person, **said)
        return self.show(closed, shapes.DealShape)
