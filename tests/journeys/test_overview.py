"""Those who look at the whole: the leader reads the verdict, operations sees to it that all is there."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sla import sweep
from tests import company
from tests.company import DAY, Company
from tests.journeys.conftest import Enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_leader_reads_whether_both_sides_kept_their_word(enter: Enter, at: Company) -> None:
    company.accepted(at, "Tarn Energy", ago=2 * DAY)
    sweep.run(timezone.now())
    page = enter(at.cast.leader)
    expect(page).to_have_title("Alignment · Concord")
    expect(page.locator("h1")).to_contain_text("Both sides kept")
    expect(page.get_by_role("region", name="Is the definition true?")).to_contain_text(
        "No handoff is old enough to judge yet."
    )
    expect(page.get_by_role("region", name="Follow-up")).to_contain_text("1 lead handed over")
    # Leaders judge the two sides, not persons.
    expect(page.locator("main")).not_to_contain_text("Rita Rep")
    page.get_by_role("region", name="Commitments of both sides").get_by_role(
        "link", name="First touch"
    ).first.click()
    expect(page.get_by_role("region", name="Leads")).to_contain_text("Tarn Energy")
    expect(page.locator("main")).not_to_contain_text("Rita Rep")


@pytest.mark.parametrize("width", [1280, 390])
def test_own_days_are_asked_only_for_a_period_of_ones_own(enter: Enter, at: Company, width: int) -> None:
    page = enter(at.cast.leader)
    page.set_viewport_size({"width": width, "height": 800})
    for name in ("From", "To"):
        expect(page.get_by_label(name, exact=True)).to_be_hidden()
    page.get_by_label("Period").select_option("own")
    for name in ("From", "To"):
        expect(page.get_by_label(name, exact=True)).to_be_visible()


def test_operations_finds_any_lead(enter: Enter, at: Company) -> None:
    for account in ("Vela Medical", "Tarn Energy"):
        company.offered(at, account)
    page = enter(at.cast.operations)
    expect(page).to_have_title("Settings · Concord")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Leads").click()
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.locator("main")).to_contain_text("Vela Medical")
    page.keyboard.press("/")
    page.keyboard.type("tarn")
    page.keyboard.press("Enter")
    expect(page.locator("main")).not_to_contain_text("Vela Medical")
    expect(page.get_by_role("heading", name="Tarn Energy", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Alignment")).to_be_visible()
