"""Agreements for machines: read, drafted, proposed; a key never signs."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal import access, knocking
from portal.addresses import client_address
from portal.api import matching
from portal.api.problems import Problem, invalid
from portal.api.shapes import terms as shapes
from portal.api.views import ApiView
from portal.forms.agreement import is_name_of
from portal.models import ApiKey, Scope
from sla import agreements, permissions
from sla import document as documents
from sla.choices import VersionState
from sla.models import Agreement, AgreementVersion


class AgreementView(ApiView):
    writes = Scope.AGREEMENTS
    is_matched = True

    def version(self, pk: int) -> AgreementVersion:
        return get_object_or_404(AgreementVersion.objects.select_related("agreement"), pk=pk)


class Agreements(AgreementView):
    @extend_schema(responses=shapes.AgreementShape(many=True))
    def get(self, request: Request) -> Response:
        """List the agreements with their versions, the newest first."""
        found: QuerySet[Agreement] = Agreement.objects.prefetch_related("versions__agreement")
        return self.page(found, shapes.AgreementShape)


class Earlier(AgreementView):
    @extend_schema(request=shapes.EarlierIn, responses=shapes.AgreementShape)
    def post(self, request: Request, key: str) -> Response:
        """Ask an agreement in force before the one that stands right before it, and judge anew."""
        access.require(permissions.can_order(self.person))
        agreement = get_object_or_404(Agreement, key=key)
        before = Agreement.objects.filter(key=self.sent(shapes.EarlierIn)["before"]).first()
        if before is None:
            raise invalid("/before", _("There is no agreement with this key."))
        pair = {"agreement": agreement.pk, "before": before.pk}
        try:
            agreements.ask_earlier(**pair, now=timezone.now(), actor=self.person)
        except agreements.OrderChanged as error:
            said = _(
                "Only an agreement in force that stands right behind the other one changes places with it."
            )
            raise Problem("order_changed", said, 409) from error
        except agreements.EverybodyLast as error:
            said = _("The agreement for everybody stays last: behind it nobody would be asked.")
            raise Problem("everybody_last", said, 409) from error
        moved = Agreement.objects.prefetch_related("versions__agreement").get(pk=agreement.pk)
        return self.show(moved, shapes.AgreementShape)


class OneVersion(AgreementView):
    @extend_schema(responses=shapes.VersionDetail)
    def get(self, request: Request, pk: int) -> Response:
        """Read a version: its text, its hash, who signed it."""
        version = self.version(pk)
        return self.show(version, shapes.VersionDetail, tagged=version)


class VersionExport(AgreementView):
    @extend_schema(responses={200: dict[str, Any]})
    def get(self, request: Request, pk: int) -> Response:
        """Read the text alone: loading it again gives the same hash."""
        return Response(agreements.export(self.version(pk)))


class Draft(AgreementView):
    @extend_schema(request=shapes.DraftIn, responses=shapes.VersionDetail)
    def put(self, request: Request, key: str) -> Response:
        """Keep a text as the draft of an agreement; one that is open is rewritten, as you saw it."""
        access.require(permissions.can_draft(self.person))
        is_open = (VersionState.DRAFT, VersionState.PROPOSED)
        drafts = AgreementVersion.objects.filter(agreement__key=key, state__in=is_open, is_baseline=False)
        draft = drafts.order_by("-number").first()
        if draft:
            matching.check(request, draft, is_needed=True)
        data, seen = self.sent(shapes.DraftIn)["document"], draft.sha256 if draft else ""
        try:
            version = agreements.load(key=key, data=data, now=timezone.now(), actor=self.person, seen=seen)
        except agreements.ChangedMeanwhile as error:
            raise matching.changed() from error
        except documents.InvalidDocument as error:
            raise _faulty(error) from error
        return self.show(version, shapes.VersionDetail, tagged=version)


class Proposing(AgreementView):
    @extend_schema(request=None, responses=shapes.VersionShape)
    def post(self, request: Request, pk: int) -> Response:
        """Put a draft before both sides."""
        access.require(permissions.can_draft(self.person))
        version = self.version(pk)
        matching.check(request, version)
        try:
            proposed = agreements.propose(version=version, now=timezone.now(), actor=self.person)
        except agreements.TextChanged as error:
            raise matching.changed() from error
        except agreements.NotOpenForSigning as error:
            raise _not_open() from error
        return self.show(proposed, shapes.VersionShape, tagged=proposed)


class Signing(AgreementView):
    @extend_schema(request=shapes.Signed, responses=shapes.VersionDetail)
    def post(self, request: Request, pk: int) -> Response:
        """Sign for a side, in person: a key never signs."""
        if isinstance(request.auth, ApiKey):
            raise Problem("keys_never_sign", _("A key never signs. Log in and sign in person."), 403)
        version = self.version(pk)
        said = self.sent(shapes.Signed)
        access.require(permissions.can_sign(self.person, said["side"]))
        matching.check(request, version, is_needed=True)
        self._is_in_person(said["name"], said.pop("password"))
        address = client_address(request._request)
        try:
            agreements.sign(version=version, user=self.person, now=timezone.now(), address=address, **said)
        except agreements.MayNotSign as error:
            raise Problem("may_not_sign", _("Nobody signs for both sides."), 403) from error
        except agreements.TextChanged as error:
            raise matching.changed() from error
        except (agreements.AlreadySigned, agreements.NotOpenForSigning) as error:
            raise _not_open() from error
        fresh = self.version(pk)
        return self.show(fresh, shapes.VersionDetail, tagged=fresh)

    def _is_in_person(self, name: str, password: str) -> None:
        """Refuse an open session that somebody else uses, as the page of signing does."""
        if not is_name_of(self.person.name, name):
            raise invalid("/name", _("Write your name as “%(name)s”.") % {"name": self.person.name})
        if not knocking.is_own_password(self.request._request, self.person, password):
            raise invalid("/password", _("This is not your password."))


def _not_open() -> Problem:
    return Problem("not_open_for_signing", _("This version is signed, in force or past."), 409)


def _faulty(error: documents.InvalidDocument) -> Problem:
    errors = [
        {"pointer": "/document/" + one.path.replace(".", "/"), "detail": str(one.sentence)}
        for one in error.problems
    ]
    return Problem("invalid", _("The text has faults."), 422, errors=errors)
