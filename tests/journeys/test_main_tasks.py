"""What the main task of each role costs from the first screen: clicks and choices, counted."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from sla import sweep
from sla.models import Handoff
from tests import company
from tests.company import HOUR, Company
from tests.journeys.conftest import Enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
LATE = [f"{name} Ltd" for name in ("Arno", "Brahe", "Curie", "Dirac", "Euler")]


class Hand:
    """Clicks and chooses for a person, and counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.choices = page, 0, 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def choose(self, field: Locator, label: str) -> None:
        self.choices += 1
        field.select_option(label=label)


def gives_a_late_lead_to_another_rep(hand: Hand) -> None:
    late = hand.page.get_by_role("region", name="Late", exact=True)
    expect(late).to_contain_text("Arno Ltd")
    expect(late).to_contain_text("Rita Rep")
    row = late.get_by_role("row").filter(has_text="Arno Ltd").first
    hand.click(row.get_by_role("link", name="Give to another rep…"))
    dialog = hand.page.get_by_role("dialog", name="Give Arno Ltd to another rep")
    hand.choose(dialog.get_by_role("combobox"), "Otto Other")
    hand.click(dialog.get_by_role("button", name="Give"))
    expect(hand.page.locator(".toast")).to_contain_text("Given to another rep.")
    assert Handoff.objects.filter(lead__account__name="Arno Ltd").latest("hop").rep.name == "Otto Other"


def opens_the_leads_of_the_worst_commitment(hand: Hand) -> None:
    finding = hand.page.locator(".finding b")
    expect(finding).to_have_text("First touch is the weak spot:")
    worst = (finding.text_content() or "").removesuffix(" is the weak spot:")
    hand.click(hand.page.get_by_role("table").get_by_role("link", name=worst, exact=True).first)
    leads = hand.page.get_by_role("region", name="Leads")
    for account in LATE:
        expect(leads).to_contain_text(account)


def reads_the_verdict(hand: Hand) -> None:
    expect(hand.page.locator("h1")).to_contain_text("Both sides kept")
    definition = hand.page.get_by_role("region", name="Is the definition true?")
    expect(definition).to_contain_text("No handoff is old enough to judge yet.")


@pytest.mark.parametrize(
    ("role", "task", "clicks", "choices"),
    [
        ("sales_manager", gives_a_late_lead_to_another_rep, 2, 1),
        ("marketing_manager", opens_the_leads_of_the_worst_commitment, 1, 0),
        ("leader", reads_the_verdict, 0, 0),
    ],
)
def test_main_task_costs_what_the_design_says(
    enter: Enter, at: Company, role: str, task: Callable[[Hand], None], clicks: int, choices: int
) -> None:
    for account in LATE:
        company.accepted(at, account, ago=5 * HOUR)
    sweep.run(timezone.now())
    hand = Hand(enter(at.people[role]))
    task(hand)
    assert (hand.clicks, hand.choices) == (clicks, choices)
