"""Go through pages as the people who see them, and write down what is wrong with each."""

from collections.abc import Callable

from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.journeys.listening import listen, unexpected
from tests.journeys.pages import Visit
from tests.portal.conftest import Samples

Axe = Callable[[Page], list[str]]
#: Icons and shapes that nothing keeps small: a picture without a size fills whatever holds it.
SWOLLEN = """() => [...document.querySelectorAll("svg")]
    .filter(one => one.matches(".i") || (one.getAttribute("viewBox") || "").split(" ")[2] <= 24)
    .map(one => Math.round(one.getBoundingClientRect().width))
    .filter(width => width > 64).map(width => `an icon of ${width} px`)"""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 700}


def hand_over(client: Client, context: BrowserContext, server: LiveServer) -> None:
    """Let a browser go on where a client logged in."""
    cookies = client.cookies.values()
    context.add_cookies([{"name": c.key, "value": c.value, "url": server.url} for c in cookies])


class Walk:
    """One page per person, kept open; what is wrong with a visit is written down and the walk goes on."""

    def __init__(self, browser: Browser, server: LiveServer, samples: Samples, axe: Axe) -> None:
        self.browser, self.server, self.samples, self.axe = browser, server, samples, axe
        self.tabs: dict[str, Page] = {}
        self.heard: dict[str, list[str]] = {}
        self.wrong: list[str] = []

    def tab(self, who: str) -> Page:
        if who not in self.tabs:
            context = self.browser.new_context(
                base_url=self.server.url, viewport=WIDE, reduced_motion="reduce"
            )
            context.set_default_timeout(10_000)
            hand_over(self.samples.clients[who], context, self.server)
            self.tabs[who] = context.new_page()
            self.heard[who] = listen(self.tabs[who])
        return self.tabs[who]

    def visit(self, visit: Visit) -> None:
        page = self.tab(visit.who)
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
        answer = page.goto(self.samples.address(visit.name, visit.subject) + visit.query)
        assert answer is not None
        self.note(visit, [] if answer.status == 200 else [f"answers {answer.status}"])
        self.look(visit, "light")
        for verb in visit.opens:
            self.open(visit, page, verb)
        self.note(visit, unexpected(self.heard[visit.who]))
        self.heard[visit.who].clear()

    def look(self, visit: Visit, what: str) -> None:
        """Run axe in both themes, in the reader's own colors and on a phone, as the page is now."""
        page = self.tab(visit.who)
        self.note(visit, self.axe(page), what)
        self.note(visit, page.evaluate(SWOLLEN), what)
        page.emulate_media(color_scheme="dark")
        self.note(visit, self.axe(page), f"{what} dark")
        page.emulate_media(color_scheme="light", forced_colors="active")
        self.note(visit, self.axe(page), f"{what} forced colors")
        page.emulate_media(color_scheme="dark", forced_colors="none")
        page.set_viewport_size(NARROW)
        self.note(visit, self.axe(page), f"{what} narrow")
        width = page.evaluate("document.documentElement.scrollWidth")
        self.note(visit, [f"{width} px wide"] if width > NARROW["width"] else [], f"{what} narrow")
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")

    def open(self, visit: Visit, page: Page, verb: str) -> None:
        """Look at the dialog that a link opens; nothing is sent."""
        link = page.locator("main").get_by_role("link", name=verb).first
        row = page.locator("[data-row]").filter(has=page.get_by_role("link", name=verb, include_hidden=True))
        if row.count():
            row.first.focus()
        elif not link.is_visible():
            page.locator("main summary").first.click()
        link.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        self.look(visit, f"dialog {verb}")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)

    def note(self, visit: Visit, found: list[str], where: str = "") -> None:
        self.wrong += [f"{visit} {where}: {line}" for line in found]
