"""The company whose agreement is drafted, and who drafts it."""

import pytest
from django.test import Client

from tests import company


@pytest.fixture
def at() -> company.Company:
    return company.company()


@pytest.fixture
def manager(at: company.Company, client: Client) -> Client:
    client.force_login(at.cast.marketing_manager)
    return client
