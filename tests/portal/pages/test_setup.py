"""An empty database leads operations through setting up; every step names the next thing to do."""

import pytest
from django.test import Client
from django.urls import reverse

from leads import people
from leads.choices import Role
from leads.models import AuditEntry, Company, User
from portal.lines import setup as words
from sla.queries import beginning
from tests import factories

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def open_steps() -> list[str]:
    return [
        step.title for step in words.steps(beginning.beginning()) if not step.is_done and not step.can_wait
    ]


def test_an_empty_database_begins_with_setting_up(client: Client, olga: User) -> None:
    page = client.get(reverse("home"), follow=True)
    assert page.redirect_chain[-1][0] == reverse("setup")
    assert "0 of 6 steps are done." in text(page)
    assert "Import people" in text(client.get(reverse("settings")))


def test_every_step_leads_to_a_page_of_operations(client: Client, olga: User) -> None:
    for step in words.steps(beginning.beginning()):
        assert client.get(step.url).status_code == 200, step.title


def test_steps_are_done_one_after_the_other(client: Client, olga: User) -> None:
    assert open_steps() == [
        *("Company and time zone", "Working hours and holidays", "Teams", "People", "Agreement", "Leads")
    ]
    client.post(reverse("setup-company"), {"name": "Walzwerk", "time_zone": "Europe/Vienna"})
    cast = factories.cast()
    assert open_steps() == ["Agreement", "Leads"]
    factories.signed_version(signers=(cast.marketing_manager, cast.sales_manager))
    factories.make_lead()
    assert open_steps() == []
    assert "Import people" not in text(client.get(reverse("settings")))
    assert client.get(reverse("home")).headers["Location"] == reverse("settings")


def test_the_zone_of_the_company_is_that_of_people_without_one(client: Client, olga: User) -> None:
    own = factories.user(Role.REP, factories.team("North"), "Rosa Reps")
    User.objects.filter(pk=own.pk).update(time_zone="Asia/Tokyo")
    for zone in ("Europe/Vienna", "Europe/Lisbon"):
        client.post(reverse("setup-company"), {"name": "Walzwerk", "time_zone": zone})
    new = people.create(
        values={"email": "new@example.com", "name": "New", "role": Role.LEADER}, now=factories.NOW, actor=olga
    )
    olga.refresh_from_db()
    own.refresh_from_db()
    assert (olga.time_zone, new.time_zone, own.time_zone) == ("Europe/Lisbon", "Europe/Lisbon", "Asia/Tokyo")
    assert AuditEntry.objects.filter(subject_type="company").count() == 2


def test_a_mail_on_trial_goes_to_whoever_asks(client: Client, olga: User, mailoutbox) -> None:
    people.save_company(name="Walzwerk", time_zone="UTC", now=factories.NOW, actor=olga)
    client.post(reverse("setup-mail"))
    assert [letter.to for letter in mailoutbox] == [[olga.email]]
    assert Company.objects.get().mailed_at is not None
    assert "A mail on trial went out" in text(client.get(reverse("setup")))


def test_a_mail_that_cannot_leave_is_told(client: Client, olga: User, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert "The mail could not be sent." in text(client.post(reverse("setup-mail"), follow=True))


@pytest.mark.parametrize("role", Role.values)
def test_first_screen_of_an_empty_database_says_what_is_missing(client: Client, role: str) -> None:
    client.force_login(factories.user(role, None, "Nora New"))
    answer = client.get(reverse("home"), follow=True)
    assert answer.status_code == 200
    assert "No agreement is in force" in text(answer)
    assert 'class="empty"' in answer.content.decode() or "steps are done" in text(answer)
