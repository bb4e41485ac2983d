"""Send answers compressed, but none that another site may have asked for in a reader's name."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

#: What a browser says of a request that its reader or a page of ours has made.
OWN = frozenset({"same-origin", "none"})


class CompressionMiddleware(GZipMiddleware):
    """Compress where nobody else can compare lengths.

    Who makes somebody's browser ask for pages with words of their choice reads from the lengths of
    compressed answers what else stands in them (BREACH). Without cookies an answer holds nobody's secrets.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        is_ours = request.headers.get("Sec-Fetch-Site") in OWN
        return super().process_response(request, response) if is_ours or not request.COOKIES else response
