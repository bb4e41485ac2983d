"""The lab for machines: a draft or a criterion tested on the past, by the worker."""

import json
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from portal import access
from portal.api.shapes import terms as shapes
from portal.api.views import ApiView
from portal.forms.lab import LabForm
from portal.models import Scope
from sla import permissions
from sla.lab import runs
from sla.models import LabRun

#: Parts of a result that name single leads; who sees only some leads reads the sums.
_NAMING = frozenset({"leads", "handoffs"})


class LabRuns(ApiView):
    writes = Scope.AGREEMENTS

    @extend_schema(responses=shapes.LabShape(many=True))
    def get(self, request: Request) -> Response:
        """List what was tested, newest first, without the results."""
        access.require(permissions.can_see_lab(self.person))
        return self.page(LabRun.objects.select_related("agreement").defer("result"), shapes.LabShape)

    @extend_schema(request=shapes.LabIn, responses={202: shapes.LabShape})
    def post(self, request: Request) -> Response:
        """Ask for a run; the worker does it within a minute or so."""
        access.require(permissions.can_see_lab(self.person))
        said = self.sent(shapes.LabIn)
        criterion = said.pop("criterion", None)
        form = LabForm({**said, "criterion": json.dumps(criterion) if criterion else ""})
        if not form.is_valid():
            raise ValidationError({name: [str(one) for one in told] for name, told in form.errors.items()})
        asked = runs.ask(**form.question(), now=timezone.now(), actor=self.person)
        return self.show(asked, shapes.LabShape, status=202)


class OneLabRun(ApiView):
    @extend_schema(responses=shapes.LabDetail)
    def get(self, request: Request, pk: int) -> Response:
        """Read a run and what was found."""
        access.require(permissions.can_see_lab(self.person))
        found = get_object_or_404(LabRun.objects.select_related("agreement"), pk=pk)
        if not access.sees_all(self.person):
            found.result = _sums(found.result)
        return self.show(found, shapes.LabDetail)


def _sums(result: Any) -> Any:
    """Return a result without what names single leads."""
    if isinstance(result, dict):
        return {name: _sums(part) for name, part in result.items() if name not in _NAMING}
    return [_sums(part) for part in result] if isinstance(result, list) else result
