"""Whatever people, touches and the sweep do in whatever order, the rows keep telling one story."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from leads import audit
from leads.choices import STAGE_EDGES, Stage
from leads.models import Lead, StageChange
from sla import clocks, handoffs, intake, sweep
from sla.choices import WORKED_STATES
from sla.models import Clock, Handoff
from tests.factories import NOW
from tests.sla.scene import offered, scene

pytestmark = pytest.mark.django_db
STEPS = 40
#: Where a lead may stand while its first handoff is open, by the handoff's state.
STAGES = {
    "offered": {Stage.MQL},
    "accepted": {Stage.SAL},
    "qualified": {Stage.SQL},
    "converted": {Stage.OPPORTUNITY},
}


#: What somebody is likely to try next; some of it is refused.
LIKELY = {
    "offered": ("accept", "accept", "decline", "ask_and_answer", "qualify"),
    "accepted": ("hand_back", "qualify", "qualify", "reassign", "accept", "win"),
    "qualified": ("hand_back", "leg_two", "leg_two", "reassign", "decline"),
    "declined": ("marketing", "contest", "undo"),
    "returned": ("marketing", "contest", "accept"),
}


class Walk:
    """A lead on a random walk: every step is somebody's move, a touch, or time passing."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.play = scene()
        self.now = NOW
        self.lead = offered(self.play).lead

    def handoff(self):
        rows = Handoff.objects.filter(lead=self.lead).select_related("rep", "offered_by")
        return rows.order_by("is_ended", "-leg", "-pk").first()

    def step(self):
        handoff = self.handoff()
        can_undo = handoff.undo_until is not None and self.chance.random() < 0.4
        minutes = [1] if can_undo else [1, 30, 240, 60 * 24, 60 * 24 * 3]
        self.now += timedelta(minutes=self.chance.choice(minutes))
        moves = ["undo"] if can_undo else [*LIKELY.get(handoff.state, ()), "touch", "sweep"]
        name = self.chance.choice(moves)
        try:
            getattr(self, f"do_{name}")(handoff)
        except handoffs.MoveRefused:
            return f"{name} refused"
        return name

    def do_accept(self, one):
        handoffs.accept(handoff=one, actor=one.rep or self.play.cast.other_rep, now=self.now)

    def do_decline(self, one):
        reason = self.chance.choice(["no_budget", "competitor", "bad_data", "territory"])
        handoffs.decline(handoff=one, actor=one.rep or self.play.rep, reason=reason, note="No", now=self.now)

    def do_hand_back(self, one):
        reason = self.chance.choice(["no_budget", "bad_data"])
        handoffs.hand_back(
            handoff=one, actor=one.rep or self.play.rep, reason=reason, note="No", now=self.now
        )

    def do_undo(self, one):
        handoffs.undo(handoff=one, actor=one.rep or self.play.rep, now=self.now)

    def do_ask_and_answer(self, one):
        handoffs.ask(handoff=one, actor=one.rep or self.play.rep, text="Why?", now=self.now)
        handoffs.answer(handoff=one, actor=one.offered_by or self.play.marketer, text="So", now=self.now)

    def do_reassign(self, one):
        handoffs.reassign(handoff=one, to=self.play.cast.qualifier, actor=None, now=self.now)

    def do_qualify(self, one):
        handoffs.qualify(handoff=one, actor=one.rep or self.play.rep, exception="Known", now=self.now)

    def do_leg_two(self, one):
        handoffs.offer(lead=self.lead, actor=one.rep or self.play.rep, leg=2, now=self.now)

    def do_win(self, one):
        handoffs.win(handoff=one, actor=None, now=self.now)

    def do_marketing(self, one):
        move = self.chance.choice([handoffs.acknowledge, handoffs.repair])
        move(handoff=one, actor=self.play.marketer, now=self.now)

    def do_contest(self, one):
        handoffs.contest(handoff=one, actor=self.play.marketer, note="No", now=self.now)
        ruling = self.chance.choice(["upheld", "overturned"])
        handoffs.rule(handoff=one, actor=self.play.referee, ruling=ruling, now=self.now)

    def do_touch(self, one):
        side, kind = self.chance.choice([("sales", "call"), ("prospect", "replied"), ("marketing", "mail")])
        intake.add_touch(
            lead=Lead.objects.get(pk=self.lead.pk), side=side, kind=kind, happened_at=self.now, now=self.now
        )

    def do_sweep(self, one):
        sweep.run(self.now)


def check(lead):
    """Assert what must hold of a lead after every step."""
    lead = Lead.objects.get(pk=lead.pk)
    open_rows = list(Handoff.objects.open().filter(lead=lead).order_by("leg"))
    assert max(Counter(one.leg for one in open_rows).values(), default=0) <= 1
    if [one.leg for one in open_rows] == [1]:
        assert lead.stage in STAGES[open_rows[0].state]
    if not open_rows:
        assert lead.stage not in (Stage.SAL, Stage.SQL, Stage.OPPORTUNITY)
    worked = [one for one in open_rows if one.state in WORKED_STATES]
    assert all(one.rep_id and one.accepted_at for one in worked)
    ended = Clock.objects.open().filter(handoff__lead=lead, handoff__is_ended=True, side="sales")
    assert list(ended) == []


def check_history(lead):
    """Assert that the log of every clock, stage and act leads to what stands in the rows."""
    for clock in Clock.objects.filter(lead=lead).select_related("commitment"):
        assert clocks.replay(clock, NOW).state == clocks.state_of(clock)
        numbers = list(clock.events.order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, clock.seq + 1))
    steps = list(StageChange.objects.filter(lead=lead).order_by("seq").exclude(cause="history"))
    assert {(step.from_stage, step.to_stage) for step in steps} <= STAGE_EDGES
    assert [later.from_stage for later in steps[1:]] == [step.to_stage for step in steps[:-1]]
    assert audit.broken(f"lead:{lead.pk}") == []


@pytest.mark.parametrize("seed", range(6))
def test_any_walk_keeps_the_story_straight(seed):
    walk = Walk(seed)
    done = Counter()
    for _ in range(STEPS):
        done[walk.step()] += 1
        check(walk.lead)
    check_history(walk.lead)
    # A walk on which nearly everything is refused shows nothing.
    assert sum(count for name, count in done.items() if not name.endswith("refused")) > STEPS / 4
