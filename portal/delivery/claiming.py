"""Take deliveries for sending and write down what became of them: leased, fenced, backing off."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from leads import setbased
from leads.models import User
from portal.delivery import wishes
from portal.models import Delivery, Endpoint, NoticeChoice

#: Longer than the letters of one claim may take; so long waits what a dead worker held.
LEASE = timedelta(seconds=45)
LETTERS_AT_ONCE = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
#: The pauses of this many attempts add up to about 26 hours.
MOST_ATTEMPTS = 14
HOUR = timedelta(hours=1)
MOST_IN_DIGEST = 500
LONGEST_ERROR = 500
DIGEST = "digest-"
Channel, State = Delivery.Channel, Delivery.State
#: A key and what it carries.
Letter = tuple[str, list[Delivery]]


@dataclass(frozen=True)
class Target:
    """One person's mail or one endpoint: what goes there goes in turn."""

    channel: str
    recipient_id: int | None
    endpoint_id: int | None

    @property
    def rows(self) -> models.QuerySet[Delivery]:
        """Everything that ever went there."""
        return Delivery.objects.filter(
            Q(channel=self.channel, recipient_id=self.recipient_id, endpoint_id=self.endpoint_id)
        )


@dataclass(frozen=True)
class Claim:
    """One letter taken for sending, alone or a digest of many; `key` is the same at every attempt."""

    target: Target
    key: str
    deliveries: Sequence[Delivery]

    @property
    def is_digest(self) -> bool:
        return self.key.startswith(DIGEST)


def due(now: datetime) -> models.QuerySet[Delivery]:
    """Return what is due: waiting long enough, or held by a worker whose lease is over."""
    return Delivery.objects.filter(state__in=[State.WAITING, State.SENDING], next_try_at__lte=now)


def due_targets(now: datetime) -> list[Target]:
    """Return where something is due; what has been failing comes last, so that it holds nobody up."""
    found = due(now).order_by("channel", F("endpoint__failing_since").asc(nulls_first=True), "recipient_id")
    rows = found.values_list("channel", "recipient_id", "endpoint_id", "endpoint__failing_since").distinct()
    return [Target(channel, recipient, endpoint) for channel, recipient, endpoint, _since in rows]


@transaction.atomic
def claim(target: Target, now: datetime) -> list[Claim]:
    """Take the next letters of a target, at most a few; nothing while another worker is choosing there.

    What a dead worker held, or what failed before, goes again just as it was.
    """
    if not _is_free(target):
        return []
    waiting = list(
        (due(now) & target.rows)
        .select_related("message__lead__account", "recipient", "endpoint__person")
        .order_by("id")[:MOST_IN_DIGEST]
    )
    again = _by_letter(row for row in waiting if row.letter)
    fresh = [row for row in waiting if not row.letter]
    letters = [*again.items(), *_new_letters(target, fresh, now)][:LETTERS_AT_ONCE]
    claims = [Claim(target, key, rows) for key, rows in letters]
    taken = [row for one in claims for row in one.deliveries]
    held = {"state": State.SENDING, "next_try_at": now + LEASE}
    _write(taken, lambda row: {"letter": row.letter, "attempts": row.attempts + 1, **held})
    for row in taken:
        row.attempts += 1
    return claims


def sent(claim: Claim, now: datetime) -> None:
    """Write down that a letter is out, unless somebody else has taken it over since."""
    _write(claim.deliveries, lambda row: {"state": State.SENT, "sent_at": now, "error": ""})


def skipped(claim: Claim, now: datetime) -> None:
    """Write down that a letter was not needed any more."""
    _write(claim.deliveries, lambda row: {"state": State.SKIPPED, "sent_at": now, "error": ""})


def failed(claim: Claim, error: str, now: datetime) -> None:
    """Put a letter off, twice as long each time, and after the last attempt give it up for people to see."""
    _write(claim.deliveries, lambda row: {
        "state": State.DEAD if row.attempts >= MOST_ATTEMPTS else State.WAITING,
        "next_try_at": now + pause(row.attempts),
        "error": error[:LONGEST_ERROR],
    })  # fmt: skip


def pause(attempts: int) -> timedelta:
    """Return how long to wait after that many attempts."""
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)


def send_again(delivery: Delivery, now: datetime) -> int:
    """Let a letter that was given up wait for one more attempt; return how many deliveries it carries."""
    same = Target(delivery.channel, delivery.recipient_id, delivery.endpoint_id).rows
    return same.filter(letter=delivery.letter, state=State.DEAD).update(state=State.WAITING, next_try_at=now)


def _is_free(target: Target) -> bool:
    """Lock the person or endpoint for the moment of choosing; two choosers would make two digests."""
    owner: models.QuerySet[Any] = (
        User.objects.filter(Q(pk=target.recipient_id))
        if target.recipient_id
        else Endpoint.objects.filter(Q(pk=target.endpoint_id))
    )
    locked = owner.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return locked.values_list("pk", flat=True).first() is not None


def _by_letter(rows: Iterable[Delivery]) -> dict[str, list[Delivery]]:
    found: dict[str, list[Delivery]] = defaultdict(list)
    for row in rows:
        found[row.letter].append(row)
    return found


def _new_letters(target: Target, fresh: Sequence[Delivery], now: datetime) -> list[Letter]:
    """Give each delivery a letter of its own, or all of them one when there are too many for an hour."""
    if not fresh:
        return []
    if target.channel != Channel.WEBHOOK:
        lately = target.rows.filter(state=State.SENT, sent_at__gt=now - HOUR)
        if len(fresh) + lately.values("letter").distinct().count() > _limit(fresh[0]):
            return _digest(target, fresh, lately, now)
    for row in fresh:
        row.letter = row.message.key.replace(":", "-")
    return [(row.letter, [row]) for row in fresh]


def _digest(
    target: Target, fresh: Sequence[Delivery], lately: models.QuerySet[Delivery], now: datetime
) -> list[Letter]:
    """Put all into one digest, at most one in an hour; until then they wait."""
    last = lately.filter(letter__startswith=DIGEST).order_by("-sent_at").first()
    if last is not None and last.sent_at is not None:
        fresh_ids = [row.pk for row in fresh]
        Delivery.objects.filter(pk__in=fresh_ids).update(next_try_at=last.sent_at + HOUR)
        return []
    key = f"{DIGEST}{target.channel}-{target.recipient_id or target.endpoint_id}-{fresh[0].pk}"
    for row in fresh:
        row.letter = key
    return [(key, list(fresh))]


def _limit(delivery: Delivery) -> int:
    """Return how many single letters an hour the reader wants; a team's channel has the usual limit."""
    endpoint = delivery.endpoint
    reader = delivery.recipient_id or (endpoint.person_id if endpoint else None)
    return wishes.limit(NoticeChoice.objects.filter(person_id=reader).first() if reader else None)


def _write(rows: Sequence[Delivery], changes: Any) -> list[int]:
    """Change rows that still carry the number of the attempt they were read with."""
    table = [
        {"id": row.pk, "expected": row.attempts, "attempts": row.attempts, **changes(row)} for row in rows
    ]
    return setbased.update_rows(Delivery, table, guard="attempts")
