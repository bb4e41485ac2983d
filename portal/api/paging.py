"""Pages of lists for machines: `leads.paging` behind a signed cursor."""

from typing import Any

from django.core import signing
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from leads import paging
from portal import numbers
from portal.api.problems import invalid

USUAL, MOST = 50, 200
SALT = "portal.api.paging"


class Keyset(BasePagination):
    """Newest first, by primary key; `cursor` is opaque and signed, so that nobody builds on it."""

    def keys(self, found: QuerySet[Any], request: Request) -> list[int]:
        """Return the keys of one page."""
        listed = paging.Listed(found, start=_start(request))
        keys, following = listed.page(_size(request))
        self.request, self.count, self.is_capped = request, listed.count, listed.is_capped
        self.next = cursor(following) if following else None
        return keys

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
                "count": {"type": "integer", "description": f"Counted up to {paging.COUNTED_UP_TO}."},
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
    asked = numbers.whole(request.query_params.get("limit", str(USUAL)))
    if asked is None or not 1 <= asked <= MOST:
        raise invalid("/limit", _("Ask for 1 to %(most)s at a time.") % {"most": MOST})
    return asked


def cursor(place: paging.Place) -> str:
    """Return what a machine asks the page at this place by."""
    return signing.dumps([place.after, place.is_among_many], salt=SALT)


def _start(request: Request) -> paging.Place:
    asked = request.query_params.get("cursor")
    if asked is None:
        return paging.FRONT
    try:
        return paging.Place(*signing.loads(asked, salt=SALT))
    except (signing.BadSignature, TypeError) as error:
        raise invalid("/cursor", _("This cursor is none of ours. Begin at the first page.")) from error
