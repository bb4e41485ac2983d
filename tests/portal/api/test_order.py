"""The order of agreements by the API: who may change it, and what is refused with its reason."""

import pytest

from sla import agreements
from tests.factories import Cast, cast
from tests.portal.api.conftest import Caller
from tests.sla.queries.test_segments import three_in_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Cast:
    return cast()


@pytest.fixture(autouse=True)
def order(people: Cast) -> None:
    three_in_order(people)


def keys() -> list[str]:
    return [version.agreement.key for version in agreements.in_force()]


def test_leader_asks_an_agreement_earlier(people: Cast) -> None:
    assert keys() == ["big", "machines", "default"]
    answer = Caller(people.leader)("POST", "/agreements/machines/earlier/", {"before": "big"})
    assert answer.status_code == 200, answer.content
    assert answer.json()["key"] == "machines"
    assert keys() == ["machines", "big", "default"]


@pytest.mark.parametrize(
    ("moved", "before", "status", "code"),
    [
        ("big", "machines", 409, "order_changed"),
        ("machines", "machines", 409, "order_changed"),
        ("default", "machines", 409, "everybody_last"),
        ("machines", "nobody", 422, "invalid"),
        ("nobody", "big", 404, "not_found"),
    ],
)
def test_order_that_cannot_be_is_refused(
    people: Cast, moved: str, before: str, status: int, code: str
) -> None:
    answer = Caller(people.operations)("POST", f"/agreements/{moved}/earlier/", {"before": before})
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1].rsplit("/", 1)[-1]) == (status, code)
    assert keys() == ["big", "machines", "default"]


def test_neither_side_alone_changes_the_order(people: Cast) -> None:
    for person in (people.marketing_manager, people.sales_manager, people.rep):
        answer = Caller(person)("POST", "/agreements/machines/earlier/", {"before": "big"})
        assert answer.status_code == 403
    assert keys() == ["big", "machines", "default"]
