"""The weekly letter is written once, on Monday morning, and both sides read the same text."""

from datetime import timedelta

import pytest
from django.urls import reverse

from leads import deals
from leads.models import OutboxMessage
from portal.lines import weekly
from sla import agreements, letters
from sla.models import AlignmentLetter
from tests import factories
from tests.factories import NOW, won_deal
from tests.sla.compliance import rows

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONDAY = NOW.replace(hour=8, minute=0) - timedelta(days=NOW.weekday())


@pytest.fixture
def people():
    return factories.cast()


@pytest.fixture
def version(people):
    return factories.signed_version(
        now=MONDAY - 30 * DAY, signers=(people.marketing_manager, people.sales_manager)
    )


def test_the_letter_is_written_once_a_week(version) -> None:
    assert letters.write_due(now=MONDAY) is not None
    assert letters.write_due(now=MONDAY + DAY) is None
    assert letters.write_due(now=MONDAY + 7 * DAY) is not None
    assert AlignmentLetter.objects.count() == OutboxMessage.objects.filter(kind=letters.KIND).count() == 2


def test_it_waits_for_monday_morning_and_a_whole_week(people) -> None:
    assert letters.write_due(now=MONDAY) is None
    factories.signed_version(now=MONDAY - 2 * DAY, signers=(people.marketing_manager, people.sales_manager))
    assert letters.write_due(now=MONDAY.replace(hour=2)) is None
    assert letters.write_due(now=MONDAY + 7 * DAY) is not None


def test_a_missed_monday_is_made_up_for(version) -> None:
    written = letters.write_due(now=MONDAY + 3 * DAY)
    assert written is not None
    assert written.week_on == (MONDAY - 7 * DAY).date()


def test_it_tells_what_was_missed_most_on_each_side(version, people) -> None:
    due = MONDAY - 3 * DAY
    for state in ("late", "late", "met"):
        handoff = rows.offer(version, people.sales, "accepted", due)
        rows.clock(version, "decide", due, state, handoff=handoff, lead=handoff.lead)
    rows.clock(version, "hand_over", due, "late")
    said = weekly.letter(letters.write_due(now=MONDAY))
    marketing, sales = ({one.label: one.more for one in missed} for _side, _title, missed in said.sides)
    assert "missed 1 time" in marketing["Hand over"]
    assert "missed 2 times" in sales["Decide"]
    assert said.question == "Is what was agreed on “Records complete” still right?"


def test_a_volume_that_was_not_delivered_is_named(version) -> None:
    said = weekly.letter(letters.write_due(now=MONDAY))
    marketing = next(missed for side, _title, missed in said.sides if side == "marketing")
    assert {one.label: one.more for one in marketing}["Volume"].startswith("0 of ")


def test_money_at_risk_is_told_for_each_currency(version, people) -> None:
    due = MONDAY - DAY
    for currency, amount in (("EUR", 8_000), ("EUR", 6_000), ("USD", 5_000)):
        handoff = rows.offer(version, people.sales, "accepted", due)
        rows.clock(version, "first_touch", due, "breached", handoff=handoff, lead=handoff.lead)
        won_deal(factories.make_lead(), closed_at=due, amount=amount, currency=currency)
        deals.record_deal(
            account=handoff.lead.account, lead=handoff.lead, now=due, amount=amount, currency=currency
        )
    written = letters.write_due(now=MONDAY)

    said = "3 leads are late on Sales’ side, with an expected value of 14,000 EUR, 5,000 USD."
    assert weekly.letter(written).risk == said


def test_letter_from_before_money_was_told_by_currency_reads_as_it_was(version) -> None:
    written = letters.write_due(now=MONDAY)
    written.facts["risk"] = {"leads": 2, "amount": 14_000, "currency": "EUR", "longest": []}

    said = "2 leads are late on Sales’ side, with an expected value of 14,000 EUR."
    assert weekly.letter(written).risk == said


def test_a_version_that_waits_for_a_signature_is_the_question(version, people) -> None:
    manager, start = people.marketing_manager, (MONDAY + 7 * DAY).date()
    draft = agreements.amend(version=version, starts_on=start, now=MONDAY, actor=manager)
    agreements.propose(version=draft, now=MONDAY, actor=manager)
    agreements.sign(version=draft, user=manager, side="marketing", name=manager.name, now=MONDAY)
    said = weekly.letter(letters.write_due(now=MONDAY))
    assert said.question == "Shall version 2 be signed?"
    assert said.why == "It waits for the signature of Sales."


def test_both_managers_and_the_leader_read_the_same_text(version, people, client) -> None:
    letters.write_due(now=MONDAY)
    pages = set()
    for reader in (people.marketing_manager, people.sales_manager, people.leader):
        client.force_login(reader)
        page = client.get(reverse("weekly")).content.decode()
        pages.add(page[page.index('<article class="card weekly">') : page.index("</article>")])
    assert len(pages) == 1


def test_a_rep_does_not_read_it(version, people, client) -> None:
    client.force_login(people.rep)
    assert client.get(reverse("weekly")).status_code == 403
