"""Moving a lead from stage to stage: the only writer of stages and of their history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

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
    happened_at: datetime


@transaction.atomic
def become(
    *, steps: Sequence[Step], to_stage: str, cause: str, now: datetime, actor: User | None = None
) -> list[Lead]:
    """Take many leads one step along STAGE_EDGES as `change_stage` does one.

    They are not marked to be judged: whoever moves many has judged them. Leads that somebody
    moved meanwhile are left alone; returns those that moved, updated in place.
    """
    asked = {step.lead.pk: step for step in steps if (step.lead.stage, to_stage) in STAGE_EDGES}
    rows = [
        {
            "id": pk,
            "expected": step.lead.stage_seq,
            "stage": to_stage,
            "stage_since": step.happened_at,
            "stage_seq": step.lead.stage_seq + 1,
        }
        for pk, step in sorted(asked.items())
    ]
    moved = [asked[pk] for pk in sorted(setbased.update_rows(Lead, rows, guard="stage_seq"))]
    changes = []
    for step in moved:
        lead, from_stage = step.lead, step.lead.stage
        lead.stage, lead.stage_since, lead.stage_seq = to_stage, step.happened_at, lead.stage_seq + 1
        known = {"from_stage": from_stage, "to_stage": to_stage, "cause": cause, "actor": actor}
        changes.append(
            StageChange(lead=lead, seq=lead.stage_seq, happened_at=step.happened_at, recorded_at=now, **known)
        )
    storing.store(changes)
    return [step.lead for step in moved]


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
    from_stage, seq = lead.stage, lead.stage_seq
    if cause != HISTORY and (from_stage, to_stage) not in STAGE_EDGES:
        raise WrongStage(lead.pk, from_stage, to_stage)
    moved = Lead.objects.filter(pk=lead.pk, stage=from_stage, stage_seq=seq).update(
        stage=to_stage, stage_since=happened_at, stage_seq=F("stage_seq") + 1
    )
    if not moved:
        current = Lead.objects.values_list("stage", flat=True).get(pk=lead.pk)
        raise WrongStage(lead.pk, current, to_stage)
    lead.stage, lead.stage_since, lead.stage_seq = to_stage, happened_at, seq + 1
    if to_stage in _JUDGED and from_stage != Stage.MQL and cause != HISTORY:
        marks.mark(lead_ids=[lead.pk], since=happened_at or now, now=now)
    moments = {"happened_at": happened_at, "recorded_at": now}
    known = {"from_stage": from_stage, "to_stage": to_stage, "cause": cause, "actor": actor}
    change = StageChange(lead=lead, seq=lead.stage_seq, import_run=import_run, **known, **moments)
    storing.store([change])
    return change
