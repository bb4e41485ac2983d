"""Ending what is open on a lead whose person is erased: by operations, whosever it is."""

from datetime import datetime

from django.db import transaction

from leads.choices import Stage
from leads.models import Lead, User
from sla.choices import MOVES, WithdrawReason
from sla.handoffs import acting
from sla.models import Handoff

#: Where a lead goes from the stage in which it was with Sales; a stage that is missing stays.
STAGE_AFTER: dict[str, str] = {
    Stage.MQL: Stage.NURTURING,
    Stage.SAL: Stage.DISQUALIFIED,
    Stage.SQL: Stage.DISQUALIFIED,
    Stage.OPPORTUNITY: Stage.LOST,
}


@transaction.atomic
def end_all(*, lead: Lead, actor: User | None, now: datetime) -> list[Handoff]:
    """Withdraw every open handoff of a lead, the last leg first: none of them counts for anybody.

    Raises Changed when somebody moves one meanwhile.
    """
    rows = Handoff.objects.open().filter(lead=lead).order_by("-leg")
    found = rows.select_related("lead__account", "version__agreement", "team", "rep")
    return [_end(acting.Case(MOVES["withdraw"], one, actor, now)) for one in found]


def _end(case: acting.Case) -> Handoff:
    handoff = case.handoff
    handoff.lead = Lead.objects.select_related("account").get(pk=handoff.lead_id)
    reason = WithdrawReason.OPTED_OUT
    plan = acting.Plan(
        changes={
            "decided_by": handoff.decided_by or case.actor,
            "ended_at": case.now,
            "is_ended": True,
            "reason_code": reason,
        },
        stage=STAGE_AFTER.get(handoff.lead.stage),
        owner=acting.NOBODY,
        data={"reason": reason},
        recipient=handoff.rep,
    )
    return acting.carry_out(case, plan)
