"""Keys by which machines act for people: issued, found, used, revoked; and systems that sign."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from leads import audit, kept
from leads.models import User
from portal.models import ApiKey, IntakeSource, Scope

#: The last use is written down at most this often, so that reading stays reading.
USE_NOTED_EVERY = timedelta(minutes=1)
#: More keys than programs are keys that nobody looks after.
MOST_KEYS = 20


class TooMany(Exception):
    """The person has as many keys as one may have."""


@transaction.atomic
def issue(
    *, owner: User, name: str, scopes: Iterable[str], expires_at: datetime | None, now: datetime, actor: User
) -> tuple[ApiKey, str]:
    """Make a key for a person and return it with its secret, which cannot be had again; raises TooMany."""
    # Two made at once are counted one after the other.
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if len(usable(owner, now)) >= MOST_KEYS:
        raise TooMany
    codes = [code for code in Scope.values if code in set(scopes)]
    key, secret = ApiKey.objects.issue(owner=owner, name=name, scopes=codes, expiry_date=expires_at)
    _log(key, "key_issued", actor, now, {"scopes": codes})
    return key, secret


@transaction.atomic
def revoke(*, key: ApiKey, now: datetime, actor: User) -> bool:
    """Close a key for good; return whether it was open."""
    if not ApiKey.objects.filter(pk=key.pk, revoked=False).update(revoked=True, revoked_at=now):
        return False
    _log(key, "key_revoked", actor, now, {})
    return True


def opened_by(secret: str, *, now: datetime) -> ApiKey | None:
    """Return the key that this secret opens now, with its owner; None for any other text."""
    if not (secret.isascii() and secret.isprintable()):
        return None
    found = _usable.first(prefix=secret.partition(".")[0])
    if found is None or found.is_over(now) or not found.owner.is_active:
        return None
    return found if found.is_valid(secret) else None


@kept.question
def _usable() -> QuerySet[ApiKey]:
    return ApiKey.objects.get_usable_keys().filter(prefix=kept.text("prefix"))


def note_use(*, key: ApiKey, now: datetime) -> None:
    """Write down that a key was used, once a minute at most."""
    if key.last_used_at and key.last_used_at > now - USE_NOTED_EVERY:
        return
    is_stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiKey.objects.filter(is_stale, pk=key.pk).update(last_used_at=now)


@transaction.atomic
def open_source(*, name: str, owner: User, now: datetime, actor: User) -> IntakeSource:
    """Let a system send signed messages that act for a person; its secret is made here."""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    source = IntakeSource.objects.create(name=name, owner=owner, secret=secret, created_at=now)
    _log_source(source, "source_opened", actor, now)
    return source


@transaction.atomic
def switch_source(*, source: IntakeSource, is_on: bool, now: datetime, actor: User) -> None:
    """Take messages of a system again, or no more."""
    if IntakeSource.objects.filter(pk=source.pk).exclude(is_active=is_on).update(is_active=is_on):
        _log_source(source, "source_switched_on" if is_on else "source_switched_off", actor, now)


def _log_source(source: IntakeSource, verb: str, actor: User, now: datetime) -> None:
    audit.record(
        stream="system",
        verb=verb,
        subject_type="intake_source",
        subject_id=source.pk,
        actor=actor,
        at=now,
        data={"owner": source.owner_id},
    )


def _log(key: ApiKey, verb: str, actor: User, now: datetime, data: dict[str, object]) -> None:
    audit.record(
        stream=f"user:{key.owner_id}",
        verb=verb,
        subject_type="user",
        subject_id=key.owner_id,
        actor=actor,
        at=now,
        data={"key": key.prefix, **data},
    )


def has_any(user: User, now: datetime) -> bool:
    """Tell whether a person has a key that opens something."""
    return bool(usable(user, now))


def usable(user: User, now: datetime) -> list[ApiKey]:
    """Return a person's keys that open something."""
    return [key for key in ApiKey.objects.filter(owner=user, revoked=False) if not key.is_over(now)]
