"""Operations keep working hours: several spans a day, holidays looked at first, a revision each."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leads.choices import Role
from leads.models import CalendarRevision
from sla import calendars
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/calendars/default/"
FILLED = {
    "name": "Default", "timezone": "Europe/Vienna", "mon": "9:00-12:00, 13:00–17:30", "fri": "09:00 to 14:00",
    "holidays": "2026-12-25\n2027-01-01 New Year", "overrides": "2026-12-24 closed\n2026-12-31 09:00–12:00",
    "breaks": "2026-11-30 10:00–11:30",
}  # fmt: skip


@pytest.fixture
def operations(client: Client) -> Client:
    factories.calendar()
    client.force_login(factories.user(Role.OPERATIONS))
    return client


def test_several_spans_a_day_become_a_new_revision(operations: Client) -> None:
    assert operations.post(ADDRESS, FILLED).status_code == 302
    saved = calendars.schedule("default").to_json()
    assert saved["hours"]["mon"] == [["09:00", "12:00"], ["13:00", "17:30"]]
    assert saved["overrides"] == {"2026-12-24": [], "2026-12-31": [["09:00", "12:00"]]}
    assert saved["breaks"] == [{"date": "2026-11-30", "from": "10:00", "to": "11:30"}]
    assert saved["holidays"] == ["2026-12-25", "2027-01-01"]
    assert CalendarRevision.objects.filter(calendar__key="default").count() == 2


def test_saving_it_as_it_stands_makes_no_revision(operations: Client) -> None:
    operations.post(ADDRESS, FILLED)
    shown = operations.get(ADDRESS).context["form"].initial
    operations.post(ADDRESS, shown)
    assert CalendarRevision.objects.filter(calendar__key="default").count() == 2


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"overrides": "2026-12-25 09:00–12:00"}, "overrides", "To open on it, remove the holiday."),
        ({"mon": "nine to five"}, "mon", "is no span of hours"),
        ({"mon": "17:00-09:00"}, "mon", ""),
        ({"holidays": "25 Dec"}, "holidays", "is not a date"),
        ({"mon": "", "fri": ""}, "__all__", "at least one opening"),
    ],
)
def test_fault_stands_at_its_field(
    operations: Client, change: dict[str, str], field: str, words: str
) -> None:
    answer = operations.post(ADDRESS, {**FILLED, **change})
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])


def test_public_holidays_are_looked_at_before_they_are_kept(operations: Client) -> None:
    answer: Any = operations.get(ADDRESS, {"country": "AT", "year": "2027"})
    assert "2027-10-26" in answer.context["form"].initial["holidays"]
    assert "National Day" in answer.content.decode()
    assert CalendarRevision.objects.filter(calendar__key="default").count() == 1
    wrong = operations.get(ADDRESS, {"country": "DE", "year": "2027", "region": "ZZ"})
    assert "Regions of this country" in wrong.content.decode()


def test_new_calendar_gets_a_key_of_its_own(operations: Client) -> None:
    answer = operations.post(reverse("settings-calendar-new"), {**FILLED, "name": "Default"})
    assert answer["Location"] == "/settings/calendars/default-2/"
