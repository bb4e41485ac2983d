"""What people in Sales do all day: decide, work, give back, and look after the team."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.models import Touch
from sla import intake, sweep
from sla.models import Clock, Handoff
from tests import company
from tests.company import DAY, HOUR, Company
from tests.journeys.conftest import Enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)


def row(page: Page, handoff: Handoff):
    return page.locator(f"#handoff-{handoff.pk}")


def state(handoff: Handoff) -> str:
    return Handoff.objects.get(pk=handoff.pk).state


def due(handoff: Handoff, kind: str) -> str:
    """Return when the newest clock of a kind is due, as the page writes it today or tomorrow."""
    clock = Clock.objects.filter(handoff=handoff, kind=kind).latest("started_at", "pk")
    return f"{timezone.localtime(clock.due_at):%H:%M}"


def test_rep_accepts_with_a_key_and_takes_it_back(enter: Enter, at: Company) -> None:
    later = company.offered(at, "Vela Medical", ago=5 * MINUTE)
    first = company.offered(at, "Tarn Energy", ago=HOUR)
    page = enter(at.cast.rep)
    expect(page).to_have_title("Inbox · Concord")
    expect(page.locator("[data-row] .who b")).to_have_text(["Tarn Energy", "Vela Medical"])

    page.keyboard.press("j")
    expect(row(page, first)).to_be_focused()
    page.keyboard.press("1")
    toast = page.locator(".toast", has_text="Accepted Tarn Energy.")
    expect(toast).to_contain_text("First touch is due")
    expect(toast).to_contain_text(due(first, "first_touch"))
    expect(row(page, later)).to_be_focused()
    assert state(first) == "accepted"

    page.keyboard.press("z")
    expect(page.locator(".toast")).to_contain_text("Taken back. Tarn Energy is as it was.")
    expect(row(page, first).get_by_role("button", name="Accept").first).to_be_attached()
    assert state(first) == "offered"


def test_rep_declines_with_keys_alone(enter: Enter, at: Company) -> None:
    handoff = company.offered(at, "Vela Medical")
    page = enter(at.cast.rep)
    page.keyboard.press("j")
    page.keyboard.press("3")
    dialog = page.get_by_role("dialog", name="Decline Vela Medical")
    expect(dialog).to_be_visible()
    page.keyboard.press("2")
    expect(dialog.get_by_role("radio", name="Competitor")).to_be_checked()
    page.keyboard.press("1")
    expect(dialog.get_by_role("radio", name="No budget")).to_be_checked()
    expect(dialog.get_by_label("Note")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(row(page, handoff)).to_have_count(0)
    expect(page.locator(".toast")).to_contain_text("Vela Medical")
    handoff.refresh_from_db()
    assert (handoff.state, handoff.reason_code, handoff.disposition) == ("declined", "no_budget", "recycle")

    page.keyboard.press("z")
    expect(row(page, handoff)).to_be_visible()
    assert state(handoff) == "offered"


def test_numbers_follow_a_move(enter: Enter, at: Company) -> None:
    late = company.offered(at, "Tarn Energy", ago=5 * HOUR)
    company.offered(at, "Vela Medical", ago=5 * MINUTE)
    sweep.run(at.now)
    page = enter(at.cast.rep)
    head, tab = page.get_by_role("heading", name="Late", exact=True), page.get_by_role("link", name="Late")
    expect(page).to_have_title("Late (1) · Inbox · Concord")
    expect(head).to_be_visible()
    expect(tab).to_have_text("Late 1")
    row(page, late).focus()
    page.keyboard.press("3")
    dialog = page.get_by_role("dialog", name="Decline Tarn Energy")
    expect(dialog).to_be_visible()
    page.keyboard.press("1")
    expect(dialog.get_by_label("Note")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(row(page, late)).to_have_count(0)
    expect(page).to_have_title("Inbox · Concord")
    expect(head).to_be_hidden()
    expect(tab).to_have_text("Late 0")
    expect(page.locator("#inbox-sentence")).to_have_text("1 lead needs you.")


@pytest.mark.parametrize("leaves", ["Control+Enter", "Escape"])
def test_dialog_that_is_gone_hears_no_late_answer(enter: Enter, at: Company, leaves: str) -> None:
    """A late answer would complain that its place is gone, which `enter` hears."""
    company.offered(at, "Vela Medical")
    page, late = enter(at.cast.rep), []
    page.keyboard.press("j")
    page.keyboard.press("3")
    dialog = page.get_by_role("dialog", name="Decline Vela Medical")
    dialog.get_by_role("radio", name="Competitor").check()
    expect(dialog.get_by_label("Note")).to_be_visible()
    page.route("**/consequences/**", lambda route: late.append(route))
    dialog.get_by_role("radio", name="No budget").check()
    page.keyboard.press(leaves)
    expect(dialog).to_have_count(0)
    assert len(late) == 1
    late[0].continue_()
    page.wait_for_timeout(500)


def test_second_rep_reads_who_was_faster_and_when(enter: Enter, at: Company) -> None:
    handoff = company.pooled(at, "Vela Medical")
    winner, loser = enter(at.cast.rep), enter(at.cast.other_rep)
    for page in (winner, loser):
        page.keyboard.press("j")
        expect(row(page, handoff)).to_be_focused()
        expect(page.locator("#panel")).to_contain_text("Vela Medical")
    winner.keyboard.press("1")
    expect(winner.locator(".toast")).to_contain_text("Accepted Vela Medical.")
    loser.keyboard.press("1")
    handoff.refresh_from_db()
    told = f"Rita Rep accepted this lead at {timezone.localtime(handoff.decided_at):%H:%M}."
    expect(row(loser, handoff)).to_contain_text(told)
    assert (handoff.state, handoff.rep) == ("accepted", at.cast.rep)


def test_rep_logs_a_touch_then_hands_back(enter: Enter, at: Company) -> None:
    handoff = company.accepted(at, "Vela Medical")
    page = enter(at.cast.rep)
    page.keyboard.press("j")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Log a touch with Vela Medical")
    page.keyboard.press("1")
    expect(dialog.get_by_role("radio", name="Reached")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator(".toast")).to_contain_text("Logged: Reached.")
    assert Touch.objects.filter(lead=handoff.lead, side="sales", reached=True).count() == 1
    clock = Clock.objects.filter(handoff=handoff, kind="first_touch").latest("pk")
    assert clock.state == "met"

    row(page, handoff).focus()
    page.keyboard.press("3")
    dialog = page.get_by_role("dialog", name="Hand back Vela Medical")
    dialog.get_by_role("radio", name="Bad data").check(force=True)
    dialog.get_by_label("Note").fill("The number belongs to somebody else")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(row(page, handoff)).to_have_count(0)
    assert state(handoff) == "returned"


def test_reason_that_needs_words_waits_for_them(enter: Enter, at: Company) -> None:
    handoff = company.offered(at, "Vela Medical")
    page = enter(at.cast.rep)
    page.keyboard.press("j")
    page.keyboard.press("3")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Bad data").check(force=True)
    note = dialog.get_by_label("Note")
    expect(note).to_have_attribute("required", "")
    page.keyboard.press("Control+Enter")
    expect(note).to_be_focused()
    assert state(handoff) == "offered"
    page.keyboard.type("The number belongs to somebody else")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    assert state(handoff) == "declined"


def test_qualifier_learns_qualifies_and_passes_on_to_the_closers(enter: Enter, at: Company) -> None:
    handoff = company.accepted(at, "Vela Medical", to=at.cast.qualifier)
    page = enter(at.cast.qualifier)
    expect(page).to_have_title("Inbox · Concord")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Vela Medical", level=1)).to_be_visible()
    for kind, fields in (("need", {"text": "A second packing line"}), ("authority", {"text": "CFO"})):
        intake.learn(
            lead=handoff.lead, kind=kind, known_at=at.now, now=at.now, actor=at.cast.qualifier, **fields
        )
    page.reload()
    press_action(page, "Qualify…")
    page.get_by_role("dialog").get_by_role("button", name="Qualify").click()
    expect(page.locator(".toast")).to_contain_text("Qualified.")
    assert state(handoff) == "qualified"
    press_action(page, "Hand over")
    expect(page.locator(".toast")).to_contain_text("Handed over.")
    assert Handoff.objects.get(lead=handoff.lead, leg=2).rep == at.closer


def press_action(page: Page, verb: str) -> None:
    """Press a button of the dossier, also one that stands under More."""
    button = page.locator(".head .acts").get_by_text(verb, exact=False).first
    if not button.is_visible():
        page.locator(".head .acts summary").click()
    button.click()


def test_sales_manager_finds_what_is_late_and_gives_it_to_another_rep(enter: Enter, at: Company) -> None:
    handoff = company.accepted(at, "Vela Medical", ago=2 * DAY)
    company.accepted(at, "Tarn Energy", ago=MINUTE)
    sweep.run(timezone.now())
    page = enter(at.cast.sales_manager)
    expect(page.get_by_role("heading", name="Sales north", level=1)).to_be_visible()
    late = page.get_by_role("region", name="Late", exact=True)
    expect(late).to_contain_text("Vela Medical")
    expect(late).not_to_contain_text("Tarn Energy")
    late.get_by_role("link", name="Give to another rep…").first.click()
    dialog = page.get_by_role("dialog", name="Give Vela Medical to another rep")
    dialog.get_by_label("New owner").select_option(label="Otto Other")
    dialog.get_by_role("button", name="Give").click()
    expect(page.locator(".toast")).to_contain_text("Given to another rep.")
    expect(page).to_have_title("Late (1) · Team · Concord")
    handoff.refresh_from_db()
    assert (handoff.rep, handoff.state) == (at.cast.other_rep, "accepted")
