"""Nights in which Berlin changes its clocks, and readers who live elsewhere: what pages say of times."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from leads.models import User
from sla.models import Clock
from tests import company
from tests.company import Company

pytestmark = pytest.mark.django_db
#: When a lead is offered; then as the page says it: that moment, two hours later, and the zone's name there.
NIGHTS = {
    "spring": (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "01:30", "04:30", "CEST"),
    "autumn": (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), "01:30", "02:30", "CET"),
}


def text(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().replace("\xa0", " ").split())


def reader(play: Company, zone: str) -> Client:
    User.objects.filter(pk=play.cast.rep.pk).update(time_zone=zone)
    client = Client()
    client.force_login(play.cast.rep)
    return client


@pytest.fixture(params=NIGHTS)
def night(request: pytest.FixtureRequest, time_machine: TimeMachineFixture):
    """Offer a lead at half past one of the night, and stop the clock a minute before it is due."""
    at, *said = NIGHTS[request.param]
    time_machine.move_to(at, tick=False)
    play = company.company()  # open day and night
    handoff = company.offered(play, "Night Ltd", ago=timedelta(0))
    clock = Clock.objects.get(handoff=handoff, kind="decide")
    assert clock.due_at == at + timedelta(hours=2)
    time_machine.move_to(clock.due_at - timedelta(minutes=1), tick=False)
    return play, clock, said


def test_inbox_tells_the_due_time_by_the_clock_on_the_wall_of_that_night(night) -> None:
    play, _clock, (_begun, due, short) = night
    shown = text(reader(play, "Europe/Berlin"), "/inbox/")
    assert due in shown
    assert "1 m" in shown
    assert f"Times in Europe/Berlin ({short})" in shown


def test_clock_page_adds_up_to_two_hours_on_both_sides_of_the_change(night) -> None:
    play, clock, (begun, due, _short) = night
    shown = text(reader(play, "Europe/Berlin"), f"/clocks/{clock.pk}/")
    assert begun in shown
    assert due in shown
    assert "2 h" in shown
    assert "3 h" not in shown
    assert "1 h" not in shown


def test_reader_in_a_zone_without_a_change_reads_the_same_span(night) -> None:
    play, clock, _said = night
    shown = text(reader(play, "Asia/Kolkata"), f"/clocks/{clock.pk}/")
    local = clock.due_at + timedelta(hours=5, minutes=30)
    assert f"{local:%H:%M}" in shown
    assert "2 h" in shown


def test_zone_of_the_agreement_is_named_where_the_reader_lives_elsewhere() -> None:
    play = company.company()
    said = "the agreement counts its days in Europe/Berlin"
    assert said not in text(reader(play, "Europe/Berlin"), "/inbox/")
    assert said in text(reader(play, "America/New_York"), "/inbox/")
