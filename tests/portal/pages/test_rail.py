"""The rail offers nobody a page that then refuses."""

import pytest
from django.urls import reverse

from leads.choices import Role
from portal import navigation
from tests.factories import cast, signed_version

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role.values)
def test_every_page_of_the_rail_opens(client, role: str) -> None:
    people = cast()
    signed_version(signers=(people.marketing_manager, people.sales_manager))
    client.force_login(getattr(people, role))

    links = [link for _title, group in navigation.groups_for(role) for link in group]

    assert {link.url: client.get(link.url).status_code for link in links} == {link.url: 200 for link in links}
    assert client.get(reverse("home"), follow=True).status_code == 200
