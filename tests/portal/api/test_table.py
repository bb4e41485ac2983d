"""The table of the API holds: every address answers every role as it says, and none is left out."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portal.models import Scope
from tests.portal import api_routes, routes
from tests.portal.api import samples as asking
from tests.portal.api.conftest import Caller
from tests.portal.conftest import Samples
from tests.portal.routes import Row

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MISSING = 987_654_321
#: Open to nobody's key: a signature opens one, a person the other; and where nothing is.
WITHOUT_KEYS = {"api-intake", "api-docs", "api-nowhere"}


def answers(samples: Samples, row: Row) -> dict[str, str]:
    """Ask as everybody; a refusal that writes anything says so, so does a yes that wrote nothing."""
    found = {}
    for who in routes.COLUMNS:
        answer, written = asking.ask(samples, who, row.method, row.name, row.subject)
        code = str(answer.status_code)
        if answer.status_code >= 400 and written:
            code += f" wrote {written}"
        elif row.method != "GET" and answer.status_code < 300 and not written:
            code += "="
        found[who] = code
    return found


@pytest.mark.parametrize("row", api_routes.rows(), ids=lambda row: f"{row.method} {row.name} {row.subject}")
def test_address_answers_as_the_table_says(samples: Samples, row: Row) -> None:
    assert answers(samples, row) == row.answers


def test_every_address_has_a_line() -> None:
    assert api_routes.names() == {row.name for row in api_routes.rows()}


def test_other_methods_do_nothing(samples: Samples) -> None:
    known = {(row.name, row.method) for row in api_routes.rows()}
    answered = {}
    for name, subject in {row.name: row.subject for row in api_routes.rows()}.items():
        for method in METHODS:
            if (name, method) not in known:
                answer, written = asking.ask(samples, "operations", method, name, subject)
                assert written == [], (name, method)
                answered[name, method] = answer.status_code
    assert set(answered.values()) == {405}
    assert len(answered) > 4 * len(api_routes.names()) - len(known)


def test_foreign_object_looks_like_a_missing_one(samples: Samples) -> None:
    def told(where: str, row: Row) -> tuple[int, bytes, dict[str, str]]:
        data = asking.sent(samples, row.method, row.name, row.subject)

        def call(client: Client) -> HttpResponse:
            body = json.dumps(data) if row.method != "GET" else ""
            return client.generic(row.method, where, body, content_type="application/json")

        answer, written = samples.watch("stranger", call)
        assert written == []
        return answer.status_code, answer.content, dict(answer.headers)

    private = {*samples.handoffs, *samples.leads}
    asked = [row for row in api_routes.rows() if row.subject in private and "<int:pk>" in row_pattern(row)]
    for row in asked:
        foreign = told(asking.address(samples, row.name, row.subject), row)
        missing = told(reverse(row.name, kwargs={**api_routes.PARTS.get(row.name, {}), "pk": MISSING}), row)
        assert missing[0] == 404
        assert foreign == missing, row
    assert len(asked) > 30


def row_pattern(row: Row) -> str:
    return str(api_routes.pattern(row.name))


def test_key_needs_the_scope_of_every_line(samples: Samples) -> None:
    """With all scopes but one some lines are closed; every line needs exactly one."""
    person = samples.company.people["operations"]
    needed: dict[tuple[str, str], set[str]] = {}
    lines = {(row.method, row.name): row for row in api_routes.rows() if row.name not in WITHOUT_KEYS}
    for scope in Scope.values:
        call = Caller(person, [code for code in Scope.values if code != scope])
        for line, row in lines.items():
            answer = keyed(samples, call, row)
            if answer.status_code == 403 and "scope" in answer.json()["detail"]:
                needed.setdefault(line, set()).add(scope)
    assert {line for line in lines if len(needed.get(line, ())) != 1} == {("GET", "api-schema")}
    assert {scope for scopes in needed.values() for scope in scopes} == set(Scope.values)


def keyed(samples: Samples, call: Caller, row: Row) -> Any:
    data = asking.sent(samples, row.method, row.name, row.subject)
    where = asking.address(samples, row.name, row.subject).removeprefix("/api/v1")
    return samples.watch("nobody", lambda _client: call(row.method, where, data, if_match="*"))[0]
