"""The ledger lists every commitment of both sides with due time, proof and outcome."""

from datetime import date, timedelta

import pytest

from leads.models import Team
from sla import handoffs
from sla.compliance import ledger, report, timed
from sla.compliance.periods import Filters, Period
from sla.models import Clock
from tests.factories import NOW, add_touch, cast, signed_version
from tests.sla.compliance import rows
from tests.sla.scene import hear_touch, offered, scene

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
EVERYTHING = Filters()
YESTERDAY = NOW - timedelta(days=1)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def version():
    people = cast()
    return signed_version(signers=(people.marketing_manager, people.sales_manager))


def outcomes(**chosen):
    found = ledger.entries(ledger.clocks(NOVEMBER, EVERYTHING, NOW, **chosen), NOW)
    return [entry.outcome for entry in found]


def one_of_each(version):
    rows.clock(version, "decide", YESTERDAY, "met")
    rows.clock(version, "decide", YESTERDAY, "late")
    rows.clock(version, "hand_over", YESTERDAY, "breached", cause="system")
    rows.clock(version, "hand_over", YESTERDAY, "late", is_excused=True)
    rows.clock(version, "hand_over", YESTERDAY, "running")  # overdue, not swept yet
    rows.clock(version, "hand_over", TOMORROW, "running")
    rows.clock(version, "hand_over", YESTERDAY, "cancelled")


def test_every_clock_that_owes_something_has_an_outcome(version):
    one_of_each(version)
    assert sorted(outcomes()) == ["excused", "excused", "kept", "missed", "missed", "open"]
    assert sorted(outcomes(side="sales")) == ["kept", "missed"]


@pytest.mark.parametrize("outcome", ledger.OUTCOMES)
def test_outcome_chosen_lists_those_that_have_it(version, outcome):
    one_of_each(version)
    assert set(outcomes(outcome=outcome)) == {outcome}


def test_ledger_agrees_with_the_counts(version):
    one_of_each(version)
    counts = timed.count(NOVEMBER, EVERYTHING, NOW)
    assert sum(one.kept for one in counts.values()) == len(outcomes(outcome="kept"))
    missed = len(outcomes(outcome="missed")) + len(outcomes(outcome="excused"))
    assert sum(one.missed for one in counts.values()) == missed


def test_proof_is_the_touch_or_whoever_acted():
    play = scene()
    handoff = handoffs.accept(handoff=offered(play), actor=play.rep, now=NOW)
    touch = add_touch(handoff.lead, "call", side="sales", ago=timedelta(0), actor=play.rep)
    hear_touch(handoff.lead, touch, now=NOW)
    found = {entry.clock.kind: entry for entry in ledger.entries(Clock.objects.all(), NOW)}
    assert (found["decide"].proof.by, found["decide"].proof.at) == (play.rep.name, NOW)
    assert found["first_touch"].proof.touch == touch


def test_what_a_period_settles_is_open_until_it_is_over(version):
    for _ in range(6):
        rows.offer(version, Team.objects.filter(side="sales").first(), "accepted", YESTERDAY)
    found = report.build(NOVEMBER, EVERYTHING, NOW)
    by_code = {one.line.code: one for one in ledger.over_period(found, NOW.date())}
    assert (by_code["quality"].outcome, by_code["quality"].due_on) == ("open", date(2026, 11, 30))
    over = {one.line.code: one for one in ledger.over_period(found, date(2026, 12, 1))}
    assert over["quality"].outcome == "kept"
