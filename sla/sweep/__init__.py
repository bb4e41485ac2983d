"""What time alone brings about: due clocks, moves asked for, versions taking effect, facts to judge."""

from collections import Counter
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from time import perf_counter

from sla import agreements, outages
from sla.models import AgreementVersion
from sla.sweep import acting, looking, ticking
from sla.sweep.judging import judge_all, judge_marked
from sla.sweep.resting import try_again

__all__ = ["Report", "judge_all", "run", "run_regularly", "try_again"]

#: A great import is judged over several runs, so that what is due is looked at in between.
_JUDGING_SECONDS = 10.0


@dataclass(frozen=True)
class Report:
    """What one run did, in numbers."""

    warned: int = 0
    breached: int = 0
    escalated: int = 0
    set_aside: int = 0
    expired: int = 0
    woken: int = 0
    actions: int = 0
    failed: int = 0
    activated: int = 0
    drained: int = 0

    def __str__(self) -> str:
        told = (f"{field.name} {getattr(self, field.name)}" for field in fields(self))
        return ", ".join(told)


def run_regularly(now: datetime) -> Report:
    """Run as beat or a loop asks for it, every few seconds: a silence before is written down as an outage."""
    started = perf_counter()
    outages.note(now)
    waiting = looking.look(now)
    steps = _tick(now, waiting)
    outages.caught_up(now)
    report = _move_and_judge(now, steps, waiting)
    outages.finished(now, perf_counter() - started, asdict(report))
    return report


def run(now: datetime) -> Report:
    """Do everything that is due at `now`, which comes from the database's clock.

    Running twice does nothing the second time; any number of workers may run at once.
    """
    waiting = looking.look(now)
    return _move_and_judge(now, _tick(now, waiting), waiting)


def _tick(now: datetime, waiting: looking.Waiting) -> Counter[str]:
    return ticking.tick(now) if waiting.clocks else Counter()


def _move_and_judge(now: datetime, steps: Counter[str], waiting: looking.Waiting) -> Report:
    """Open the queues in which something waits, and those into which an earlier one may have put more."""
    moves: Counter[str] = Counter()
    if waiting.moves or steps:
        acting.ask(now)
        moves = acting.act(now)
    activated: list[AgreementVersion] = []
    drained = 0
    try:
        if waiting.versions:
            activated = agreements.activate_due(now=now)
        if waiting.reviews:
            agreements.remind(now=now)
    finally:  # a version that cannot take effect keeps no lead from being judged
        if waiting.leads or moves or activated:
            drained = judge_marked(now=now, seconds=_JUDGING_SECONDS)
    return Report(
        warned=steps["warned"],
        breached=steps["breached"],
        escalated=steps["escalated"],
        set_aside=steps["set_aside"],
        expired=moves["expire"],
        woken=moves["wake"],
        actions=moves["reassign"] + moves["pool"] + moves["stand_in"],
        failed=moves["failed"],
        activated=len(activated),
        drained=drained,
    )
