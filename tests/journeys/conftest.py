"""A company, and browsers in which its people log in; a page that complains fails its test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from leads.models import User
from tests import company, factories
from tests.company import Company

Enter = Callable[..., Page]
#: The browser calls every answer to a faulty form, and to whoever was too late, an error.
EXPECTED = ("status of 422", "status of 409")
#: A violation of the content security policy becomes a line of the console like any other complaint.
LISTEN = """addEventListener("securitypolicyviolation", (event) =>
    console.error(`${event.violatedDirective} forbids ${event.blockedURI}`))"""


def listen(page: Page) -> list[str]:
    """Collect what the console complains of, policy violations included."""
    complaints: list[str] = []
    page.add_init_script(LISTEN)
    page.on(
        "console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def unexpected(complaints: list[str]) -> list[str]:
    return [line for line in complaints if not any(words in line for words in EXPECTED)]


@pytest.fixture
def at(live_server: LiveServer) -> Company:
    """Return a company whose agreement is in force and that has no leads yet."""
    return company.company()


@pytest.fixture
def enter(browser: Browser, live_server: LiveServer) -> Iterator[Enter]:
    """Return a function that logs a person in through the form, in a browser of their own."""
    opened, complaints = [], []

    def as_user(user: User, **options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, timezone_id="UTC", **options)
        context.set_default_timeout(10_000)
        page = context.new_page()
        opened.append(context)
        complaints.append(listen(page))
        page.goto("/")
        page.get_by_label("E-mail").fill(user.email)
        page.get_by_label("Password").fill(factories.PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(lambda address: "/login/" not in address)
        return page

    yield as_user
    for context in opened:
        context.close()
    assert [line for heard in complaints for line in unexpected(heard)] == []
