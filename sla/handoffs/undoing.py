"""Taking back an accept, decline or hand-back within two minutes, as if it had never been."""

from datetime import datetime
from typing import Any

from django.db import transaction

from leads import outbox, ownership
from leads.models import Lead, Team, User
from sla import clocks, permissions
from sla.choices import MOVES
from sla.handoffs import acting, errors, reading
from sla.models import Handoff, Refusal


@transaction.atomic
def undo(*, handoff: Handoff, actor: User, now: datetime) -> Handoff:
    """Take the actor's last move back if nothing else has happened since; its notice is never sent.

    The clocks go on as if uninterrupted. Raises UndoOver.
    """
    found = Handoff.objects.select_related("lead__account", "version", "team").get(pk=handoff.pk)
    fresh = reading.checked(found)
    memory: dict[str, Any] = fresh.undo_seqs
    if not permissions.can_undo(actor, fresh, now) or clocks.has_moved_since(memory["clocks"]):
        raise errors.UndoOver
    case = acting.Case(MOVES[memory["move"]], fresh, actor, now)
    notice = f"handoff:{fresh.pk}:{fresh.seq}"
    _restore(fresh, memory["values"])
    other = memory.get("also") or {}
    if other:
        _restore_other(other)
    lead = acting.lock_lead(fresh)
    if lead.stage_seq != memory["stage_seq"]:
        raise errors.UndoOver
    if lead.stage != memory["stage"]:
        acting.step(lead, memory["stage"], case, cause="undo")
    _give_back(lead, memory["owner"], now)
    Refusal.objects.filter(handoff=fresh).delete()
    acting.log(case, {"move": memory["move"]}, verb="undo")
    clocks.undo(handoff=fresh, written=memory["clocks"], now=now, actor=actor)
    clocks.settle(handoff=fresh, now=now, actor=actor)
    outbox.drop(key=notice)
    return fresh


def _restore(handoff: Handoff, before: dict[str, Any]) -> None:
    changes = {**acting.restored(before), "seq": handoff.seq + 1, "undo_until": None, "undo_seqs": {}}
    rows = Handoff.objects.filter(pk=handoff.pk, state=handoff.state, seq=handoff.seq)
    if not rows.update(**changes):
        raise errors.UndoOver
    for name, value in changes.items():
        setattr(handoff, name, value)


def _restore_other(memory: dict[str, Any]) -> None:
    """Restore the handoff of the leg before, unless somebody moved it since."""
    other = Handoff.objects.get(pk=memory["id"])
    if other.seq != memory["seq"]:
        raise errors.UndoOver
    _restore(other, memory["values"])


def _give_back(lead: Lead, held: list[int | None], now: datetime) -> None:
    owner_id, team_id = held
    owner = User.objects.get(pk=owner_id) if owner_id else None
    team = Team.objects.get(pk=team_id) if team_id else None
    ownership.assign(lead=lead, owner=owner, team=team, now=now, actor=None)
