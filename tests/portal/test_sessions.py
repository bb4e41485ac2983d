"""Who asks is read anew at each request, by questions that are worded once."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from leads.models import User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client) -> tuple[Client, User]:
    person = factories.user("rep")
    client.force_login(person)
    assert client.get("/inbox/").status_code == 200
    return client, person


def test_an_expired_session_is_nobodys(signed_in: tuple[Client, User]) -> None:
    client, _person = signed_in
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/inbox/").url.startswith("/login/")


@pytest.mark.parametrize(
    "word", ["", "short", r"aaaaaaaa\000aaaaaaaa", "käse-und-brot-und-käse", "9" * 5_000]
)
def test_a_cookie_that_is_no_key_of_ours_is_nobodys(client: Client, word: str) -> None:
    client.raise_request_exception = False
    client.cookies.load(f'sessionid="{word}"')
    assert client.get("/inbox/").url.startswith("/login/")


def test_a_session_that_is_gone_is_nobodys(signed_in: tuple[Client, User]) -> None:
    client, _person = signed_in
    Session.objects.all().delete()
    assert client.get("/inbox/").url.startswith("/login/")


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_a_person_who_left_or_has_another_password_is_out_at_once(
    signed_in: tuple[Client, User], change: dict[str, object]
) -> None:
    client, person = signed_in
    User.objects.filter(pk=person.pk).update(**change)
    assert client.get("/inbox/").url.startswith("/login/")
