"""A fragment brings its toast, its sentence and its focus along."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxDetails

from portal import htmx, toasts
from tests import factories

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/leads/?view=late"}


@pytest.fixture
def asked(rf: RequestFactory) -> HttpRequest:
    request = rf.post("/inbox/7/accept/", headers=HTMX)
    request.htmx = HtmxDetails(request)
    request._messages = CookieStorage(request)
    return request


def test_answer_reads_the_toast_out(asked: HttpRequest) -> None:
    toasts.say(asked, "Accepted Vela.", sub="Due 14:42.", undo_url="/undo/7/")
    body = htmx.answer(asked, None).content.decode()
    assert '<p id="news" hx-swap-oob="innerHTML">Accepted Vela. Due 14:42.</p>' in body
    assert 'action="/undo/7/"' in body
    assert '<input type="hidden" name="next" value="/leads/?view=late">' in body


def test_answer_without_news_leaves_the_status_line_alone(asked: HttpRequest) -> None:
    assert htmx.answer(asked, None).content.decode().strip() == ""


def test_answer_sends_focus_and_closes_the_dialog(asked: HttpRequest) -> None:
    answer = htmx.answer(
        asked, None, focus="#row-8", close_dialog=True, new_target="#row-7", new_swap="delete", status=409
    )
    assert answer.status_code == 409
    assert json.loads(answer["HX-Trigger-After-Settle"]) == {"concord:focus": {"target": "#row-8"}}
    assert json.loads(answer["HX-Trigger"]) == {"concord:close": {}}
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#row-7", "delete")


def test_ended_session_sends_the_whole_page_to_the_login(client: Client) -> None:
    answer = client.get("/more/", headers=HTMX)
    address = urlsplit(answer["HX-Redirect"])
    assert (answer.status_code, address.path) == (200, "/login/")
    assert parse_qs(address.query) == {"next": ["/leads/?view=late"]}


@pytest.mark.django_db
def test_other_redirects_of_a_fragment_are_left_alone(client: Client) -> None:
    client.force_login(factories.user())
    answer = client.post("/appearance/", {"next": "/more/"}, headers=HTMX)
    assert (answer.status_code, answer["Location"]) == (302, "/more/")
