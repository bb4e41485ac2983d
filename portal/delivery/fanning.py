"""Turn outbox messages into notices on screen and deliveries that leave the house."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction

from leads.models import OutboxMessage, User
from portal.delivery import wishes
from portal.delivery.audience import Audience
from portal.models import Delivery, Endpoint, Notice

BATCH = 500


def fan_out(*, now: datetime, batches: int = 20) -> int:
    """Say for all that waits, the oldest first, who is told and how; return the number of messages taken.

    A message, its notices and its deliveries are written together, so that a crash loses nothing and
    repeats nothing; several workers share the work.
    """
    taken = 0
    for _batch in range(batches):
        count = _batch_out(now)
        taken += count
        if count < BATCH:
            break
    return taken


@transaction.atomic
def _batch_out(now: datetime) -> int:
    waiting = OutboxMessage.objects.filter(fanned_out_at__isnull=True, not_before__lte=now).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    messages = list(waiting[:BATCH])
    if not messages:
        return 0
    audience = Audience(messages)
    told_of = {message.pk: sorted(audience.told_of(message)) for message in messages}
    fan = _Fan([audience.people[pk] for pk in set().union(*told_of.values())], now)
    notices: list[Notice] = []
    deliveries: list[Delivery] = []
    for message in messages:
        told = told_of[message.pk]
        notices += fan.notices(message, told)
        deliveries += [*fan.mails(message, told), *fan.chats(message, told), *fan.webhooks(message)]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    OutboxMessage.objects.filter(pk__in=[message.pk for message in messages]).update(fanned_out_at=now)
    return len(messages)


class _Fan:
    """Everything that decides where messages go, looked up once for a batch."""

    def __init__(self, people: Collection[User], now: datetime) -> None:
        self.now = now
        self.team_of = {person.pk: person.team_id for person in people}
        self.wishes = wishes.Wishes(people, now)
        endpoints = list(Endpoint.objects.filter(disabled_at__isnull=True))
        self.hooks = [one for one in endpoints if one.kind == Endpoint.Kind.WEBHOOK]
        self.chat_of = {one.person_id: one for one in endpoints if one.person_id}
        self.chat_of_team: dict[int | None, Endpoint] = {one.team_id: one for one in endpoints if one.team_id}

    def notices(self, message: OutboxMessage, told: Sequence[int]) -> Iterator[Notice]:
        for person in told:
            if self.wishes.wants(person, message.kind, wishes.SCREEN):
                yield Notice(message=message, recipient_id=person, created_at=self.now)

    def mails(self, message: OutboxMessage, told: Sequence[int]) -> Iterator[Delivery]:
        for person in told:
            if self.wishes.wants(person, message.kind, wishes.EMAIL):
                due = self.wishes.not_before(person)
                yield self._delivery(message, Delivery.Channel.EMAIL, due, recipient_id=person)

    def chats(self, message: OutboxMessage, told: Sequence[int]) -> Iterator[Delivery]:
        """Tell each person's own chat, and the channel of every team that somebody told belongs to."""
        for person in told:
            own = self.chat_of.get(person)
            if own and self.wishes.wants(person, message.kind, wishes.CHAT):
                due = self.wishes.not_before(person)
                yield self._delivery(message, Delivery.Channel.CHAT, due, endpoint=own)
        if wishes.CHAT not in wishes.group_of(message.kind).channels:
            return
        for team in {self.team_of[person] for person in told} & set(self.chat_of_team):
            channel = self.chat_of_team[team]
            yield self._delivery(message, Delivery.Channel.CHAT, self.now, endpoint=channel)

    def webhooks(self, message: OutboxMessage) -> Iterator[Delivery]:
        meant = message.data.get("endpoint")
        for hook in self.hooks:
            if hook.pk == meant or (meant is None and covers(hook, message.kind)):
                yield self._delivery(message, Delivery.Channel.WEBHOOK, self.now, endpoint=hook)

    def _delivery(self, message: OutboxMessage, channel: str, due: datetime, **to: object) -> Delivery:
        return Delivery(message=message, channel=channel, next_try_at=due, created_at=self.now, **to)


def covers(hook: Endpoint, kind: str) -> bool:
    """Tell whether a webhook's filter lets a kind of message through; an empty filter lets all."""
    return not hook.events or kind in hook.events or f"{kind.partition('.')[0]}.*" in hook.events
