"""Rows are worked without a mouse: focus, panel, sentence and dialog follow each move."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.portal.rows_site")]
TEMPLATES = Path(__file__).parent / "rows_site"


@pytest.fixture
def rows(page: Page, live_server: LiveServer, settings: Settings, client: Client) -> Page:
    """Open the rows as a rep, with the first row focused."""
    stock = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**stock, "DIRS": [*stock["DIRS"], TEMPLATES]}]
    client.force_login(factories.user())
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(f"{live_server.url}/rows/")
    page.keyboard.press("j")
    return page


def test_accepting_moves_on_to_the_next_row(rows: Page) -> None:
    rows.keyboard.press("1")
    expect(rows.locator("#row-1")).to_contain_text("accepted")
    expect(rows.locator("#row-2")).to_be_focused()
    expect(rows.locator("#panel")).to_have_text("Panel 2")
    expect(rows.get_by_role("status")).to_have_text("Accepted row 1.")
    expect(rows.locator(".toast")).to_contain_text("Accepted row 1.")


def test_row_that_leaves_gives_focus_to_the_next(rows: Page) -> None:
    rows.keyboard.press("j")
    rows.keyboard.press("j")
    rows.keyboard.press("1")
    expect(rows.locator("#row-3")).to_have_count(0)
    expect(rows.locator("#row-4")).to_be_focused()


def test_declining_in_the_dialog_returns_to_the_list(rows: Page) -> None:
    rows.keyboard.press("3")
    dialog = rows.get_by_role("dialog", name="Decline row 1")
    expect(dialog.get_by_label("Note")).to_be_focused()
    rows.keyboard.type("too small")
    rows.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(rows.locator("#row-1")).to_have_count(0)
    expect(rows.locator("#row-2")).to_be_focused()
    expect(rows.get_by_role("status")).to_have_text("Declined row 1.")


def test_faulty_dialog_stays_and_leads_to_the_field(rows: Page, axe: Callable[[Page], list[str]]) -> None:
    rows.keyboard.press("3")
    rows.get_by_label("Note").fill("no")
    rows.get_by_role("button", name="Decline it").click()
    note = rows.get_by_label("Note")
    expect(note).to_have_attribute("aria-invalid", "true")
    expect(note).to_be_focused()
    assert axe(rows) == []


def test_only_one_row_is_in_the_tab_order(rows: Page) -> None:
    rows.keyboard.press("1")
    expect(rows.locator("#row-2")).to_be_focused()
    assert rows.locator("[data-row]").evaluate_all("all => all.map(row => row.tabIndex)") == [
        -1,
        0,
        -1,
        -1,
        -1,
    ]


def test_failure_is_said_and_nothing_is_lost(rows: Page) -> None:
    rows.keyboard.press("9")
    expect(rows.get_by_role("status")).to_contain_text("Concord could not do that.")
    expect(rows.locator("#row-1")).to_be_visible()


def test_news_is_polled_but_not_under_an_open_dialog(rows: Page) -> None:
    rows.keyboard.press("3")
    expect(rows.get_by_role("dialog")).to_be_visible()
    rows.wait_for_timeout(2500)
    assert rows.locator("#fresh").inner_text() == ""
    rows.keyboard.press("Escape")
    expect(rows.locator("#fresh")).to_have_text("One new row")


def test_g_and_a_letter_lead_elsewhere(rows: Page) -> None:
    rows.keyboard.press("g")
    rows.keyboard.press("i")
    rows.wait_for_url("**/inbox/")
