"""Times are shown in the zone of the reader."""

from zoneinfo import ZoneInfo

import pytest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from leads.models import User
from portal import zones


def shown(time_zone: str) -> str:
    request = HttpRequest()
    request.user = User(time_zone=time_zone)
    answer = zones.ReaderZoneMiddleware(lambda _: HttpResponse(timezone.get_current_timezone_name()))(request)
    return answer.content.decode()


@pytest.mark.parametrize(
    ("name", "zone"), [("Asia/Kolkata", "Asia/Kolkata"), ("", "UTC"), ("Mars/Base", "UTC")]
)
def test_page_is_drawn_in_the_zone_of_the_reader(name: str, zone: str) -> None:
    assert shown(name) == zone


def test_zone_does_not_outlive_the_request() -> None:
    before = timezone.get_current_timezone_name()
    shown("Asia/Kolkata")
    assert timezone.get_current_timezone_name() == before


def test_unknown_zone_is_none() -> None:
    assert (zones.zone("Europe/Berlin"), zones.zone("../etc")) == (ZoneInfo("Europe/Berlin"), None)
