"""The agreement as a readable page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.choices import Role
from tests.factories import NOW, baseline_version, signed_version
from tests.sla.compliance import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def version(people):
    return signed_version(signers=(people.marketing_manager, people.sales_manager), preamble="We agree.")


def text(client, user, name: str = "agreement", *args) -> str:
    client.force_login(user)
    return client.get(reverse(name, args=args)).content.decode()


@pytest.mark.parametrize("role", Role.values)
def test_everybody_reads_the_agreement(client, people, version, role: str) -> None:
    found = text(client, getattr(people, role))

    assert "We agree." in found
    assert "Marketing will" in found
    assert "Sales will" in found


def test_page_says_what_each_side_promised_and_kept(client, people, version) -> None:
    for index in range(10):
        rows.clock(version, "decide", YESTERDAY, "met" if index < 8 else "late")

    found = text(client, people.rep)

    assert "Accept or decline within 1 business hour (Top), 2 business hours (others) of the offer" in found
    assert '<b class="num">80%</b>' in found
    assert "Missed" in found


def test_page_says_the_definition_in_sentences(client, people, version) -> None:
    found = text(client, people.rep)

    assert "Both of these must hold:" in found
    assert "Employees: 50 or more" in found
    assert "At least 2 of these 4 must hold:" in found


def test_page_says_what_follows_from_a_reason(client, people, version) -> None:
    found = text(client, people.rep)

    assert "Not now, back after 90 days, track “Stay in touch”" in found
    assert "the manager is told" in found
    assert "09:00–17:00" in found


def test_page_names_who_signed_and_when_it_is_due_for_review(client, people, version) -> None:
    found = text(client, people.rep)

    assert people.marketing_manager.name in found
    assert people.sales_manager.name in found
    assert version.sha256[:16] in found
    assert "Next review 28 Nov 2026, in 10 days." in found


def test_overdue_review_is_said(client, people, version, time_machine) -> None:
    time_machine.move_to(NOW + timedelta(days=30), tick=False)

    assert "Review overdue since 28 Nov 2026." in text(client, people.rep)


def test_page_without_an_agreement_says_how_to_get_one(client, people) -> None:
    found = text(client, people.operations)

    assert "No agreement is in force" in found
    assert "from a template or a file" in found


def test_baseline_is_read_as_what_it_is(client, people) -> None:
    baseline = baseline_version()

    found = text(client, people.rep, "agreement-version", baseline.pk)

    assert "Judges imported history only" in found
    assert "A baseline needs no signature" in found


def test_missing_version_is_not_found(client, people) -> None:
    client.force_login(people.rep)

    assert client.get(reverse("agreement-version", args=[4711])).status_code == 404


def test_page_needs_as_many_queries_for_thirty_clocks_as_for_one(client, people, version) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            text(client, people.rep)
        return len(found)

    rows.clock(version, "decide", YESTERDAY, "met")
    queries()  # what is read once per process
    queries()  # what is kept in memory is read once
    before = queries()
    for _ in range(29):
        rows.clock(version, "decide", YESTERDAY, "met")

    assert queries() == before
