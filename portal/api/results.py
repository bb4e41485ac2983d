"""Results for machines: the very figures of the pages, and leads as a file."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from leads import audit, paging
from leads.models import Lead
from portal import access, csvfile
from portal.api.shapes import asking
from portal.api.views import ApiView
from portal.forms.results import ResultsForm
from portal.models import Scope
from sla import agreements, permissions
from sla.compliance import plain, regret, report
from sla.compliance.periods import Filters, Period
from sla.queries import leads as queries

LEAD_HEAD = (
    "id", "name", "title", "email", "phone", "account", "country", "industry", "source", "campaign",
    "stage", "stage_since", "owner", "next_step", "next_step_on", "created_at",
)  # fmt: skip
CHUNK = 2000


class ResultView(ApiView):
    """A question about a period, asked as the pages ask it."""

    def question(self, default: str) -> tuple[Period | None, Filters, datetime]:
        """Return period, filters and now; 422 for a question that cannot be read."""
        self.asked(asking.ResultsAsked)
        now, zone = timezone.now(), agreements.zone()
        form = ResultsForm(self.request.query_params, user=self.person, default=default)
        if not form.is_valid():
            raise ValidationError({name: [str(one) for one in said] for name, said in form.errors.items()})
        return form.chosen(now.astimezone(ZoneInfo(zone)).date(), zone), form.filters(), now


class Compliance(ResultView):
    @extend_schema(parameters=[asking.ResultsAsked], responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        """Read both sides' commitments over a period: shares 0 to 1, times in seconds."""
        period, filters, now = self.question("month")
        return Response(plain.of_report(report.build(period, filters, now)))


class Alignment(ResultView):
    @extend_schema(parameters=[asking.ResultsAsked], responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        """Read what leadership reads: the report, the truth of each definition, regret and its mirror."""
        access.require(permissions.can_see_alignment(self.person))
        period, filters, now = self.question("quarter")
        found = report.build(period, filters, now)
        verdicts = [found.truths.of(version) for version in agreements.in_force()]
        refused = regret.find(period, filters, most=0)
        return Response(
            {
                **plain.of_report(found),
                "truth": [plain.of_truth(each) for each in verdicts if each is not None],
                "regret": {"refused": refused.refusals, "bought_later": refused.n, "worth": refused.worth},
                "in_vain": {"accepted": refused.accepted, "lost_or_handed_back": refused.in_vain},
            }
        )


class LeadExport(ApiView):
    writes = Scope.IMPORTS

    @extend_schema(
        request=asking.LeadsAsked, responses={(200, "text/csv"): OpenApiTypes.STR}, tags=["exports"]
    )
    def post(self, request: Request) -> StreamingHttpResponse:
        """Take the leads you may see as a CSV file, narrowed by the filters of the list; it is on record."""
        asked = self.sent(asking.LeadsAsked)
        found = queries.narrowed(self.person, asked)
        audit.record(
            stream="system",
            verb="exported_leads",
            subject_type="user",
            subject_id=self.person.pk,
            actor=self.person,
            at=timezone.now(),
            data={"filters": sorted(asked)},
        )
        answer = StreamingHttpResponse(csvfile.lines(LEAD_HEAD, _rows(found)), content_type=csvfile.TYPE)
        answer["Content-Disposition"] = 'attachment; filename="leads.csv"'
        return answer


def _rows(found: QuerySet[Lead]) -> Iterator[list[Any]]:
    """Yield the cells of leads chunk by chunk, newest first, holding no more than one chunk."""
    for keys in paging.Listed(found).pages(CHUNK):
        chunk = Lead.objects.filter(pk__in=keys).select_related("account", "owner").order_by("-pk")
        for lead in chunk:
            yield [
                lead.pk, lead.name, lead.title, lead.email, lead.phone, lead.account.name,
                lead.country or lead.account.country, lead.account.industry, lead.source, lead.campaign,
                lead.stage, lead.stage_since, lead.owner.name if lead.owner else "", lead.next_step,
                lead.next_step_on, lead.created_at,
            ]  # fmt: skip
