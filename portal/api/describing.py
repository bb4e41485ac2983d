"""How the API describes itself: what every operation has in common."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from portal.api import entering, problems, repeating

_REPEATABLE = OpenApiParameter(
    repeating.HEADER,
    str,
    OpenApiParameter.HEADER,
    description="The same key gets the same answer for 24 hours and the call is worked on once.",
)
_SEEN = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag of what you saw; 412 when it changed."
)
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": [f"{problems.TYPE}already_decided"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for the person."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


class KeyScheme(OpenApiAuthenticationExtension):
    """How the key stands in the description of the API."""

    target_class = entering.KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key from your profile."}


class Schema(AutoSchema):
    """Every POST may be repeated; what `is_matched` may be guarded by what the caller saw."""

    def get_override_parameters(self) -> list[Any]:
        found = [_REPEATABLE] if self.method == "POST" else []
        if self.method != "GET" and getattr(self.view, "is_matched", False):
            found.append(_SEEN)
        return [*super().get_override_parameters(), *found]


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Say of every operation that any other answer is a problem document."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    answer = {
        "description": "What went wrong.",
        "content": {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"].setdefault("default", answer)
    return result
