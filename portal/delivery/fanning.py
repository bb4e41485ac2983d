"""Turn outbox messages into notices: who is told, in one transaction per batch."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from leads.choices import Role, Side
from leads.models import OutboxMessage, User
from portal.models import Notice
from sla.models import Handoff

BATCH = 500
#: Moves after which the other side has something to do or to know.
TELLS_MARKETING = frozenset({"handoff.decline", "handoff.hand_back", "handoff.ask", "handoff.expire"})


def deliver(*, now: datetime, batches: int = 20) -> int:
    """Hand out what waits, the oldest first, and return the number of messages taken.

    A message and its notices are written together, so that a crash loses nothing and repeats nothing;
    several workers share the work.
    """
    taken = 0
    for _batch in range(batches):
        count = _deliver_batch(now)
        taken += count
        if count < BATCH:
            break
    return taken


@transaction.atomic
def _deliver_batch(now: datetime) -> int:
    waiting = OutboxMessage.objects.filter(fanned_out_at__isnull=True, not_before__lte=now).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    messages = list(waiting[:BATCH])
    if not messages:
        return 0
    people = _People(messages)
    notices = [
        Notice(message=message, recipient_id=recipient, created_at=now)
        for message in messages
        for recipient in sorted(people.told_of(message))
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    OutboxMessage.objects.filter(pk__in=[message.pk for message in messages]).update(fanned_out_at=now)
    return len(messages)


class _People:
    """Who is told, looked up once for a batch."""

    def __init__(self, messages: Iterable[OutboxMessage]) -> None:
        active = User.objects.filter(is_active=True).values_list("pk", "role", "team_id")
        self.roles = {pk: (role, team) for pk, role, team in active}
        handoffs = {found for message in messages if (found := _handoff_of(message))}
        self.teams = dict(Handoff.objects.filter(pk__in=handoffs).values_list("pk", "team_id"))

    def told_of(self, message: OutboxMessage) -> set[int]:
        """Return the ids of who is told; nobody is told of an act of their own."""
        found = self._recipients(message)
        return {pk for pk in found if pk in self.roles and pk != message.data.get("actor")}

    def _recipients(self, message: OutboxMessage) -> set[int]:
        team = message.data.get("team") or self.teams.get(_handoff_of(message) or 0)
        if message.data.get("action") == "notify_manager":
            return self._managers(message.data.get("side", Side.SALES), team)
        if message.recipient_id is not None:
            return {message.recipient_id, *message.data.get("told", ())}
        if message.kind == "handoff.offer":
            return self._with_role({Role.REP, Role.QUALIFIER}, team)
        is_marketing = message.kind in TELLS_MARKETING or message.data.get("side") == Side.MARKETING
        return self._with_role({Role.MARKETER}, None) if is_marketing else self._managers(Side.SALES, team)

    def _managers(self, side: str, team: int | None) -> set[int]:
        if side == Side.SALES:
            return self._with_role({Role.SALES_MANAGER}, team)
        return self._with_role({Role.MARKETING_MANAGER}, None)

    def _with_role(self, wanted: set[Role], team: int | None) -> set[int]:
        return {
            pk for pk, (role, own) in self.roles.items() if role in wanted and (team is None or own == team)
        }


def _handoff_of(message: OutboxMessage) -> int | None:
    if message.subject_type == "handoff":
        return message.subject_id
    found = message.data.get("handoff")
    return found if isinstance(found, int) else None
