"""Main tasks by the keyboard alone: decide, hand back, sign, import to its end."""

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from leads.models import Lead
from portal import imports
from sla import handoffs
from sla.models import AgreementVersion, Handoff
from tests import company, factories
from tests.company import HOUR, Company
from tests.journeys.conftest import Enter
from tests.journeys.listening import listen, unexpected
from tests.portal import things

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def tab_to(page: Page, target: Locator, most: int = 80) -> None:
    """Press Tab until the target has focus; a page that never gives it is no page for the keyboard."""
    for _press in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(target).to_be_focused()


def test_person_logs_in_by_keyboard(page: Page, live_server: LiveServer, at: Company) -> None:
    complaints = listen(page)
    page.goto(live_server.url)
    tab_to(page, page.get_by_label("E-mail"))
    page.keyboard.type(at.cast.rep.email)
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_title("Inbox · Concord")
    assert unexpected(complaints) == []


def test_rep_decides_on_the_three_most_urgent_leads_with_three_keys(enter: Enter, at: Company) -> None:
    urgent = [
        company.offered(at, name, ago=HOUR / n)
        for n, name in ((1, "Tarn Ltd"), (2, "Vela Ltd"), (3, "Weiss Ltd"))
    ]
    page = enter(at.cast.rep)
    for handoff in urgent:
        expect(page.locator(f"#handoff-{handoff.pk}")).to_have_attribute("aria-current", "true")
        page.keyboard.press("1")
        expect(page.locator(".toast", has_text=f"Accepted {handoff.lead.account.name}.")).to_be_visible()
    assert set(Handoff.objects.values_list("state", flat=True)) == {"accepted"}


def test_rep_hands_back_by_keyboard(enter: Enter, at: Company) -> None:
    handoff = company.accepted(at, "Vela Medical")
    page = enter(at.cast.rep)
    page.keyboard.press("j")
    page.keyboard.press("3")
    dialog = page.get_by_role("dialog", name="Hand back Vela Medical")
    expect(dialog).to_be_visible()
    page.keyboard.press("1")
    expect(dialog.get_by_role("radio", name="No budget")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    assert Handoff.objects.get(pk=handoff.pk).state == "returned"


def test_marketer_works_the_desk_by_keyboard(enter: Enter, at: Company) -> None:
    asked = company.offered(at, "Asked Ltd")
    handoffs.ask(handoff=asked, actor=at.cast.rep, text="Which plant is it about?", now=at.now)
    given_back = company.declined(at, "Back Ltd")
    contested = company.declined(at, "Contested Ltd")
    ready = company.ready(at, "Ready Ltd")

    def press(account: str, key: str) -> None:
        row = page.locator("[data-row]", has_text=account)
        page.keyboard.press("k")
        for _row in range(4):
            page.keyboard.press("k")
        for _row in range(4):
            if not row.evaluate("element => element === document.activeElement"):
                page.keyboard.press("j")
        expect(row).to_be_focused()
        page.keyboard.press(key)

    def say(dialog: str, words: str, answer: str) -> None:
        expect(page.get_by_role("dialog", name=dialog)).to_be_visible()
        page.keyboard.type(words)
        page.keyboard.press("Control+Enter")
        expect(page.locator(".toast")).to_contain_text(answer)

    page = enter(at.cast.marketer)
    press("Asked Ltd", "1")
    say("Answer about Asked Ltd", "The one in Linz.", "Answered.")
    expect(page.locator("[data-row]:focus")).to_have_count(1)
    press("Back Ltd", "2")
    say("Acknowledge the return of Back Ltd", "", "Acknowledged.")
    press("Contested Ltd", "3")
    say("Contest the decline of Contested Ltd", "The budget is in the dossier.", "Contested.")
    press("Ready Ltd", "1")
    expect(page.locator(".toast")).to_contain_text("Handed over.")
    for handoff in (given_back, contested):
        handoff.refusal.refresh_from_db()
    assert given_back.refusal.acknowledged_by == at.cast.marketer
    assert contested.refusal.contest_note == "The budget is in the dossier."
    assert Handoff.objects.get(lead=ready).state == "offered"


def test_marketing_manager_signs_by_keyboard(enter: Enter, at: Company) -> None:
    draft = things.draft(at)
    page = enter(at.cast.marketing_manager)
    page.goto(f"/agreement/versions/{draft.pk}/sign/")
    for field in page.locator(
        "main form:has(input[type=password]) :is(input:not([type=hidden]), button)"
    ).all():
        tab_to(page, field)
        kind = field.get_attribute("type")
        if kind == "checkbox":
            page.keyboard.press("Space")
        elif kind == "password":
            page.keyboard.type(factories.PASSWORD)
        elif kind == "text":
            page.keyboard.type(at.cast.marketing_manager.name)
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_be_visible()
    assert AgreementVersion.objects.get(pk=draft.pk).signatures.count() == 1


def test_marketer_imports_a_file_by_keyboard(enter: Enter, at: Company, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("id,email,name,company\n7,pat@example.org,Pat Weiss,Weiss Bottling\n")

    def press(verb: str) -> None:
        tab_to(page, page.locator("main").get_by_role("button", name=verb))
        page.keyboard.press("Enter")

    page = enter(at.cast.marketer)
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url("**/imports/")
    page.locator("input[type=file]").set_input_files(file)
    press("Look at the columns")
    expect(page.get_by_role("heading", name="What the columns mean")).to_be_visible()
    tab_to(page, page.get_by_label("Name of the system"))
    page.keyboard.type("crm")
    press("Go on")
    expect(page.get_by_role("heading", name="leads.csv")).to_be_visible()
    imports.work(now=timezone.now)
    expect(page.get_by_role("heading", name="What would happen")).to_be_visible()
    press("Import 1 row")
    expect(page.get_by_role("button", name="Import 1 row")).to_have_count(0)
    imports.work(now=timezone.now)
    expect(page.get_by_role("heading", name="What came of it")).to_be_visible()
    assert Lead.objects.get().email == "pat@example.org"
