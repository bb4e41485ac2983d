"""A company, and browsers in which its people log in; a page that complains fails its test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from leads.models import User
from tests import company
from tests.company import Company
from tests.journeys.listening import listen, unexpected
from tests.journeys.walk import Axe, Walk, hand_over
from tests.portal import routes, things
from tests.portal.conftest import Samples

Enter = Callable[..., Page]


@pytest.fixture
def at(live_server: LiveServer) -> Company:
    """Return a company whose agreement is in force and that has no leads yet."""
    return company.company()


@pytest.fixture
def enter(browser: Browser, live_server: LiveServer) -> Iterator[Enter]:
    """Return a function that opens a logged-in person's first page, in a browser of their own."""
    opened, complaints = [], []

    def as_user(user: User, **options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, timezone_id="UTC", **options)
        context.set_default_timeout(10_000)
        client = Client()
        client.force_login(user)
        hand_over(client, context, live_server)
        page = context.new_page()
        opened.append(context)
        complaints.append(listen(page))
        page.goto("/")
        return page

    yield as_user
    for context in opened:
        context.close()
    assert [line for heard in complaints for line in unexpected(heard)] == []


@pytest.fixture
def walk(browser: Browser, live_server: LiveServer, axe: Axe) -> Iterator[Walk]:
    at = company.company()
    handoffs, leads = company.every_state(at), company.leads_apart(at)
    clients = {who: Client() for who in routes.COLUMNS}
    for who, user in at.people.items():
        clients[who].force_login(user)
    walk = Walk(browser, live_server, Samples(at, handoffs, leads, clients, things.all_of(at)), axe)
    yield walk
    for page in walk.tabs.values():
        page.context.close()
