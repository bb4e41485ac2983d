"""What people in Marketing do: answer, take leads back, contest, hand over, and keep their own promises."""

import csv
import io

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from sla import handoffs, sweep
from sla.models import Handoff, Question
from tests import company
from tests.company import DAY, Company
from tests.journeys.conftest import Enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def row(page: Page, account: str) -> Locator:
    """Return the desk's row of an account, with its buttons in sight."""
    found = page.locator("[data-row]", has_text=account)
    found.focus()
    return found


def press(page: Page, account: str, verb: str) -> None:
    row(page, account).locator(".keys").get_by_text(verb).click()


def said(page: Page, text: str) -> None:
    expect(page.locator(".toast")).to_contain_text(text)


def test_marketer_answers_a_reps_question(enter: Enter, at: Company) -> None:
    handoff = company.offered(at, "Vela Medical")
    handoffs.ask(handoff=handoff, actor=at.cast.rep, text="Which plant is it about?", now=at.now)
    page = enter(at.cast.marketer)
    expect(page).to_have_title("Marketing desk · Concord")
    press(page, "Vela Medical", "Answer…")
    dialog = page.get_by_role("dialog", name="Answer about Vela Medical")
    expect(dialog).to_contain_text("Which plant is it about?")
    dialog.get_by_label("Answer").fill("The one in Linz.")
    dialog.get_by_role("button", name="Answer").click()
    said(page, "Answered. The clock to decide goes on.")
    assert Question.objects.get(handoff=handoff).answer == "The one in Linz."
    expect(page.locator("[data-row]", has_text="Which plant")).to_have_count(0)


def test_marketer_takes_one_back_contests_another_and_hands_over_a_third(enter: Enter, at: Company) -> None:
    taken = company.declined(at, "Vela Medical")
    wrong = company.declined(at, "Tarn Energy")
    ready = company.ready(at, "Weiss Bottling")
    page = enter(at.cast.marketer)
    expect(page.get_by_role("heading", name="Marketing desk")).to_be_visible()

    press(page, "Vela Medical", "Acknowledge…")
    dialog = page.get_by_role("dialog", name="Acknowledge the return of Vela Medical")
    dialog.get_by_role("button", name="Acknowledge").click()
    said(page, "Acknowledged.")

    press(page, "Tarn Energy", "Contest…")
    dialog = page.get_by_role("dialog", name="Contest the decline of Tarn Energy")
    dialog.get_by_label("What speaks against the decline?").fill("The budget is in the dossier.")
    dialog.get_by_role("button", name="Contest").click()
    said(page, "Contested. The referee is told.")

    press(page, "Weiss Bottling", "Hand over")
    said(page, "Handed over.")
    for handoff in (taken, wrong):
        handoff.refusal.refresh_from_db()
    assert taken.refusal.acknowledged_by == at.cast.marketer
    assert wrong.refusal.contest_note == "The budget is in the dossier."
    assert Handoff.objects.get(lead=ready).state == "offered"


def test_referee_rules_and_the_lead_is_offered_again(enter: Enter, at: Company) -> None:
    handoff = company.declined(at, "Vela Medical")
    handoffs.contest(handoff=handoff, actor=at.cast.marketer, note="The budget is known.", now=at.now)
    page = enter(at.referee)
    page.goto(f"/leads/{handoff.lead_id}/")
    page.locator(".head .acts").get_by_role("link", name="Rule…").click()
    dialog = page.get_by_role("dialog", name="Rule on Vela Medical")
    expect(dialog).to_contain_text("The budget is known.")
    dialog.get_by_label("Decline overturned").check()
    dialog.get_by_role("button", name="Rule").click()
    said(page, "Ruled. Both sides are told.")
    assert Handoff.objects.get(lead=handoff.lead, cycle=2).state == "offered"


def test_marketing_manager_follows_the_worst_commitment_to_its_leads(enter: Enter, at: Company) -> None:
    company.accepted(at, "Vela Medical")
    late = [
        company.accepted(at, f"{name} Energy", ago=2 * DAY)
        for name in ("Tarn", "Ohm", "Volt", "Watt", "Ampere")
    ]
    sweep.run(timezone.now())
    page = enter(at.cast.marketing_manager)
    expect(page).to_have_title("Compliance · Concord")
    sales = page.get_by_role("region", name="Sales", exact=True)
    sales.get_by_role("row", name="Missed").first.get_by_role("link").click()
    expect(page.locator("h1")).to_contain_text("First touch")
    page.locator("nav.tabs").get_by_role("link", name="Missed").click()
    leads = page.get_by_role("region", name="Leads")
    expect(leads.get_by_role("row", name="Energy")).to_have_count(5)
    expect(leads).not_to_contain_text("Vela Medical")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert {int(line["lead_id"]) for line in rows} == {handoff.lead_id for handoff in late}
