"""Every invariant holds after ordinary work, and finds the one fault that is planted for it."""

from datetime import timedelta

import pytest

from leads.choices import Stage
from leads.models import AuditEntry, FactChange, Lead, OutboxMessage, StageChange
from sla import handoffs, invariants, sweep
from sla.compliance import rollups
from sla.invariants import standing
from sla.models import (
    ActionRow,
    AgreementVersion,
    Clock,
    ClockEvent,
    Handoff,
    Refusal,
    Snapshot,
    Standing,
    TallyMark,
)
from tests import factories
from tests.conftest import guards_lifted
from tests.factories import NOW
from tests.sla.scene import Scene, accepted, in_state, offered, offered_on_two, scene

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
#: While the moves of a test are fresh, nothing waits too long.
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def play() -> Scene:
    return scene()


def broken(now=SOON):
    return {found.invariant.name: found.examples for found in invariants.audit(now) if found.count}


def test_everything_holds_after_ordinary_work(play):
    for leg, states in (
        (1, ("accepted", "declined", "withdrawn", "returned", "qualified", "won")),
        (2, ("won",)),
    ):
        for state in states:
            in_state(play, state, leg)
    offered(play)
    offered_on_two(play)
    assert broken() == {}
    sweep.run(NOW + 30 * HOUR)
    OutboxMessage.objects.update(fanned_out_at=NOW)
    assert broken(NOW + 30 * HOUR) == {}


class Case:
    """A worked lead with a clock that runs, and rows of it to be broken."""

    def __init__(self, play: Scene) -> None:
        self.play, self.handoff = play, accepted(play)
        self.clock = Clock.objects.filter(handoff=self.handoff, ended_at=None, rep=play.rep).first()
        self.handoffs = Handoff.objects.filter(pk=self.handoff.pk)
        self.clocks = Clock.objects.filter(pk=self.clock.pk)
        self.events = ClockEvent.objects.filter(clock=self.clock)
        self.leads = Lead.objects.filter(pk=self.handoff.lead_id)

    def lose_clock(self):
        one = offered(self.play)
        ClockEvent.objects.filter(clock__lead=one.lead).delete()
        Clock.objects.filter(lead=one.lead).delete()

    def forget_lead(self):
        lost = factories.ready_lead()
        Lead.objects.filter(pk=lost.pk).update(stage=Stage.NURTURING)
        Standing.objects.filter(pk=lost.pk).update(judged_at=NOW - HOUR)
        FactChange.objects.all().delete()

    def ask_move(self):
        known = {"key": "lost", "action": "pool", "handoff": self.handoff, "created_at": NOW - HOUR}
        ActionRow.objects.create(due_at=NOW - HOUR, **known)

    def change_unmarked(self):
        rollups.keep()
        self.clocks.update(due_on=NOW.date() - timedelta(days=3))
        TallyMark.objects.all().delete()

    def meet(self, **changes):
        self.clocks.update(**{"state": "met", "ended_at": self.clock.due_at, "next_at": None, **changes})


#: By invariant, how it is broken, past every guard of the database.
FAULTS = {
    "stage-of-handoff": lambda case: case.leads.update(stage=Stage.MQL),
    "end-of-handoff": lambda case: case.handoffs.update(is_ended=True, ended_at=NOW),
    "worked-by-somebody": lambda case: case.handoffs.update(rep=None),
    "one-owner": lambda case: case.leads.update(owner=case.play.cast.other_rep),
    "refusal-goes-on": lambda case: Refusal.objects.filter(handoff=in_state(case.play, "declined")).delete(),
    "facts-frozen": lambda case: Snapshot.objects.filter(handoff=case.handoff).delete(),
    "decision-timed": Case.lose_clock,
    "nobody-forgotten": Case.forget_lead,
    "stage-told": lambda case: case.leads.update(stage=Stage.SQL),
    "edges": lambda case: StageChange.objects.filter(lead=case.handoff.lead).update(from_stage="customer"),
    "breach-at-due": lambda case: case.clocks.update(breached_at=case.clock.due_at + HOUR, state="breached"),
    "late-is-breached": lambda case: case.meet(ended_at=case.clock.due_at + HOUR),
    "lateness": lambda case: case.meet(breached_at=case.clock.due_at),
    "noticed-after": lambda case: case.events.update(noticed_at=NOW - HOUR),
    "nothing-unswept": lambda case: case.clocks.update(next_at=NOW - HOUR),
    "nothing-undone": Case.ask_move,
    "nothing-undelivered": lambda case: OutboxMessage.objects.update(not_before=NOW - HOUR),
    "log-whole": lambda case: case.events.update(seq=7),
    "clock-told": lambda case: case.clocks.update(elapsed=HOUR),
    "signed": lambda case: AgreementVersion.objects.update(canonical_text="something else"),
    "counts-of-days": Case.change_unmarked,
    "chain": lambda case: AuditEntry.objects.filter(stream__startswith="lead").update(verb="nothing"),
}


def test_every_invariant_has_its_fault():
    assert set(FAULTS) == {one.name for one in invariants.INVARIANTS}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found(play, name):
    case = Case(play)
    assert name not in broken()
    with guards_lifted():
        FAULTS[name](case)
    assert name in broken()


def test_more_cases_are_counted_than_told(play):
    for _ in range(invariants.EXAMPLES + 2):
        handoffs.accept(handoff=(one := offered(play)), actor=one.rep, now=NOW)
    Handoff.objects.update(rep=None)
    (found,) = invariants.audit(SOON, ["worked-by-somebody"])
    assert (found.count, len(found.examples)) == (invariants.EXAMPLES + 2, invariants.EXAMPLES)


def test_every_state_of_the_move_table_is_asked_about():
    asked = {(leg, state) for leg, state in standing._stages()}
    assert {
        (1, "offered"),
        (1, "accepted"),
        (1, "qualified"),
        (1, "converted"),
        (2, "offered"),
        (2, "accepted"),
    } == asked
