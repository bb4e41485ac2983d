"""A toast waits for the next page or fragment, whichever comes first, and comes once."""

from datetime import UTC, datetime

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import RequestFactory

from portal import toasts

UNTIL = datetime(2026, 11, 18, 9, 2, tzinfo=UTC)


@pytest.fixture
def asked(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/inbox/")
    request._messages = CookieStorage(request)
    return request


def test_toast_keeps_its_undo(asked: HttpRequest) -> None:
    toasts.say(asked, "Accepted Vela.", sub="Due 14:42.", undo_url="/undo/7/", until=UNTIL)
    assert toasts.pending(asked) == [
        toasts.Toast("Accepted Vela.", "success", sub="Due 14:42.", undo_url="/undo/7/", until=UNTIL)
    ]


def test_toast_of_another_app_is_shown_plain(asked: HttpRequest) -> None:
    messages.warning(asked, "Careful.", extra_tags="safe bold")
    assert toasts.pending(asked) == [toasts.Toast("Careful.", "warning")]


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/leads/7/?tab=2", "/leads/7/?tab=2"),
        ("https://example.org/", "/inbox/"),
        ("//example.org", "/inbox/"),
        ("", "/inbox/"),
    ],
)
def test_way_back_stays_on_this_site(rf: RequestFactory, wanted: str, led_to: str) -> None:
    assert toasts.back(rf.post("/x/", {"next": wanted}), "/inbox/") == led_to
