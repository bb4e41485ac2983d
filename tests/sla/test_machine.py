"""Moves, touches, sweeps, jumps of time and processes that die at any statement: what must hold, holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from leads.models import Lead
from sla import agreements, calendars, handoffs, intake, invariants, sweep
from sla.models import Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import offered, scene

pytestmark = pytest.mark.django_db
#: Waiting is no fault while nobody sweeps, and signed texts do not change here.
ASKED = [
    one.name for one in invariants.INVARIANTS if not one.name.startswith("nothing-") and one.name != "signed"
]
JUMPS = (1, 30, 90, 240, 24 * 60, 5 * 24 * 60)
WRITES = ("INSERT", "UPDATE", "DELETE")
LEADS = st.integers(0, 2)


class Died(BaseException):
    """The process is gone in the middle of its work."""


@contextmanager
def dying(at: int) -> Iterator[None]:
    """Die before the write of that number; 0 never."""
    left = at

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if sql.startswith(WRITES):
            left -= 1
            if left == 0:
                raise Died
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute), suppress(Died):
        yield


class Company(RuleBasedStateMachine):
    """Three leads, their handoffs, and people who try anything; each move may die at any write."""

    @initialize()
    def found(self) -> None:
        self.whole = transaction.atomic()
        self.whole.__enter__()
        agreements.forget()
        calendars.forget()
        self.play, self.now = scene(), NOW
        self.leads = [offered(self.play).lead, offered(self.play).lead, factories.ready_lead()]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)
        agreements.forget()
        calendars.forget()

    def made(self, move: Callable[..., Any], lead: int, dies_at: int, **options: Any) -> None:
        """Let whoever holds a lead make a move; whoever must not is told so."""
        rows = Handoff.objects.filter(lead=self.leads[lead]).select_related("rep")
        handoff = rows.order_by("is_ended", "-leg", "-pk").first()
        if handoff is None:
            return
        self.now += timedelta(seconds=1)
        with dying(dies_at), suppress(handoffs.MoveRefused):
            move(handoff=handoff, actor=handoff.rep or self.play.rep, now=self.now, **options)

    @rule(lead=LEADS, dies_at=st.integers(0, 12))
    def offer(self, lead: int, dies_at: int) -> None:
        self.now += timedelta(seconds=1)
        with dying(dies_at), suppress(handoffs.MoveRefused):
            handoffs.offer(lead=Lead.objects.get(pk=self.leads[lead].pk), now=self.now)

    @rule(lead=LEADS, dies_at=st.integers(0, 12))
    def accept(self, lead: int, dies_at: int) -> None:
        self.made(handoffs.accept, lead, dies_at)

    @rule(
        lead=LEADS,
        dies_at=st.integers(0, 12),
        reason=st.sampled_from(["no_budget", "competitor", "bad_data"]),
    )
    def decline(self, lead: int, dies_at: int, reason: str) -> None:
        self.made(handoffs.decline, lead, dies_at, reason=reason, note="No")

    @rule(lead=LEADS, dies_at=st.integers(0, 12))
    def hand_back(self, lead: int, dies_at: int) -> None:
        self.made(handoffs.hand_back, lead, dies_at, reason="no_budget", note="No")

    @rule(lead=LEADS, dies_at=st.integers(0, 12))
    def qualify(self, lead: int, dies_at: int) -> None:
        self.made(handoffs.qualify, lead, dies_at, exception="Known from before")

    @rule(lead=LEADS, dies_at=st.integers(0, 8))
    def undo(self, lead: int, dies_at: int) -> None:
        self.made(handoffs.undo, lead, dies_at)

    @rule(lead=LEADS, side=st.sampled_from(["sales", "marketing", "prospect"]), dies_at=st.integers(0, 8))
    def touch(self, lead: int, side: str, dies_at: int) -> None:
        self.now += timedelta(seconds=1)
        kind = {"sales": "call", "marketing": "mail", "prospect": "replied"}[side]
        with dying(dies_at):
            one = Lead.objects.get(pk=self.leads[lead].pk)
            intake.add_touch(lead=one, side=side, kind=kind, happened_at=self.now, now=self.now)

    @rule(minutes=st.sampled_from(JUMPS))
    def jump(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(times=st.integers(1, 3), dies_at=st.integers(0, 20))
    def sweep(self, times: int, dies_at: int) -> None:
        with dying(dies_at):
            for _ in range(times):
                sweep.run(self.now)

    @rule()
    def sweep_twice_is_once(self) -> None:
        sweep.run(self.now)
        sweep.run(self.now)
        assert sweep.run(self.now) == sweep.Report()

    @invariant()
    def everything_holds(self) -> None:
        broken = [found for found in invariants.audit(self.now, ASKED) if found.count]
        assert broken == []


def test_what_must_hold_holds_whatever_happens() -> None:
    run_state_machine_as_test(
        Company,
        settings=settings(
            max_examples=6,
            stateful_step_count=25,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # shrinking takes minutes; a failure prints its steps anyway
            suppress_health_check=list(HealthCheck),
        ),
    )
