"""Leads and accounts: listed, read, created, and their facts changed."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leads import permissions as lead_permissions
from leads.models import Account, AccountExternalId, Deal, Lead
from portal import access
from portal.api import matching
from portal.api.shapes import asking
from portal.api.shapes import facts as shapes
from portal.api.views import ApiView
from portal.models import Scope
from sla import intake
from sla.queries import dossier
from sla.queries import leads as queries


class LeadView(ApiView):
    """What is about leads writes facts and may be guarded by what the caller saw."""

    writes = Scope.FACTS

    def row(self, lead: Lead) -> queries.LeadRow:
        """Return a lead with how it stands."""
        return queries.rows([lead], self.person)[0]

    def shown(self, lead: Lead, status: int = 200) -> Response:
        fresh = access.lead(self.person, lead.pk)
        return self.show(self.row(fresh), shapes.LeadRowShape, tagged=fresh, status=status)


class Leads(LeadView):
    @extend_schema(parameters=[asking.LeadsAsked], responses=shapes.LeadRowShape(many=True))
    def get(self, request: Request) -> Response:
        """List the leads you may see, newest first; all filters together narrow."""
        found = queries.narrowed(self.person, self.asked(asking.LeadsAsked))
        return self.page(
            found, shapes.LeadRowShape, lambda keys: queries.rows(queries.whole(keys), self.person)
        )

    @extend_schema(request=shapes.NewLead, responses={201: shapes.LeadRowShape})
    def post(self, request: Request) -> Response:
        """Create a lead; it is judged at once."""
        access.require(lead_permissions.can_create(self.person))
        known = self.sent(shapes.NewLead)
        account = access.account(self.person, known.pop("account"))
        known["external_ids"] = _pairs(known.get("external_ids", []))
        lead = intake.create_lead(account=account, now=timezone.now(), actor=self.person, **known)
        return self.shown(lead, status=201)


class OneLead(LeadView):
    is_matched = True

    @extend_schema(responses=shapes.LeadDetail)
    def get(self, request: Request, pk: int) -> Response:
        """Read everything that is known of a lead, with the verdict that judges it now."""
        lead = access.lead(self.person, pk)
        return self.show(_detail(lead, self.row(lead)), shapes.LeadDetail, tagged=lead)

    @extend_schema(request=shapes.LeadIn, responses=shapes.LeadRowShape)
    def patch(self, request: Request, pk: int) -> Response:
        """Change facts of a lead as you saw it; stage and owner change by moves only."""
        lead = access.lead(self.person, pk)
        access.require(lead_permissions.can_edit_facts(self.person, lead))
        matching.check(request, lead, is_needed=True)
        changes = self.sent(shapes.LeadIn)
        try:
            intake.edit(lead=lead, changes=changes, now=timezone.now(), actor=self.person, is_as_read=True)
        except intake.ChangedMeanwhile as error:
            raise matching.changed() from error
        return self.shown(lead)


class Accounts(LeadView):
    @extend_schema(parameters=[asking.AccountsAsked], responses=shapes.AccountShape(many=True))
    def get(self, request: Request) -> Response:
        """List the accounts of which you may see a lead."""
        asked = self.asked(asking.AccountsAsked)
        found = access.accounts(self.person).select_related("owner")
        return self.page(_narrowed(found, asked), shapes.AccountShape)

    @extend_schema(request=shapes.NewAccount, responses={201: shapes.AccountShape})
    def post(self, request: Request) -> Response:
        """Create an account."""
        access.require(lead_permissions.can_create(self.person))
        known = self.sent(shapes.NewAccount)
        known["external_ids"] = _pairs(known.get("external_ids", []))
        account = intake.create_account(now=timezone.now(), actor=self.person, **known)
        return self.show(account, shapes.AccountShape, tagged=account, status=201)


class OneAccount(LeadView):
    is_matched = True

    @extend_schema(responses=shapes.AccountShape)
    def get(self, request: Request, pk: int) -> Response:
        """Read an account."""
        account = access.account(self.person, pk)
        return self.show(account, shapes.AccountShape, tagged=account)

    @extend_schema(request=shapes.AccountIn, responses=shapes.AccountShape)
    def patch(self, request: Request, pk: int) -> Response:
        """Change facts of an account as you saw it; every lead of it is judged anew."""
        account = access.account(self.person, pk)
        access.require(lead_permissions.can_edit_account(self.person, account))
        matching.check(request, account, is_needed=True)
        changes = self.sent(shapes.AccountIn)
        try:
            intake.edit_account(
                account=account, changes=changes, now=timezone.now(), actor=self.person, is_as_read=True
            )
        except intake.ChangedMeanwhile as error:
            raise matching.changed() from error
        fresh = access.account(self.person, pk)
        return self.show(fresh, shapes.AccountShape, tagged=fresh)


def _detail(lead: Lead, row: queries.LeadRow) -> dict[str, Any]:
    explained = dossier.explanation_of(lead, timezone.now())
    return {
        "lead": lead,
        "standing": row.standing,
        "handoff": row.handoff,
        "clock": row.clock,
        "external_ids": lead.external_ids.order_by("system", "external_id"),
        "bant": list(dossier.bant_of(lead).values()),
        "consents": dossier.consents_of(lead),
        "deals": Deal.objects.filter(lead=lead).order_by("-pk"),
        "verdict": explained.verdict.to_json() if explained else None,
        "missing": explained.missing if explained else [],
    }


def _pairs(ids: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(one["system"], one["external_id"]) for one in ids]


def _narrowed(found: QuerySet[Account], asked: dict[str, Any]) -> QuerySet[Account]:
    if "domain" in asked:
        found = found.filter(domain=asked["domain"])
    if "system" in asked:
        known = AccountExternalId.objects.filter(system=asked["system"], external_id=asked["external_id"])
        found = found.filter(pk__in=known.values("account_id"))
    return found
