"""The main path needs no script: real links, real forms, real pages."""

import pytest
from playwright.sync_api import expect

from sla.models import Handoff
from tests import company
from tests.company import Company
from tests.journeys.conftest import Enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_rep_accepts_undoes_and_declines_without_script(enter: Enter, at: Company) -> None:
    handoff = company.offered(at, "Vela Medical")
    page = enter(at.cast.rep, java_script_enabled=False, viewport={"width": 390, "height": 800})
    row = page.locator(f"#handoff-{handoff.pk}")
    row.get_by_role("button", name="Accept").click()
    expect(page.locator(".toast")).to_contain_text("Accepted Vela Medical.")
    assert Handoff.objects.get(pk=handoff.pk).state == "accepted"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("Taken back. Vela Medical is as it was.")

    row.get_by_role("link", name="Decline…").click()
    expect(page.get_by_role("heading", name="Decline Vela Medical")).to_be_visible()
    page.get_by_role("radio", name="No budget").check(force=True)
    page.get_by_role("button", name="Decline").click()
    refused = Handoff.objects.get(pk=handoff.pk)
    assert (refused.state, refused.disposition) == ("declined", "recycle")
    expect(page.locator(".toast")).to_contain_text("Vela Medical")
    page.get_by_role("button", name="Undo").click()
    assert Handoff.objects.get(pk=handoff.pk).state == "offered"


def test_second_rep_is_told_without_script(enter: Enter, at: Company) -> None:
    handoff = company.pooled(at, "Vela Medical")
    phone = {"java_script_enabled": False, "viewport": {"width": 390, "height": 800}}
    winner, loser = enter(at.cast.rep, **phone), enter(at.cast.other_rep, **phone)
    for page in (winner, loser):
        page.get_by_role("button", name="Accept").click()
    expect(loser.locator(".toast")).to_contain_text("Rita Rep accepted this lead at")
    assert Handoff.objects.get(pk=handoff.pk).rep == at.cast.rep
