"""Writing what people say about themselves: whether they take new leads."""

from datetime import datetime

from django.db import transaction

from leads import audit
from leads.models import User


@transaction.atomic
def pause(*, user: User, is_paused: bool, now: datetime, actor: User) -> bool:
    """Take a person out of the turn for new leads, or back in; return whether that changed anything."""
    changed = User.objects.filter(pk=user.pk, is_paused=not is_paused).update(is_paused=is_paused)
    if not changed:
        return False
    user.is_paused = is_paused
    audit.record(
        stream=f"user:{user.pk}",
        verb="paused" if is_paused else "resumed",
        subject_type="user",
        subject_id=user.pk,
        actor=actor,
        at=now,
    )
    return True


def use_single_keys(*, user: User, is_on: bool) -> None:
    """Keep whether single keys act on this person's pages; a matter of taste, so nothing is logged."""
    User.objects.filter(pk=user.pk).update(single_keys=is_on)
    user.single_keys = is_on
