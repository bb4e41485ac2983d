"""People log in by e-mail, land on their first page and keep their choices."""

import pytest
from django.core import mail
from django.test import Client

from leads.choices import Role
from leads.models import User
from portal import navigation
from portal.models import PasswordRequest
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep() -> User:
    return factories.user(name="Mia Keller", email="mia@example.com")


def log_in(client: Client, **changes: str) -> object:
    return client.post("/login/", {"username": "mia@example.com", "password": factories.PASSWORD, **changes})


def test_login_leads_to_the_page_that_was_asked_for(client: Client, rep: User) -> None:
    assert client.get("/more/")["Location"] == "/login/?next=/more/"
    assert log_in(client, next="/more/")["Location"] == "/more/"


def test_login_does_not_lead_off_this_site(client: Client, rep: User) -> None:
    assert log_in(client, next="https://example.org/")["Location"] == "/"


def test_login_accepts_the_address_in_any_case(client: Client, rep: User) -> None:
    assert log_in(client, username="Mia@Example.com").status_code == 302


@pytest.mark.parametrize("username", ["mia@example.com", "nobody@example.com"])
def test_wrong_login_does_not_tell_who_exists(client: Client, rep: User, username: str) -> None:
    answer = log_in(client, username=username, password="wrong")
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [
        "This address and this password do not belong together. Check both."
    ]


def test_fifth_wrong_password_pauses_the_login(client: Client, rep: User) -> None:
    answers = [log_in(client, password="wrong") for _try in range(5)]
    assert [answer.status_code for answer in answers[:4]] == [422] * 4
    assert answers[4].status_code == 429
    assert "rests for an hour" in answers[4].content.decode()


@pytest.mark.parametrize("role", Role)
def test_start_leads_to_the_first_page_of_the_role(client: Client, role: Role) -> None:
    factories.signed_version()
    client.force_login(factories.user(role))
    assert client.get("/")["Location"] == navigation.first_address(role)


def test_logout_needs_a_post(client: Client, rep: User) -> None:
    client.force_login(rep)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/more/").status_code == 302


def test_theme_is_kept_in_the_browser(client: Client, rep: User) -> None:
    client.force_login(rep)
    assert client.post("/appearance/", {"theme": "dark", "next": "/more/"})["Location"] == "/more/"
    assert b'data-theme="dark"' in client.get("/more/").content


def test_language_is_kept_for_the_person(client: Client, rep: User) -> None:
    client.force_login(rep)
    client.post("/appearance/", {"language": "de"})
    assert b'<html lang="de"' in client.get("/more/").content
    client.post("/appearance/", {"language": "xx"})
    assert b'<html lang="de"' in client.get("/more/").content
    client.post("/appearance/", {"language": ""})
    assert b'<html lang="en"' in client.get("/more/").content


def test_single_keys_are_kept_for_the_person(client: Client, rep: User) -> None:
    client.force_login(rep)
    client.post("/appearance/", {"single_keys": "off"})
    rep.refresh_from_db()
    assert not rep.single_keys
    assert b'data-keys="off"' in client.get("/more/").content


def test_forgotten_password_is_set_by_a_link(client: Client, rep: User, settings) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://concord.example.com", ["*"]
    client.post("/password/forgotten/", {"email": "mia@example.com"}, headers={"Host": "evil.example.org"})
    link = next(line for line in mail.outbox[0].body.splitlines() if "/password/new/" in line)
    assert link.startswith("https://concord.example.com/")
    assert "evil" not in mail.outbox[0].body
    form_address = client.get(link.removeprefix("https://concord.example.com"))["Location"]
    wanted = "a quiet river 7"
    client.post(form_address, {"new_password1": wanted, "new_password2": wanted})
    assert log_in(client, password=wanted).status_code == 302


def test_unknown_address_gets_the_same_page_and_no_letter(client: Client) -> None:
    answer = client.post("/password/forgotten/", {"email": "nobody@example.com"})
    assert (answer["Location"], mail.outbox) == ("/password/sent/", [])


def ask_for_password(client: Client, email: str = "mia@example.com", place: str = "192.0.2.1") -> int:
    return client.post("/password/forgotten/", {"email": email}, REMOTE_ADDR=place).status_code


def test_an_address_gets_three_letters_an_hour_whoever_asks(client: Client, rep: User) -> None:
    for number in range(5):
        spelling = "Mia@Example.com" if number % 2 else "mia@example.com"
        assert ask_for_password(client, spelling, f"192.0.2.{number}") == 302
    assert len(mail.outbox) == 3


def test_nobody_asks_for_everybody(client: Client, rep: User) -> None:
    answers = [ask_for_password(client, f"nobody{number}@example.com") for number in range(21)]
    assert answers == [302] * 20 + [429]
    assert ask_for_password(client, place="192.0.2.2") == 302
    assert len(mail.outbox) == 1


def test_requests_hold_no_address(client: Client, rep: User) -> None:
    ask_for_password(client)
    assert "mia" not in str(PasswordRequest.objects.values().get())


def test_personal_pages_are_stored_nowhere(client: Client, rep: User) -> None:
    client.force_login(rep)
    assert client.get("/more/").headers["Cache-Control"] == "no-store, private"


def test_changed_password_is_confirmed(client: Client, rep: User) -> None:
    client.force_login(rep)
    assert client.get("/password/").status_code == 200
    wanted = "a quiet river 7"
    client.post(
        "/password/",
        {"old_password": factories.PASSWORD, "new_password1": wanted, "new_password2": wanted},
    )
    assert b"Password changed." in client.get("/more/").content


def test_rules_of_a_new_password_stand_in_what_describes_its_field(client: Client, rep: User) -> None:
    """A list cannot stand in a paragraph: a browser ends it, and the field is described by nothing."""
    client.force_login(rep)
    page = client.get("/password/").content.decode()
    assert '<div class="hint" id="id_new_password1_helptext"><ul>' in page


def test_keys_open_as_dialog_or_as_page(client: Client, rep: User) -> None:
    client.force_login(rep)
    assert client.get("/keys/", headers={"HX-Request": "true"}).content.strip().startswith(b"<dialog")
    assert client.get("/keys/").content.strip().startswith(b"<!doctype html>")


@pytest.mark.parametrize(("role", "status"), [(Role.OPERATIONS, 200), (Role.REP, 403)])
def test_pieces_are_for_operations(client: Client, role: Role, status: int) -> None:
    client.force_login(factories.user(role))
    assert client.get("/styleguide/").status_code == status


def test_missing_page_is_said_kindly(client: Client, rep: User) -> None:
    client.force_login(rep)
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert b"This page is not here" in answer.content


def test_frame_costs_at_most_four_queries(client: Client, rep: User, django_assert_max_num_queries) -> None:
    client.force_login(rep)
    # Session, person, agreement in force, unread notices.
    with django_assert_max_num_queries(4):
        client.get("/more/")
