"""Traps that other systems' clocks fell into (T1 to T17 of the study of peers), one test each."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import OutboxMessage
from sla import agreements, calendars, clocks, clockwork, handoffs
from sla.choices import Event
from sla.clockwork import Rung, Terms
from sla.models import Clock
from sla.sweep import ticking
from tests import factories
from tests.factories import NOW, WORKING_HOURS
from tests.sla.one_clock import OFFICE, on
from tests.sla.scene import accepted, clocks_of, hear_touch, in_state, offered, scene

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.django_db
def test_t1_breach_is_found_though_nobody_saves_or_opens_the_lead():
    handoff = offered(scene())
    ticking.tick(NOW + 3 * HOUR)
    assert Clock.objects.late().filter(handoff=handoff, kind="decide").exists()


@pytest.mark.django_db
def test_t4_new_agreement_changes_nothing_that_runs():
    handoff = offered(scene())
    before = clocks_of(handoff)["decide"]
    stricter = [
        {**one, "allowances": [{"tier": None, "amount": 1, "unit": "business_hours"}]}
        if one["code"] == "decide"
        else one
        for one in factories.agreement_commitments()
    ]
    factories.signed_version(commitments=stricter, now=NOW)
    ticking.tick(NOW + HOUR)
    after = clocks_of(handoff)["decide"]
    assert (after.version_id, after.due_at, after.state) == (before.version_id, before.due_at, "running")
    assert agreements.current().pk != before.version_id


@pytest.mark.django_db
def test_t5_clock_starts_when_the_lead_became_ready_and_never_anew_for_another_owner():
    play = scene()
    lead = factories.ready_lead(now=NOW - 10 * DAY)
    clocks.hear(event=Event.BECAME_READY, lead=lead, now=NOW, at=NOW - HOUR)
    assert Clock.objects.get(lead=lead, kind="hand_over").started_at == NOW - HOUR
    handoff = offered(play)
    hop = handoffs.reroute(handoff=handoff, actor=play.rep, now=NOW + HOUR, to=play.cast.other_rep)
    found = Clock.objects.filter(handoff=hop, kind="decide")
    started = dict(found.values_list("scope", "started_at"))
    assert started == {"lead": NOW, "person": NOW + HOUR}


@pytest.mark.django_db
@pytest.mark.parametrize(("evidence", "automatic"), [(1, False), (2, True)])
def test_t6_another_status_or_an_automatic_mail_is_no_response(evidence, automatic):
    handoff = accepted(scene())
    kind = "mail" if automatic else "call"
    touch = factories.add_touch(
        handoff.lead, kind, side="sales", ago=timedelta(0), evidence=evidence, is_automatic=automatic
    )
    hear_touch(handoff.lead, touch, now=NOW)
    assert clocks_of(handoff)["first_touch"].state == "running"


def test_t7_breach_is_computed_in_the_hours_that_are_shown():
    terms = Terms(2, "business_hours")
    state, _ = clockwork.start(terms, OFFICE, at=on(20, "16:00"), noticed_at=on(20, "16:00"))
    state, entries = clockwork.advance(
        state, "tick", at=on(23, "09:59"), noticed_at=on(23, "09:59"), terms=terms, schedule=OFFICE
    )
    assert (state.due_at, entries) == (on(23, "10:00"), [])


def test_t8_one_business_day_is_one_working_day():
    assert OFFICE.due_after(on(20, "10:00"), 1, "business_days") == on(23, "10:00")


def test_t9_pause_on_a_day_off_moves_nothing():
    terms = Terms(4, "business_hours", warn_at=0.75)
    facts = [("pause", on(21, "10:00")), ("resume", on(22, "18:00"))]
    plain, _ = clockwork.start(terms, OFFICE, at=on(20, "16:00"), noticed_at=on(20, "16:00"))
    paused, _ = clockwork.start(terms, OFFICE, at=on(20, "16:00"), noticed_at=on(22, "19:00"), facts=facts)
    assert (paused.due_at, paused.next_at) == (plain.due_at, plain.next_at)


def test_t10_other_terms_keep_the_pauses():
    facts = [("pause", on(23, "10:00")), ("resume", on(23, "12:00"))]
    terms, longer = Terms(4, "business_hours"), Terms(6, "business_hours")
    now = on(23, "12:30")
    state, entries = clockwork.start(terms, OFFICE, at=on(23, "09:00"), noticed_at=now, facts=facts)
    state, _ = clockwork.recount(state, entries, at=now, noticed_at=now, terms=longer, schedule=OFFICE)
    assert state.due_at == on(23, "17:00")


@pytest.mark.django_db
def test_t11_no_clock_of_sales_goes_on_after_the_end():
    handoff = in_state(scene(), "lost")
    assert not Clock.objects.open().filter(handoff=handoff, side="sales").exists()


@pytest.mark.django_db
def test_t12_it_counts_whose_touch_it_was_and_no_channel_is_overlooked():
    handoff = accepted(scene())
    theirs = factories.add_touch(handoff.lead, "visited", ago=timedelta(0))
    hear_touch(handoff.lead, theirs, now=NOW)
    assert clocks_of(handoff)["first_touch"].state == "running"
    ours = factories.add_touch(handoff.lead, "voicemail", side="sales", ago=timedelta(0))
    hear_touch(handoff.lead, ours, now=NOW)
    assert clocks_of(handoff)["first_touch"].state == "met"


@pytest.mark.django_db
def test_t15_clock_late_at_birth_stands_on_its_rung_with_one_notice():
    scene()
    lead = factories.ready_lead(now=NOW - 3 * DAY)
    clocks.hear(event=Event.BECAME_READY, lead=lead, now=NOW, at=NOW - 2 * DAY)
    clock = Clock.objects.get(lead=lead, kind="hand_over")
    assert (clock.state, clock.breached_at < NOW, clock.next_step) == ("breached", True, 3)
    assert OutboxMessage.objects.filter(subject_type="clock", subject_id=clock.pk).count() == 1


@pytest.mark.django_db
def test_t17_earlier_due_times_are_kept_when_hours_are_corrected():
    handoff = offered(scene())
    due_at = clocks_of(handoff)["decide"].due_at
    document = {**WORKING_HOURS, "holidays": ["2026-11-18"]}
    calendars.save(key="default", name="Default", document=document, now=NOW)
    clocks.repair(key="default", now=NOW + HOUR)
    line = clocks_of(handoff)["decide"].events.get(event="repaired")
    assert (line.due_before, line.due_after > due_at) == (due_at, True)


def test_breach_is_dated_by_its_due_time_however_late_it_is_noticed():
    terms = Terms(1, "business_hours", rungs=(Rung(1, "business_hours", "notify_manager"),))
    state, entries = clockwork.start(
        terms, OFFICE, at=on(23, "09:00"), noticed_at=datetime(2026, 12, 24, tzinfo=UTC)
    )
    assert [(one.event, one.happened_at, one.notify) for one in entries[1:]] == [
        ("breached", on(23, "10:00"), False),
        ("escalated", on(23, "11:00"), True),
    ]
    assert state.breached_at == on(23, "10:00")
