"""Guessing passwords ends soon, and locks out nobody else."""

import pytest
from django.test import Client

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


@pytest.mark.usefixtures("vera")
def test_test_client_can_skip_the_form(client: Client) -> None:
    client.force_login(User.objects.get(email=EMAIL))
    assert client.get("/password/").status_code == 200
