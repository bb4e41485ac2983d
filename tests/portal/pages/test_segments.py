"""The page of the agreements' order: what each covers, moving one, and putting a lead to the test."""

import pytest
from django.urls import reverse
from django.utils import translation

from sla import agreements
from tests.factories import Cast, cast, make_lead
from tests.sla.queries.test_segments import three_in_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Cast:
    return cast()


@pytest.fixture
def order(people: Cast):
    versions = three_in_order(people)
    make_lead(company="Gears Linz", employees=900, industry="Machinery")
    return versions


def read(client, **query: str) -> str:
    with translation.override("en"):
        return " ".join(client.get(reverse("agreement-all"), query).content.decode().split())


def test_page_shows_rules_overlap_and_who_may_change_the_order(client, people: Cast, order) -> None:
    client.force_login(people.marketing_manager)

    page = read(client)

    assert page.index("Big, v1") < page.index("Machines, v1") < page.index("Agreement of the tests, v1")
    assert "1 lead meets this rule too, but falls under Big." in page
    assert "Gears Linz</a>." in page
    assert "A leader or operations may change the order" in page
    assert "Ask earlier" not in page


def test_leader_moves_an_agreement_with_one_button(client, people: Cast, order) -> None:
    big, machines, everybody = order
    client.force_login(people.leader)
    page = read(client)
    assert "Ask Machines earlier" in page
    assert "Ask Big later" in page
    # The one for everybody stays last: nothing asks it earlier, nothing goes behind it.
    assert "Ask Agreement of the tests earlier" not in page
    assert "Ask Machines later" not in page

    pair = {"agreement": machines.agreement_id, "before": big.agreement_id}
    with translation.override("en"):
        said = client.post(reverse("agreement-order"), pair, follow=True).content.decode()

    assert "Machines is asked one place earlier." in said
    assert "Last changed by " + people.leader.name in said
    assert agreements.in_force() == [machines, big, everybody]
    with translation.override("en"):
        again = client.post(reverse("agreement-order"), pair, follow=True).content.decode()
    assert "The order has changed meanwhile: nothing was moved." in again


@pytest.mark.parametrize("nonsense", [{}, {"agreement": "x", "before": "9" * 30}, {"agreement": "-1"}])
def test_nonsense_moves_nothing(client, people: Cast, order, nonsense) -> None:
    client.force_login(people.leader)

    assert client.post(reverse("agreement-order"), nonsense).status_code == 302
    assert agreements.in_force() == list(order)


def test_trying_a_company_says_which_agreement_and_why(client, people: Cast, order) -> None:
    make_lead(company="Bakery Graz", employees=12)
    client.force_login(people.leader)

    page = read(client, company="bakery")
    assert "Falls under <b>Agreement of the tests, v1</b>." in page
    assert "Big: does not cover it" in page
    assert "It covers every lead." in page
    assert "Machines would cover it too, but is asked later." in read(client, company="gears")
    assert "No lead that you may see is called “Nowhere”." in read(client, company="Nowhere")
