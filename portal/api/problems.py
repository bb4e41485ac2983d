"""What went wrong, as problem documents (RFC 9457): a type to act on, a sentence to show."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import IntegrityError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from leads.models import Lead
from sla import disputes, handoffs, intake

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
#: A problem's type is a name, not an address to open.
TYPE = "urn:concord:problem:"


class Problem(exceptions.APIException):
    """A problem that says everything itself; `more` are further members of the document."""

    def __init__(self, code: str, sentence: str, status_code: int, **more: Any) -> None:
        super().__init__(sentence, code)
        self.code, self.status_code, self.more = code, status_code, more


def invalid(pointer: str, sentence: str, code: str = "invalid") -> Problem:
    """Return the problem of one thing that was sent wrong, named by its JSON pointer."""
    errors = [{"pointer": pointer, "detail": sentence}]
    return Problem(code, sentence, status.HTTP_422_UNPROCESSABLE_ENTITY, errors=errors)


def taken() -> Problem:
    """Return the problem of an id that something else goes by."""
    return Problem("taken", _("Something else goes by this id already."), status.HTTP_409_CONFLICT)


def _not_unique(error: IntegrityError, context: dict[str, Any]) -> Problem:
    """Two calls wrote the same at one moment, or the fault is ours; the log is told no values."""
    diagnosis = getattr(error.__cause__, "diag", None)
    log.warning("the database refused a row: %s", getattr(diagnosis, "constraint_name", None) or "constraint")
    return taken()


def document(code: str, status_code: int, sentence: str, **more: Any) -> dict[str, Any]:
    """Return a problem document."""
    return {
        "type": f"{TYPE}{code}",
        "title": _TITLES.get(status_code, "Refused"),
        "status": status_code,
        "detail": sentence,
        **more,
    }


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """Turn whatever a view raised into a problem; the transaction it may have been in is taken back."""
    set_rollback()
    problem = next(make(error, context) for kind, make in _MAKERS if isinstance(error, kind))
    data = document(problem.code, problem.status_code, str(problem.detail), **problem.more)
    response = Response(data, status=problem.status_code, content_type=CONTENT_TYPE)
    for name, value in _headers(error).items():
        response[name] = value
    return response


def _headers(error: Exception) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[attr-defined]  # set by the view
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)  # type: ignore[attr-defined]  # of Throttled
    return headers


def _refused(error: handoffs.MoveRefused, context: dict[str, Any]) -> Problem:
    """A move that was refused: 403 not yours, 422 something is missing, else 409 as things stand."""
    code = _code(type(error).__name__)
    if isinstance(error, handoffs.NotYours):
        return Problem(code, str(error.sentence), status.HTTP_403_FORBIDDEN)
    if isinstance(error, handoffs.ReasonNeeds):
        return invalid(_NEEDS.get(error.what, "/reason"), str(error.sentence), code)
    if isinstance(error, handoffs.UnknownReason):
        return invalid("/reason", str(error.sentence), code)
    if isinstance(error, handoffs.NotEligible):
        return invalid("/to", str(error.sentence), code)
    if isinstance(error, handoffs.GateNotMet):
        return invalid("/exception", str(error.sentence), code)
    more = {}
    if isinstance(error, handoffs.AlreadyDecided):
        by = {"id": error.by.pk, "name": error.by.name} if error.by else None
        more = {"by": by, "at": error.at.isoformat() if error.at else None, "state": error.state}
    return Problem(code, str(error.sentence), status.HTTP_409_CONFLICT, **more)


def _not_disputed(error: disputes.DisputeRefused, context: dict[str, Any]) -> Problem:
    """A breach that cannot be disputed, or a dispute that cannot be answered, as things stand."""
    code = _code(type(error).__name__)
    if isinstance(error, disputes.NotYours):
        return Problem(code, str(error), status.HTTP_403_FORBIDDEN)
    if isinstance(error, disputes.WordsNeeded):
        return invalid("/note", str(error), code)
    return Problem(code, str(error), status.HTTP_409_CONFLICT)


def _duplicate(error: intake.DuplicateEmail, context: dict[str, Any]) -> Problem:
    """Name the other lead only to whom may see it."""
    user = context["request"].user
    is_seen = Lead.objects.visible_to(user).filter(pk=error.lead_id).exists()
    sentence = _("Another lead has this e-mail address.")
    lead = error.lead_id if is_seen else None
    return Problem("duplicate_email", sentence, status.HTTP_409_CONFLICT, lead=lead)


def _invalid(error: exceptions.ValidationError, context: dict[str, Any]) -> Problem:
    errors = list(pointed("", error.detail))
    sentence = _("Something that was sent is not as it must be.")
    return Problem("invalid", sentence, status.HTTP_422_UNPROCESSABLE_ENTITY, errors=errors)


def pointed(pointer: str, detail: Any) -> Iterator[dict[str, str]]:
    """Yield a validation's errors with JSON pointers into what was sent."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from pointed(pointer if name == "non_field_errors" else f"{pointer}/{name}", inner)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, (dict, list))
            yield from pointed(f"{pointer}/{index}" if nested else pointer, inner)
    else:
        yield {"pointer": pointer, "detail": str(detail)}


def _of_framework(error: exceptions.APIException, context: dict[str, Any]) -> Problem:
    return Problem(str(error.default_code), str(error.detail), error.status_code)


def _unexpected(error: Exception, context: dict[str, Any]) -> Problem:
    log.error("%s failed", context["request"].path, exc_info=error)
    return Problem("failed", _("Something broke here. It is on record."), 500)


def _code(name: str) -> str:
    """Return the code of an error's class: AlreadyDecided is already_decided."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


_NEEDS = {
    "note": "/note", "contact": "/right_contact", "month": "/wake_on", "future": "/wake_on",
    "track": "/track", "choice": "/not_now", "text": "/text",
}  # fmt: skip
_TITLES = {
    400: "Not understood", 401: "Who is asking?", 403: "Not allowed", 404: "Not found",
    405: "Not possible here", 406: "No such form", 409: "Conflict", 412: "Changed meanwhile",
    413: "Too large", 415: "No such form", 422: "Not as it must be", 428: "State what you saw",
    429: "Too many calls", 500: "Failed",
}  # fmt: skip
#: From the special to the general; the first that fits makes the problem.
_MAKERS: tuple[tuple[type[Exception], Callable[[Any, dict[str, Any]], Problem]], ...] = (
    (Problem, lambda error, context: error),
    (handoffs.MoveRefused, _refused),
    (disputes.DisputeRefused, _not_disputed),
    (intake.DuplicateEmail, _duplicate),
    (intake.DuplicateExternalId, lambda error, context: taken()),
    (IntegrityError, _not_unique),
    (intake.InvalidTouch, lambda error, context: invalid("/kind", str(error))),
    (intake.UnknownFact, lambda error, context: invalid("", str(error))),
    (exceptions.ValidationError, _invalid),
    (Http404, lambda error, context: Problem("not_found", _("There is nothing here."), 404)),
    (
        PermissionDenied,
        lambda error, context: Problem("permission_denied", str(error) or _("This is not yours to do."), 403),
    ),
    (RecursionError, lambda error, context: Problem("parse_error", _("This is nested too deeply."), 400)),
    (RequestDataTooBig, lambda error, context: Problem("too_large", _("This is too much at once."), 413)),
    (exceptions.APIException, _of_framework),
    (Exception, _unexpected),
)
