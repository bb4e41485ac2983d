"""Imports as jobs: a file is kept, mapped, checked without a change, then imported by the worker."""

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from leads import importing
from portal import access, csvfile, imports
from portal.api.problems import Problem, invalid
from portal.api.shapes import terms as shapes
from portal.api.views import ApiView
from portal.models import ImportJob, Scope


class ImportView(ApiView):
    writes = Scope.IMPORTS
    reads = Scope.IMPORTS

    def job(self, pk: int) -> ImportJob:
        """Return a job of the caller, any of them for operations; 404 for another's."""
        access.require(bool(imports.kinds_for(self.person)))
        return get_object_or_404(imports.visible_to(self.person), pk=pk)


class Imports(ImportView):
    parser_classes = (MultiPartParser,)

    @extend_schema(responses=shapes.ImportShape(many=True))
    def get(self, request: Request) -> Response:
        """List your imports, for operations everybody's, newest first."""
        access.require(bool(imports.kinds_for(self.person)))
        return self.page(imports.visible_to(self.person), shapes.ImportShape)

    @extend_schema(request=shapes.ImportIn, responses={201: shapes.ImportShape})
    def post(self, request: Request) -> Response:
        """Upload a file; its columns come back as `header`, with the mapping that was recognized."""
        kinds = imports.kinds_for(self.person)
        access.require(bool(kinds))
        said = self.sent(shapes.ImportIn)
        access.require(said["kind"] in kinds)
        file = said["file"]
        try:
            job = imports.keep(
                name=file.name, file=file, kind=said["kind"], owner=self.person, now=timezone.now()
            )
        except importing.UnreadableFile as error:
            raise invalid("/file", str(error)) from error
        return self.show(job, shapes.ImportShape, status=201)


class OneImport(ImportView):
    @extend_schema(responses=shapes.ImportShape)
    def get(self, request: Request, pk: int) -> Response:
        """Read how far an import is, and what came of it."""
        return self.show(self.job(pk), shapes.ImportShape)


class ImportMapping(ImportView):
    @extend_schema(request=shapes.MappingIn, responses=shapes.ImportShape)
    def put(self, request: Request, pk: int) -> Response:
        """Say which column is which fact; only while the file is not being read."""
        job = self.job(pk)
        try:
            imports.use(job, self.sent(shapes.MappingIn)["mapping"])
        except importing.InvalidMapping as error:
            raise invalid("/mapping", str(error)) from error
        except importing.RunTaken as error:
            raise Problem("busy", str(error), 409) from error
        return self.show(self.job(pk), shapes.ImportShape)


class ImportStart(ImportView):
    @extend_schema(request=shapes.StepIn, responses={202: shapes.ImportShape})
    def post(self, request: Request, pk: int) -> Response:
        """Have the worker check a file, which changes nothing, or import it."""
        job = self.job(pk)
        step = self.sent(shapes.StepIn)["step"]
        if not imports.ask(job=job, step=step, now=timezone.now()):
            raise Problem("busy", _("This file is being read, or lacks its mapping."), 409)
        return self.show(self.job(pk), shapes.ImportShape, status=202)


class ImportUndo(ImportView):
    @extend_schema(request=None, responses={202: shapes.ImportShape})
    def post(self, request: Request, pk: int) -> Response:
        """Have the worker take an import of leads back, within a day; whoever was worked with stays."""
        job = self.job(pk)
        if not imports.take_back(job=job, now=timezone.now()):
            said = _("Only an import of leads can be taken back, and only within a day.")
            raise Problem("too_late", said, 409)
        return self.show(self.job(pk), shapes.ImportShape, status=202)


class ImportRejects(ImportView):
    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, pk: int) -> StreamingHttpResponse:
        """Take the rejected rows back as a file that can be mended and imported again."""
        job = self.job(pk)
        answer = StreamingHttpResponse(imports.rejected(job), content_type=csvfile.TYPE)
        answer["Content-Disposition"] = f'attachment; filename="rejected-{pk}.csv"'
        return answer
