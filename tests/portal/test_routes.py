"""The table of routes holds: every address answers every role as it says, and no address is left out."""

import re

import pytest
from django.urls import reverse

from tests.portal import routes
from tests.portal.conftest import Samples
from tests.portal.routes import Row

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REFUSED = {"403", "404", "405", "422"}
#: Django's own forms take PUT for POST and tell their OPTIONS.
OF_DJANGO = {"login", "logout", "password_change", *(name for name in routes.names() if "reset" in name)}
MISSING = 987_654_321


def answers(samples: Samples, row: Row) -> dict[str, str]:
    """Ask as everybody; a refusal that writes anything says so."""
    found = {}
    for who in routes.COLUMNS:
        answer, written = samples.ask(
            who, row.method, samples.address(row.name, row.subject), **data_of(samples, row)
        )
        code = str(answer.status_code)
        if row.method == "POST" and code == "302" and who != "nobody" and not written:
            code = "302="
        found[who] = f"{code} wrote {written}" if code in REFUSED and written else code
    return found


def data_of(samples: Samples, row: Row) -> dict[str, object]:
    return samples.filled(row.name) if row.method == "POST" else {}


@pytest.mark.parametrize("row", routes.rows(), ids=lambda row: f"{row.method} {row.name} {row.subject}")
def test_route_answers_as_the_table_says(samples: Samples, row: Row) -> None:
    assert answers(samples, row) == row.answers


def test_every_route_has_a_line() -> None:
    assert set(routes.names()) == {row.name for row in routes.rows()}


def test_other_methods_do_nothing(samples: Samples) -> None:
    known = {(row.name, row.method) for row in routes.rows()}
    answered = {}
    for name, subject in {row.name: row.subject for row in routes.rows()}.items():
        for method in METHODS:
            if (name, method) not in known:
                answer, written = samples.ask("operations", method, samples.address(name, subject))
                assert written == [], (name, method)
                answered[name, method] = answer.status_code
    strange = {name for (name, _method), code in answered.items() if code != 405}
    assert strange <= OF_DJANGO
    assert len(answered) > 3 * len(routes.rows())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_foreign_object_looks_like_a_missing_one(samples: Samples, method: str) -> None:
    def told(address: str, row: Row) -> tuple[int, str]:
        answer, written = samples.ask("stranger", method, address, **data_of(samples, row))
        assert written == []
        # The token against forged forms differs in every answer.
        return answer.status_code, re.sub(r'value="\w{64}"', "", answer.content.decode())

    private = {*samples.handoffs, *samples.leads}
    asked = [row for row in routes.rows() if row.method == method and row.subject in private]
    for row in asked:
        foreign = samples.address(row.name, row.subject)
        parts = {**routes.PARTS.get(row.name, {}), "pk": MISSING}
        missing = told(reverse(row.name, kwargs=parts), row)
        assert missing[0] == 404
        assert told(foreign, row) == missing, row
    assert len(asked) > 10


def test_admin_is_closed_to_every_role(samples: Samples) -> None:
    address = reverse("admin:index")
    found = {who: samples.ask(who, "GET", address)[0]["Location"] for who in samples.clients}
    assert set(found.values()) == {f"{reverse('admin:login')}?next={address}"}
