"""Who is to hear of a step of a clock: one message per step, or one per person after an outage."""

from collections.abc import Iterable
from datetime import datetime

from leads.outbox import Message
from sla import clockwork, outages
from sla.models import Clock, Outage

Told = tuple[Clock, clockwork.Entry]


def messages(told: Iterable[Told], now: datetime) -> list[Message]:
    """Return the messages that steps ask for; what fell into an outage is summed up, one for each person."""
    told = list(told)
    if not told:
        return []
    known = outages.between(min(entry.happened_at for _clock, entry in told), now)
    found: dict[str, Message] = {}
    for clock, entry in told:
        outage = outages.covering(known, entry.happened_at)
        message = _summary(clock, entry, outage, now) if outage else _notice(clock, entry)
        found.setdefault(message.key, message)
    return list(found.values())


def _notice(clock: Clock, entry: clockwork.Entry) -> Message:
    data = {"kind": clock.kind, "side": clock.side, "handoff": clock.handoff_id}
    return Message(
        key=f"clock:{clock.pk}:{entry.seq}",
        kind=f"clock.{entry.event}",
        subject_type="clock",
        subject_id=clock.pk,
        not_before=entry.noticed_at,
        lead_id=clock.lead_id,
        recipient_id=clock.rep_id,
        data={**data, "action": action_of(entry)},
    )


def _summary(clock: Clock, entry: clockwork.Entry, outage: Outage, now: datetime) -> Message:
    """Address one summary as the notice would have been; nobody's leads are the manager's."""
    action = action_of(entry)
    if action != "notify_manager" and clock.rep_id is None and clock.side == "sales":
        action = "notify_manager"
    to_manager = action == "notify_manager"
    team = clock.team_id if clock.side == "sales" else None
    whom = f"{clock.side}:{team}:{to_manager}" if to_manager or clock.rep_id is None else str(clock.rep_id)
    times = {"from": outage.from_at.isoformat(), "to": outage.to_at.isoformat()}
    return Message(
        key=f"outage:{outage.pk}:{whom}",
        kind="outage.summary",
        subject_type="outage",
        subject_id=outage.pk,
        not_before=now,
        recipient_id=None if to_manager else clock.rep_id,
        data={**times, "side": clock.side, "team": team, "action": action},
    )


def action_of(entry: clockwork.Entry) -> str:
    """Return what a step asks for: of the ladder's rungs their own action, of others that the owner knows."""
    return str(entry.detail.get("action", "notify_owner"))
