"""Stages that imported history brings a lead to, many at once; what was moved here stays as it is."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from leads import setbased
from leads.choices import Stage
from leads.models import ImportRun, Lead, StageChange
from leads.transitions import HISTORY

#: How far along the path a stage is; an end is never left again because a file knows less.
_PROGRESS = {
    Stage.INQUIRY: 0,
    Stage.NURTURING: 1,
    Stage.RECYCLED: 2,
    Stage.MQL: 3,
    Stage.SAL: 4,
    Stage.SQL: 5,
    Stage.OPPORTUNITY: 6,
    Stage.DISQUALIFIED: 7,
    Stage.LOST: 7,
    Stage.CUSTOMER: 8,
}
_SENT_BACK = {(Stage.MQL, Stage.RECYCLED), (Stage.SAL, Stage.RECYCLED), (Stage.SQL, Stage.RECYCLED)}


class Step(NamedTuple):
    """A stage that a lead came to; the moment is None where the history does not tell it."""

    lead_id: int
    stage: str
    happened_at: datetime | None


class Holder(NamedTuple):
    """Who took a lead in its history."""

    lead_id: int
    owner_id: int
    team_id: int


def give(holders: Iterable[Holder]) -> None:
    """Give leads to those who took them; what was moved here stays with its owner."""
    wanted = {holder.lead_id: holder for holder in holders}
    free = wanted.keys() - _moved_here(wanted)
    rows = [
        {"id": one.lead_id, "owner_id": one.owner_id, "team_id": one.team_id}
        for lead_id, one in wanted.items()
        if lead_id in free
    ]
    setbased.update_rows(Lead, rows)


def bring(steps: Iterable[Step], *, run: ImportRun, now: datetime) -> int:
    """Take leads to the stages of their history, one step each, and return how many moved."""
    wanted = {step.lead_id: step for step in steps}
    leads = Lead.objects.filter(pk__in=wanted.keys() - _moved_here(wanted)).values_list(
        "id", "stage", "stage_seq"
    )
    due = [(wanted[pk], stage, seq) for pk, stage, seq in leads if _is_further(wanted[pk].stage, stage)]
    rows = [
        {
            "id": step.lead_id,
            "stage": step.stage,
            "stage_since": step.happened_at,
            "stage_seq": seq + 1,
            "expected": seq,
        }
        for step, _stage, seq in due
    ]
    taken = set(setbased.update_rows(Lead, rows, guard="stage_seq"))
    log = [
        (step.lead_id, seq + 1, stage, step.stage, step.happened_at, now, HISTORY, run.pk)
        for step, stage, seq in due
        if step.lead_id in taken
    ]
    columns = ("lead_id", "seq", "from_stage", "to_stage", "happened_at", "recorded_at", "cause")
    if log:
        setbased.copy_rows(StageChange, (*columns, "import_run_id"), log)
    return len(log)


def _moved_here(lead_ids: Iterable[int]) -> set[int]:
    moves = StageChange.objects.filter(lead_id__in=list(lead_ids)).exclude(cause=HISTORY)
    return set(moves.values_list("lead_id", flat=True))


def _is_further(new: str, old: str) -> bool:
    return (old, new) in _SENT_BACK or _PROGRESS[Stage(new)] > _PROGRESS[Stage(old)]
