"""Send what is due, outside any transaction: a slow receiver holds no lock, and nobody else up."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from portal.delivery import claiming
from portal.delivery.chat import send as send_chat
from portal.delivery.claiming import Claim, Target
from portal.delivery.errors import NotNeeded, Rejected, Unreachable
from portal.delivery.mailing import send as send_mail
from portal.delivery.webhooks import send as send_webhook
from portal.models import Delivery

#: A round ends by itself long before the queue would end it; the next beat goes on.
LONGEST_ROUND = timedelta(seconds=60)
SENDERS: dict[str, Callable[[Claim, datetime], None]] = {
    Delivery.Channel.EMAIL: send_mail,
    Delivery.Channel.CHAT: send_chat,
    Delivery.Channel.WEBHOOK: send_webhook,
}
log = logging.getLogger(__name__)


class Watch:
    """The moment that was given, moving on while letters are under way."""

    def __init__(self, now: datetime) -> None:
        self._now, self._started = now, time.monotonic()

    @property
    def passed(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self._started)

    @property
    def now(self) -> datetime:
        return self._now + self.passed


def send_due(*, now: datetime) -> int:
    """Send what is due and return how many letters went out.

    When one receiver cannot be reached, the rest of what was taken for it waits too; when the mail
    server cannot be reached, all mail does.
    """
    watch, count, is_mail_down = Watch(now), 0, False
    for target in claiming.due_targets(now):
        is_mail = target.channel == Delivery.Channel.EMAIL
        if (is_mail and is_mail_down) or watch.passed > LONGEST_ROUND:
            continue
        try:
            count += _send_all(target, watch)
        except Unreachable:
            is_mail_down = is_mail_down or is_mail
    return count


def _send_all(target: Target, watch: Watch) -> int:
    """Send what is due for one target, a few letters at a time; raises Unreachable."""
    count = 0
    while watch.passed < LONGEST_ROUND and (claims := claiming.claim(target, watch.now)):
        for index, claim in enumerate(claims):
            try:
                count += _send(claim, watch)
            except Unreachable as error:
                for rest in claims[index:]:
                    claiming.failed(rest, str(error), watch.now)
                raise
    return count


def _send(claim: Claim, watch: Watch) -> int:
    try:
        SENDERS[claim.target.channel](claim, watch.now)
    except NotNeeded:
        claiming.skipped(claim, watch.now)
        return 0
    except Rejected as error:
        claiming.failed(claim, str(error), watch.now)
        return 0
    except Unreachable:
        raise
    # Whatever is wrong with one letter, the others are due.
    except Exception as error:
        log.exception("Letter %s could not be sent", claim.key)
        claiming.failed(claim, f"{type(error).__name__}: {error}", watch.now)
        return 0
    claiming.sent(claim, watch.now)
    return 1
