"""What every address for machines does: let in, work on a repeated call once, answer with a tag."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leads.models import User
from portal.api import matching, repeating
from portal.api.paging import Keyset
from portal.models import IdempotentCall, Scope

Shape = type[serializers.BaseSerializer[Any]]
_shapes: dict[Shape, serializers.BaseSerializer[Any]] = {}


class Replayed(Exception):
    """The call was answered before."""


class ApiView(APIView):
    """One address: `writes` names the scope that a key needs to change anything here."""

    writes: str = Scope.ADMIN
    reads: str = Scope.READ
    is_matched = False
    pagination_class = Keyset
    call: IdempotentCall | None = None

    @property
    def person(self) -> User:
        """Return who calls, or for whom the key does."""
        assert isinstance(self.request.user, User)
        return self.request.user

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in whom keys, rights and limits let in, then take up a call that may be repeated."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and hasattr(self, "post"):
            self.call = repeating.claim(request, self.person, timezone.now())
            if self.call and self.call.status is not None:
                raise Replayed

    def handle_exception(self, error: Exception) -> Any:
        if isinstance(error, Replayed) and self.call:
            return repeating.again(self.call)
        return super().handle_exception(error)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep what a repeatable call is answered, once it is drawn."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        call = self.call
        if call is None or call.status is not None:
            return answer
        if isinstance(answer, Response):
            answer.add_post_render_callback(lambda drawn: repeating.keep(call, drawn))
        else:
            repeating.keep(call, answer)
        return answer

    def sent(self, shape: Shape, **context: Any) -> dict[str, Any]:
        """Return what was sent, as the shape reads it; raises ValidationError."""
        filled = shape(data=self.request.data, context=context)
        filled.is_valid(raise_exception=True)
        return filled.validated_data

    def asked(self, shape: Shape) -> dict[str, Any]:
        """Return what the address asks, as the shape reads it; raises ValidationError."""
        filled = shape(data=self.request.query_params)
        filled.is_valid(raise_exception=True)
        return filled.validated_data

    def page(
        self, found: QuerySet[Any], shape: Shape, read: Callable[[list[int]], Iterable[Any]] | None = None
    ) -> Response:
        """Answer with one page; `read` returns by their keys, in that order, the things to show."""
        pages = Keyset()
        keys = pages.keys(found, self.request)
        things = read(keys) if read else found.filter(pk__in=keys).order_by("-pk")
        return pages.get_paginated_response([_drawn(shape, thing) for thing in things])

    def show(self, thing: Any, shape: Shape, *, tagged: Any = None, status: int = 200) -> Response:
        """Answer with one thing, and with the tag of what can race."""
        headers = {"ETag": matching.tag(tagged)} if tagged is not None else {}
        return Response(_drawn(shape, thing), status=status, headers=headers)


def _drawn(shape: Shape, thing: Any) -> Any:
    """Draw a thing by a shape whose fields are made once: that takes longer than to draw."""
    if shape not in _shapes:
        _shapes[shape] = shape()
    return _shapes[shape].to_representation(thing)
