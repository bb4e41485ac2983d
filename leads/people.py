"""Writing who works here: people, their teams, and what they say about themselves."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from leads import audit
from leads.choices import Role
from leads.models import Absence, Company, Team, User

#: Fields whose old and new value may stand in the log: codes, numbers and ids, nothing personal.
_TOLD = frozenset({"role", "team", "is_active", "calendar", "max_open", "weight", "side", "leg"})


class NobodyLeft(Exception):
    """After this change nobody could run Concord any more; the text says so."""


@transaction.atomic
def create(*, values: dict[str, Any], now: datetime, actor: User) -> User:
    """Create a person without a password; a link to set one is sent apart."""
    user = User.objects.create_user(password=None, **{"time_zone": company_zone(), **values})
    _log(user, "created", _told({}, values), now, actor)
    return user


@transaction.atomic
def change(*, user: User, values: dict[str, Any], now: datetime, actor: User) -> bool:
    """Change what is known of a person and return whether anything was news; raise NobodyLeft."""
    before = {name: getattr(user, name) for name in values}
    changed = {name: value for name, value in values.items() if value != before[name]}
    if not changed:
        return False
    loses = changed.get("is_active") is False or changed.get("role", Role.OPERATIONS) != Role.OPERATIONS
    if user.role == Role.OPERATIONS and user.is_active and loses:
        _keep_somebody(user)
    for name, value in changed.items():
        setattr(user, name, value)
    user.save(update_fields=list(changed))
    _log(user, "changed", {"fields": sorted(changed), **_told(before, changed)}, now, actor)
    return True


@transaction.atomic
def save_company(*, name: str, time_zone: str, now: datetime, actor: User) -> Company:
    """Name the company and its zone; people without a zone of their own read their times in it."""
    before = Company.objects.first()
    company, _is_new = Company.objects.update_or_create(pk=1, defaults={"name": name, "time_zone": time_zone})
    inherited = {"", before.time_zone if before else ""}
    User.objects.filter(time_zone__in=inherited).update(time_zone=time_zone)
    audit.record(
        stream="system", verb="changed", subject_type="company", subject_id=company.pk, actor=actor, at=now
    )
    return company


def company_zone() -> str:
    """Return the zone of the company, "" before it has one."""
    return Company.objects.values_list("time_zone", flat=True).first() or ""


def note_mail_on_trial(*, now: datetime) -> None:
    """Keep when a mail on trial went out."""
    Company.objects.update(mailed_at=now)


@transaction.atomic
def save_team(*, team: Team, values: dict[str, Any], now: datetime, actor: User) -> Team:
    """Create a team or change it."""
    before = {} if team.pk is None else {name: getattr(team, name) for name in values}
    changed = {name: value for name, value in values.items() if before.get(name) != value or not before}
    for name, value in changed.items():
        setattr(team, name, value)
    team.save()
    if changed:
        audit.record(
            stream=f"team:{team.pk}",
            verb="changed" if before else "created",
            subject_type="team",
            subject_id=team.pk,
            actor=actor,
            at=now,
            data={"fields": sorted(changed), **_told(before, changed)},
        )
    return team


@transaction.atomic
def pause(*, user: User, is_paused: bool, now: datetime, actor: User) -> bool:
    """Take a person out of the turn for new leads, or back in; return whether that changed anything."""
    changed = User.objects.filter(pk=user.pk, is_paused=not is_paused).update(is_paused=is_paused)
    if not changed:
        return False
    user.is_paused = is_paused
    _log(user, "paused" if is_paused else "resumed", {}, now, actor)
    return True


@transaction.atomic
def add_absence(*, user: User, first_on: date, last_on: date, now: datetime, actor: User) -> Absence:
    """Note the whole days on which a person is away; days already noted are one absence with them."""
    touching = Absence.objects.filter(
        user=user, first_on__lte=last_on + timedelta(days=1), last_on__gte=first_on - timedelta(days=1)
    )
    first_on = min([first_on, *touching.values_list("first_on", flat=True)])
    last_on = max([last_on, *touching.values_list("last_on", flat=True)])
    touching.delete()
    absence = Absence.objects.create(user=user, first_on=first_on, last_on=last_on)
    days = {"first_on": first_on.isoformat(), "last_on": last_on.isoformat()}
    _log(user, "absence_noted", days, now, actor)
    return absence


@transaction.atomic
def remove_absence(*, absence: Absence, now: datetime, actor: User) -> None:
    """Take an absence back, as if the person had never been away."""
    days = {"first_on": absence.first_on.isoformat(), "last_on": absence.last_on.isoformat()}
    absence.delete()
    _log(absence.user, "absence_removed", days, now, actor)


@transaction.atomic
def open_login(*, user: User, now: datetime, actor: User) -> None:
    """Let a link be sent by which a person sets a password.

    Who never had one is given one that nobody knows: a link can only replace one.
    """
    _log(user, "invited", {}, now, actor)
    if not user.has_usable_password():
        user.set_password(secrets.token_urlsafe(32))
        user.save(update_fields=["password"])


def use_single_keys(*, user: User, is_on: bool) -> None:
    """Keep whether single keys act on this person's pages; a matter of taste, so nothing is logged."""
    User.objects.filter(pk=user.pk).update(single_keys=is_on)
    user.single_keys = is_on


def speak(*, user: User, language: str) -> None:
    """Keep in which language Concord speaks to this person, "" for that of the browser; nothing is logged."""
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language


def _keep_somebody(user: User) -> None:
    """Refuse to take the last person away who may change settings; raise NobodyLeft."""
    others = User.objects.select_for_update().filter(role=Role.OPERATIONS, is_active=True).exclude(pk=user.pk)
    if not others.exists():
        raise NobodyLeft(_("Nobody else runs Concord. Give somebody else the role Operations first."))


def _told(before: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    return {name: [_code(before.get(name)), _code(changed[name])] for name in sorted(_TOLD & changed.keys())}


def _code(value: Any) -> Any:
    value = getattr(value, "pk", value)
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def _log(user: User, verb: str, data: dict[str, Any], now: datetime, actor: User) -> None:
    audit.record(
        stream=f"user:{user.pk}",
        verb=verb,
        subject_type="user",
        subject_id=user.pk,
        actor=actor,
        at=now,
        data=data,
    )
