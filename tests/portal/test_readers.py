"""Pages and letters speak the language of the reader and tell times in their zone."""

from zoneinfo import ZoneInfo

import pytest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from leads.models import User
from portal import readers


def shown(time_zone: str) -> str:
    request = HttpRequest()
    request.user = User(time_zone=time_zone)
    answer = readers.ReaderMiddleware(lambda _: HttpResponse(timezone.get_current_timezone_name()))(request)
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
    assert (readers.zone("Europe/Berlin"), readers.zone("../etc")) == (ZoneInfo("Europe/Berlin"), None)


@pytest.mark.parametrize(("language", "spoken"), [("de", "de"), ("", "en")])
def test_page_is_written_in_the_language_of_the_reader(language: str, spoken: str) -> None:
    request = HttpRequest()
    request.user = User(language=language)
    answer = readers.ReaderMiddleware(lambda _: HttpResponse(translation.get_language()))(request)
    assert (answer.content.decode(), answer["Content-Language"]) == (spoken, spoken)


def test_nobody_is_spoken_to_in_the_language_of_the_settings() -> None:
    with translation.override("en"), readers.speaking_to(None, otherwise="de"):
        assert translation.get_language() == "de"
