"""Guessing passwords ends soon, and locks out nobody else."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from leads.models import User

EMAIL, PASSWORD = "vera@example.com", "right-horse-battery"


@pytest.fixture
def vera(db: None) -> User:
    return User.objects.create_user(EMAIL, PASSWORD, name="Vera", role="rep")


def enter(client: Client, password: str, address: str = "203.0.113.9", email: str = EMAIL) -> int:
    answer = client.post("/login/", {"username": email, "password": password}, REMOTE_ADDR=address)
    return answer.status_code


@pytest.mark.usefixtures("vera")
def test_five_wrong_passwords_pause_name_and_address(client: Client) -> None:
    assert [enter(client, "wrong") for _ in range(5)] == [422, 422, 422, 422, 429]
    assert enter(client, PASSWORD) == 429
    assert enter(client, PASSWORD, address="203.0.113.10") == 302


@pytest.mark.usefixtures("vera")
def test_one_name_in_many_spellings_is_one_name(client: Client) -> None:
    names = [
        "Vera@example.com",
        "VERA@example.com",
        "vERA@example.com",
        "veRA@example.com",
        "verA@example.com",
    ]
    assert [enter(client, "wrong", email=name) for name in names] == [422, 422, 422, 422, 429]


@pytest.mark.usefixtures("vera")
def test_other_people_behind_the_same_address_still_get_in(client: Client) -> None:
    User.objects.create_user("olaf@example.com", PASSWORD, name="Olaf", role="rep")
    assert [enter(client, "wrong") for _ in range(5)][-1] == 429
    assert enter(client, PASSWORD, email="olaf@example.com") == 302


@pytest.mark.usefixtures("vera")
def test_right_password_forgives_the_wrong_ones(client: Client) -> None:
    assert [enter(client, "wrong") for _ in range(4)] == [422] * 4
    assert enter(client, PASSWORD) == 302
    client.logout()
    assert [enter(client, "wrong") for _ in range(4)] == [422] * 4


def spray(client: Client, address: str, names: int = 3) -> list[int]:
    """Try one password on many people from one address."""
    return [enter(client, "Autumn2026!", address, f"person{number}@example.com") for number in range(names)]


@pytest.mark.usefixtures("vera")
def test_one_address_tries_one_password_on_few_people_only(client: Client, settings: LazySettings) -> None:
    settings.LOGIN_NAMES_PER_ADDRESS = 3
    assert spray(client, "203.0.113.9", names=4) == [422, 422, 422, 429]
    answer = client.post("/login/", {"username": EMAIL, "password": PASSWORD}, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 429
    assert "From your network wrong passwords were given for many people." in answer.content.decode()
    assert enter(client, PASSWORD, address="203.0.113.10") == 302


def test_who_knocks_while_it_rests_prolongs_nothing(db: None, client: Client, settings: LazySettings) -> None:
    settings.LOGIN_NAMES_PER_ADDRESS = 3
    assert spray(client, "203.0.113.9", names=6)[3:] == [429, 429, 429]
    assert AccessAttempt.objects.count() == 3


@pytest.mark.usefixtures("vera")
def test_whoever_gets_in_is_no_longer_counted(client: Client, settings: LazySettings) -> None:
    settings.LOGIN_NAMES_PER_ADDRESS = 3
    assert spray(client, "203.0.113.9", names=2) == [422, 422]
    assert enter(client, "wrong again") == 422
    AccessAttempt.objects.filter(username="person0@example.com").delete()
    assert enter(client, PASSWORD) == 302
    client.logout()
    assert spray(client, "203.0.113.9", names=2) == [422, 422]


@pytest.mark.usefixtures("vera")
def test_behind_a_proxy_its_callers_are_told_apart(client: Client, settings: LazySettings) -> None:
    settings.LOGIN_NAMES_PER_ADDRESS, settings.TRUST_PROXY = 2, True

    def knock(email: str, password: str, caller: str) -> int:
        said = {"username": email, "password": password}
        return client.post("/login/", said, HTTP_X_FORWARDED_FOR=f"198.51.100.1, {caller}").status_code

    tried = [knock(f"person{number}@example.com", "guess", "203.0.113.9") for number in range(3)]
    assert tried == [422, 422, 429]
    assert knock(EMAIL, PASSWORD, "203.0.113.7") == 302


@pytest.mark.usefixtures("vera")
def test_after_an_hour_the_address_may_try_again(client: Client, settings: LazySettings) -> None:
    settings.LOGIN_NAMES_PER_ADDRESS = 2
    assert spray(client, "203.0.113.9")[-1] == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=61))
    assert enter(client, PASSWORD) == 302


@pytest.mark.usefixtures("vera")
def test_test_client_can_skip_the_form(client: Client) -> None:
    client.force_login(User.objects.get(email=EMAIL))
    assert client.get("/password/").status_code == 200
