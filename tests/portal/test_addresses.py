"""A caller's address is believed only from where it can be known."""

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from portal.addresses import client_address


@pytest.mark.parametrize(
    ("trusts", "forwarded", "address"),
    [
        (False, "203.0.113.9", "10.0.0.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (True, "", "10.0.0.1"),
    ],
)
def test_client_address(settings: LazySettings, trusts: bool, forwarded: str, address: str) -> None:
    settings.TRUST_PROXY = trusts
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address
