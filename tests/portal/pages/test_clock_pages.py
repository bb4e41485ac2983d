"""A clock's page explains itself; disputes are asked and answered; operations repairs; the ledger lists."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from sla import calendars, clocks, disputes
from sla.models import Clock, Dispute
from sla.sweep import ticking
from tests import company, factories
from tests.company import HOUR

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return company.company()


@pytest.fixture
def late(at):
    handoff = company.offered(at, "Overdue Ltd", ago=5 * HOUR)
    ticking.tick(at.now)
    return Clock.objects.get(handoff=handoff, kind="decide")


def as_(person):
    client = Client()
    client.force_login(person)
    return client


def text(client, name, *args, **query):
    return client.get(reverse(name, args=args), query).content.decode()


def test_page_explains_the_due_time_and_shows_the_log(at, late):
    shown = text(as_(at.cast.rep), "clock", late.pk)
    assert "Started" in shown
    assert "With that 2 business hours are used: due" in shown
    assert "<svg" in shown
    assert shown.count("<tr>") >= len(late.events.all())
    assert late.get_cause_display() in shown


def test_paused_clock_says_what_is_left_open(at, late):
    clocks.hear(event="asked", handoff=late.handoff, now=at.now)
    handoff = company.offered(at, "Waiting Ltd")
    clocks.hear(event="asked", handoff=handoff, now=at.now)
    paused = Clock.objects.get(handoff=handoff, kind="decide")
    assert "it is due once it goes on" in text(as_(at.cast.rep), "clock", paused.pk)


def test_rep_disputes_and_marketings_manager_grants(at, late):
    rep, manager = as_(at.cast.rep), as_(at.cast.marketing_manager)
    assert "Dispute…" in text(rep, "clock", late.pk)
    rep.post(reverse("clock-dispute", args=[late.pk]), {"reason": "The line was down."})
    assert "The line was down." in text(manager, "compliance")
    assert "Dispute…" not in text(rep, "clock", late.pk)
    manager.post(reverse("dispute-answer", args=[late.pk]), {"answer": "grant"})
    late.refresh_from_db()
    assert late.is_excused
    assert "The line was down." not in text(manager, "compliance")
    assert "Granted." in text(rep, "clock", late.pk)


def test_refusal_without_a_note_loses_nothing(at, late):
    disputes.dispute(clock=late, actor=at.cast.rep, reason="Down.", now=at.now)
    answer = as_(at.cast.marketing_manager).post(
        reverse("dispute-answer", args=[late.pk]), {"answer": "refuse", "note": ""}
    )
    assert answer.status_code == 422
    assert "Say in a few words why you refuse." in answer.content.decode()
    assert Dispute.objects.waiting().exists()


def test_breach_disputed_twice_is_told_kindly(at, late):
    disputes.dispute(clock=late, actor=at.cast.rep, reason="Down.", now=at.now)
    client = as_(at.cast.rep)
    client.post(reverse("clock-dispute", args=[late.pk]), {"reason": "Again."})
    assert "This breach was disputed before." in text(client, "clock", late.pk)


def test_sales_manager_sees_on_the_team_page_what_marketing_disputes(at):
    lead = company.ready(at, "Slow Ltd", ago=2 * company.DAY)
    clocks.hear(event="became_ready", lead=lead, now=at.now, at=at.now - company.DAY)
    clock = Clock.objects.get(lead=lead, kind="hand_over")
    disputes.dispute(clock=clock, actor=at.cast.marketer, reason="The mail server was down.", now=at.now)
    shown = as_(at.cast.sales_manager)
    assert "The mail server was down." in text(shown, "team")
    assert shown.get(reverse("clock", args=[clock.pk])).status_code == 200


def test_ledger_lists_both_sides_and_its_file_has_the_same(at, late):
    manager = as_(at.cast.marketing_manager)
    shown = text(manager, "compliance-ledger", outcome="missed")
    assert "Overdue Ltd" in shown
    file = manager.get(reverse("compliance-ledger-csv"), {"outcome": "missed", "side": "sales"})
    lines = b"".join(file.streaming_content if file.streaming else [file.content]).decode().splitlines()
    assert len(lines) == 2
    assert "Overdue Ltd" in lines[1]


# ── repair ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def corrected(at, late):
    """Correct the calendar: it was closed all along."""
    closed = [(at.now - day * company.DAY).date().isoformat() for day in range(-1, 3)]
    document = {**company.ALWAYS_OPEN, "holidays": closed}
    calendars.save(key="default", name="Default", document=document, now=at.now)
    return late


def test_operations_looks_first_and_then_repairs(at, corrected):
    client = as_(at.people["operations"])
    assert "clocks would change" in text(client, "clock-repair", calendar="default")
    corrected.refresh_from_db()
    assert corrected.breached_at
    client.post(reverse("clock-repair"), {"calendar": "default"})
    corrected.refresh_from_db()
    assert (corrected.breached_at, corrected.state) == (None, "running")
    assert "Nothing would change." in text(client, "clock-repair", calendar="default")


def test_command_prints_both_due_times(corrected):
    out = StringIO()
    call_command("repair_clocks", "--calendar", "default", "--dry-run", stdout=out)
    told = out.getvalue()
    assert f"{corrected.due_at:%Y-%m-%d %H:%M} UTC -> " in told
    assert "clocks would change." in told
    corrected.refresh_from_db()
    assert corrected.breached_at


def test_command_refuses_what_it_does_not_know():
    factories.calendar()
    with pytest.raises(CommandError, match="There is no calendar"):
        call_command("repair_clocks", "--calendar", "nowhere")
    with pytest.raises(CommandError, match="is no date"):
        call_command("repair_clocks", "--calendar", "default", "--since", "yesterday")


@pytest.mark.parametrize(
    ("applies", "told", "event"),
    [("from_now", "go on by it", "recalendared"), ("all_along", "were counted again", "repaired")],
)
def test_calendar_saved_says_what_running_clocks_do(at, applies, told, event):
    handoff = company.offered(at, "Running Ltd", ago=HOUR / 2)
    client, address = as_(at.people["operations"]), reverse("settings-calendar", args=["default"])
    hours = dict.fromkeys(company.DAYS, "00:00–24:00")
    closed = "\n".join((at.now + day * company.DAY).date().isoformat() for day in (-1, 0, 1))
    data = {"name": "Default", "timezone": "Europe/Berlin", **hours, "holidays": closed, "applies": applies}
    shown = client.post(address, data, follow=True).content.decode()
    assert told in shown
    assert Clock.objects.get(handoff=handoff, kind="decide").events.filter(event=event).exists()
