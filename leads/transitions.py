"""Moving a lead from stage to stage: the only writer of stages and of their history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from leads import marks, setbased, storing
from leads.choices import STAGE_EDGES, Stage
from leads.models import ImportRun, Lead, StageChange, User

#: The cause that may set any stage: imported history is taken as it was.
HISTORY = "history"
#: Stages in which a lead may become sales-ready, so that entering them asks for a judgement.
_JUDGED = (Stage.INQUIRY, Stage.NURTURING)


class WrongStage(Exception):
    """The lead is not, or no longer, in the stage that this step starts from."""

    def __init__(self, lead_id: int, stage: str, to_stage: str) -> None:
        super().__init__(f"Lead {lead_id} cannot go from {stage} to {to_stage}.")
        self.lead_id, self.stage, self.to_stage = lead_id, stage, to_stage


@dataclass(frozen=True, slots=True)
class Step:
    """A lead as it was read, and since when it is in the new stage."""

    lead: Lead
    happened_at: datetime | None


@transaction.atomic
def become(
    *, steps: Sequence[Step], to_stage: str, cause: str, now: datetime, actor: User | None = None
) -> list[Lead]:
    """Take many leads one step along STAGE_EDGES as `change_stage` does one.

    They are not marked to be judged: whoever moves many has judged them. Leads that somebody
    moved meanwhile are left alone; returns those that moved, updated in place.
    """
    asked = {step.lead.pk: step for step in steps if (step.lead.stage, to_stage) in STAGE_EDGES}
    known = {"cause": cause, "recorded_at": now, "actor": actor}
    changes = _step([asked[pk] for pk in sorted(asked)], to_stage=to_stage, **known)
    return [change.lead for change in changes]


def change_stage(
    *,
    lead: Lead,
    to_stage: str,
    cause: str,
    happened_at: datetime | None,
    now: datetime,
    actor: User | None = None,
    import_run: ImportRun | None = None,
) -> StageChange:
    """Take one step along STAGE_EDGES and write it down, in the open transaction; `lead` is updated in place.

    The step counts only if nobody moved the lead since `lead` was read; otherwise, and for an
    edge that does not exist, WrongStage is raised and nothing is written.
    """
    from_stage = lead.stage
    if cause != HISTORY and (from_stage, to_stage) not in STAGE_EDGES:
        raise WrongStage(lead.pk, from_stage, to_stage)
    known = {"cause": cause, "recorded_at": now, "actor": actor, "import_run": import_run}
    changes = _step([Step(lead, happened_at)], to_stage=to_stage, **known)
    if not changes:
        current = Lead.objects.values_list("stage", flat=True).get(pk=lead.pk)
        raise WrongStage(lead.pk, current, to_stage)
    if to_stage in _JUDGED and from_stage != Stage.MQL and cause != HISTORY:
        marks.mark(lead_ids=[lead.pk], since=happened_at or now, now=now)
    return changes[0]


def _step(steps: Sequence[Step], *, to_stage: str, **known: Any) -> list[StageChange]:
    """Move the leads that nobody moved since they were read, in place, and write it down."""
    rows = [
        {
            "id": step.lead.pk,
            "expected": step.lead.stage_seq,
            "stage": to_stage,
            "stage_since": step.happened_at,
            "stage_seq": step.lead.stage_seq + 1,
        }
        for step in steps
    ]
    moved = set(setbased.update_rows(Lead, rows, guard="stage_seq"))
    changes = []
    for step in steps:
        lead, at = step.lead, step.happened_at
        if lead.pk in moved:
            known |= {"from_stage": lead.stage, "to_stage": to_stage, "happened_at": at}
            lead.stage, lead.stage_since, lead.stage_seq = to_stage, at, lead.stage_seq + 1
            changes.append(StageChange(lead=lead, seq=lead.stage_seq, **known))
    storing.store(changes)
    return changes
