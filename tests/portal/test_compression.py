"""Answers travel compressed, but for those that another site may have caused."""

import gzip

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import User

pytestmark = pytest.mark.django_db
GZIP = {"accept-encoding": "gzip, br"}


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_page_is_compressed_for_its_reader(client: Client, olga: User, site: str) -> None:
    answer = client.get(reverse("settings"), headers={**GZIP, "sec-fetch-site": site})
    assert answer["Content-Encoding"] == "gzip"
    assert olga.name in gzip.decompress(answer.content).decode()


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {}])
def test_page_that_another_site_may_have_asked_for_is_not(
    client: Client, olga: User, headers: dict[str, str]
) -> None:
    answer = client.get(reverse("settings"), headers=GZIP | headers)
    assert "Content-Encoding" not in answer
    assert olga.name in answer.content.decode()


def test_answer_to_whoever_sends_no_cookie_is_compressed(client: Client) -> None:
    assert client.get(reverse("login"), headers=GZIP)["Content-Encoding"] == "gzip"


def test_browser_that_reads_no_gzip_gets_plain_text(client: Client) -> None:
    assert "Content-Encoding" not in client.get(reverse("login"), headers={"accept-encoding": "br"})
