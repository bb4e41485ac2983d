"""The frame in a real browser: keys, dialogs, themes, small screens, and nothing for axe to find."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from leads.choices import Role
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
Axe = Callable[[Page], list[str]]
ADDRESS = "operations@example.com"


@pytest.fixture
def pieces(page: Page, live_server: LiveServer) -> Iterator[Page]:
    """Open the page of all pieces as somebody of operations; no line of the console may complain."""
    factories.user(Role.OPERATIONS, email=ADDRESS, name="Ola Berg")
    complaints: list[str] = []
    page.on(
        "console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.emulate_media(reduced_motion="reduce")  # no color is measured halfway
    page.goto(f"{live_server.url}/login/?next=/styleguide/")
    page.get_by_label("E-mail").fill(ADDRESS)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/styleguide/")
    yield page
    # The browser names every answer to a faulty form an error.
    assert [line for line in complaints if "422" not in line] == []


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, pieces: Page) -> Page:
    pieces.emulate_media(color_scheme=request.param)
    return pieces


def has_sideways_scroll(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_pieces_have_nothing_for_axe(themed: Page, axe: Axe) -> None:
    assert axe(themed) == []


@pytest.mark.parametrize("width", [320, 720, 960])
def test_pieces_fit_every_width(pieces: Page, axe: Axe, width: int) -> None:
    pieces.set_viewport_size({"width": width, "height": 800})
    assert not has_sideways_scroll(pieces)
    assert axe(pieces) == []


def test_fingers_find_targets_of_44_pixels(pieces: Page) -> None:
    pieces.set_viewport_size({"width": 390, "height": 800})
    small = pieces.evaluate(
        """() => [...document.querySelectorAll(
              'button, input:not([type=hidden]), select, textarea, nav a, summary')]
            .filter((e) => e.offsetParent && !e.closest('.tile, .sel, label:has(input)'))
            .filter((e) => e.getBoundingClientRect().height < 44)
            .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert small == []


def test_rows_are_worked_by_keys(pieces: Page) -> None:
    pieces.keyboard.press("j")
    expect(pieces.locator("#row-1")).to_be_focused()
    pieces.keyboard.press("ArrowDown")
    expect(pieces.locator("#row-2")).to_be_focused()
    expect(pieces.locator("#row-2 .keys")).to_be_visible()
    expect(pieces.locator("#row-1 .keys")).to_be_hidden()
    pieces.keyboard.press("3")
    expect(pieces.get_by_role("dialog")).to_be_visible()
    pieces.keyboard.press("Escape")
    expect(pieces.get_by_role("dialog")).to_have_count(0)
    expect(pieces.locator("#row-2 [data-key='3']")).to_be_focused()


def test_dialog_has_nothing_for_axe(pieces: Page, axe: Axe) -> None:
    pieces.keyboard.press("?")
    expect(pieces.get_by_role("dialog", name="Keys and help")).to_be_visible()
    assert axe(pieces) == []


def test_single_keys_rest_while_typing_and_when_switched_off(pieces: Page) -> None:
    pieces.get_by_label("E-mail").focus()
    pieces.keyboard.type("j?")
    expect(pieces.get_by_label("E-mail")).to_have_value("j?")
    pieces.get_by_label("Ola Berg, account").click()
    pieces.get_by_role("button", name="Single-key shortcuts").click()
    pieces.keyboard.press("?")
    pieces.keyboard.press("j")
    expect(pieces.get_by_role("dialog")).to_have_count(0)
    expect(pieces.locator("#row-1")).not_to_be_focused()


def test_theme_chosen_in_the_menu_beats_the_system(pieces: Page) -> None:
    pieces.get_by_label("Ola Berg, account").click()
    pieces.get_by_role("button", name="Dark").click()
    expect(pieces.locator("html")).to_have_attribute("data-theme", "dark")
    expect(pieces.locator("html")).to_have_css("color-scheme", "dark")


def test_faulty_form_leads_to_its_fields(pieces: Page, axe: Axe) -> None:
    pieces.get_by_role("button", name="Keep").click()
    pieces.get_by_role("alert").get_by_role("link", name="E-mail").click()
    expect(pieces.get_by_label("E-mail")).to_be_focused()
    assert axe(pieces) == []


def test_countdown_runs_by_the_servers_time(pieces: Page) -> None:
    clock = pieces.locator(".clk.soon time").first
    before = clock.inner_text()
    pieces.wait_for_timeout(1500)
    assert before != clock.inner_text()


def test_toast_can_be_dismissed_and_says_how_long_undo_lasts(pieces: Page) -> None:
    toast = pieces.locator(".toast")
    expect(toast.locator("time")).to_have_text("1:59")
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)


def test_session_that_ended_leads_to_the_login(pieces: Page) -> None:
    pieces.context.clear_cookies()
    pieces.keyboard.press("?")
    expect(pieces).to_have_title("Log in · Concord")
    assert pieces.url.endswith("/login/?next=%2Fstyleguide%2F")


def test_pieces_print_without_the_frame(pieces: Page) -> None:
    pieces.emulate_media(media="print")
    expect(pieces.get_by_role("heading", name="Pieces")).to_be_visible()
    expect(pieces.locator(".rail")).to_be_hidden()
    expect(pieces.locator(".toasts")).to_be_hidden()


def test_pages_work_without_script(browser: Browser, live_server: LiveServer) -> None:
    factories.user(Role.OPERATIONS, email=ADDRESS)
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("E-mail").fill(ADDRESS)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.goto("/styleguide/")
    page.locator("[data-help]").click()
    expect(page.get_by_role("heading", name="Keys and help")).to_be_visible()
    context.close()
