"""Lists page by page, by key and never by number, so that page 10,000 costs what page 1 costs."""

from typing import Any

from django.core import signing
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from portal.api.problems import invalid

USUAL, MOST = 50, 200
#: Beyond this a count is not worth its time.
COUNTED_UP_TO = 10_000
SALT = "portal.api.paging"


class Keyset(BasePagination):
    """Newest first, by primary key; `cursor` is opaque and signed, so that nobody builds on it."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """Return one page; with `after` in mind only the key's index is read."""
        self.request = request
        self.size = _size(request)
        counted = queryset.order_by()[: COUNTED_UP_TO + 1].count()
        self.count, self.is_capped = min(counted, COUNTED_UP_TO), counted > COUNTED_UP_TO
        after = _after(request)
        found = queryset.order_by("-pk") if after is None else queryset.order_by("-pk").filter(pk__lt=after)
        rows = list(found[: self.size + 1])
        self.next = signing.dumps(rows[self.size - 1].pk, salt=SALT) if len(rows) > self.size else None
        return rows[: self.size]

    def get_paginated_response(self, data: Any) -> Response:
        here = self.request.get_full_path()
        following = replace_query_param(here, "cursor", self.next) if self.next else None
        return Response(
            {"results": data, "next": following, "count": self.count, "count_is_capped": self.is_capped}
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next", "count", "count_is_capped"],
            "properties": {
                "results": schema,
                "next": {"type": ["string", "null"], "description": "Where the next page lies."},
                "count": {"type": "integer", "description": f"Counted up to {COUNTED_UP_TO}."},
                "count_is_capped": {"type": "boolean"},
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
        cursor = {"type": "string", "description": "As `next` gave it."}
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": cursor},
            {"name": "limit", "in": "query", "required": False, "schema": size},
        ]


def _size(request: Request) -> int:
    asked = request.query_params.get("limit", str(USUAL))
    if not (asked.isascii() and asked.isdigit() and 1 <= len(asked) <= 4 and 1 <= int(asked) <= MOST):
        raise invalid("/limit", _("Ask for 1 to %(most)s at a time.") % {"most": MOST})
    return int(asked)


def _after(request: Request) -> int | None:
    cursor = request.query_params.get("cursor")
    if cursor is None:
        return None
    try:
        return int(signing.loads(cursor, salt=SALT))
    except (signing.BadSignature, ValueError) as error:
        raise invalid("/cursor", _("This cursor is none of ours. Begin at the first page.")) from error
