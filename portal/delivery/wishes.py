"""What each person wishes to be told, by which way, and at which hours."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads import audit
from leads.models import User
from portal.models import NoticeChoice
from sla import businesstime, calendars

SALT = "concord.slack"
CODE_LASTS = timedelta(minutes=15)
SCREEN, EMAIL, CHAT = "in_app", "email", "chat"
CHANNELS: tuple[tuple[str, str | Promise], ...] = (
    (SCREEN, _("In Concord")),
    (EMAIL, _("E-mail")),
    (CHAT, _("Chat")),
)
EVERYWHERE = frozenset({SCREEN, EMAIL, CHAT})
#: Whoever belongs to no calendar is written to on weekdays in their own zone.
USUAL_HOURS = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@dataclass(frozen=True)
class Group:
    """Events that people choose a way for together; `channels` hold until somebody chooses."""

    code: str
    label: str | Promise
    kinds: tuple[str, ...]
    channels: frozenset[str] = EVERYWHERE


GROUPS: tuple[Group, ...] = (
    Group("offers", _("Offers and reminders"),
          ("handoff.offer", "handoff.reassign", "handoff.nudge")),
    Group("warnings", _("Due soon"), ("clock.warned",)),
    Group("breaches", _("Late"), ("clock.breached", "clock.escalated", "outage.summary")),
    Group("returned", _("Came back, asked or contested"),
          ("handoff.decline", "handoff.hand_back", "handoff.ask", "handoff.contest", "handoff.expire",
           "clock.disputed")),
    Group("answered", _("Answers"),
          ("handoff.answer", "handoff.rule", "handoff.repair", "handoff.withdraw", "handoff.reroute",
           "clock.dispute_granted", "clock.dispute_refused")),
    Group("drafts", _("Agreement proposed or signed"),
          ("agreement.proposed", "agreement.signed", "agreement.agreed")),
    Group("comments", _("Comments on an agreement"),
          ("agreement.commented",), frozenset({SCREEN, EMAIL})),
    Group("agreement", _("Agreement and weekly letter"),
          ("agreement.*", "letter.*")),
    Group("plan", _("Plan of the day"), ("plan.daily",), frozenset({EMAIL})),
    Group("progress", _("All other news"), ("*",), frozenset({SCREEN})),
)  # fmt: skip
_CODES = {kind: group for group in GROUPS for kind in group.kinds}


def group_of(kind: str) -> Group:
    """Return the group that a kind of message belongs to."""
    return _CODES.get(kind) or _CODES.get(f"{kind.partition('.')[0]}.*") or _CODES["*"]


def of_person(user: User) -> NoticeChoice:
    """Return what a person chose, or the defaults as a row that is not written."""
    return NoticeChoice.objects.filter(person=user).first() or NoticeChoice(person=user)


def channels(choice: NoticeChoice | None, group: Group) -> frozenset[str]:
    """Return the ways by which somebody hears of a group of events."""
    chosen = choice.channels.get(group.code) if choice else None
    return group.channels if chosen is None else frozenset(chosen)


class Wishes:
    """The choices of everybody who is told of a batch of messages, looked up once."""

    def __init__(self, people: Collection[User], now: datetime) -> None:
        self.now = now
        self.choices = NoticeChoice.objects.in_bulk([person.pk for person in people])
        hours = calendars.of_people(people)
        self._open_at = {
            person.pk: next_open(hours[person.pk] or usual_hours(person.time_zone), now) for person in people
        }

    def wants(self, person_id: int, kind: str, channel: str) -> bool:
        """Tell whether a person wishes to hear of this by this way."""
        return channel in channels(self.choices.get(person_id), group_of(kind))

    def not_before(self, person_id: int) -> datetime:
        """Return when a person may next be written to: now, or when their hours begin."""
        choice = self.choices.get(person_id)
        return self.now if choice and not choice.keeps_quiet_hours else self._open_at[person_id]


def next_open(hours: businesstime.Schedule, now: datetime) -> datetime:
    """Return the first open moment from `now` on; hours that never open again hold nothing back."""
    try:
        return hours.next_open(now)
    except businesstime.BeyondCalendar:
        return now


@lru_cache(maxsize=64)
def usual_hours(zone: str) -> businesstime.Schedule:
    """Return office hours of a zone, by default of the one in the settings."""
    return businesstime.Schedule.from_json({"timezone": zone or settings.TIME_ZONE, "hours": USUAL_HOURS})


def limit(choice: NoticeChoice | None) -> int:
    """Return how many single letters somebody gets in an hour before they come as a digest."""
    return (choice or NoticeChoice()).mails_per_hour


@transaction.atomic
def choose(
    *,
    person: User,
    channels: Mapping[str, Collection[str]],
    keeps_quiet_hours: bool,
    mails_per_hour: int,
) -> None:
    """Keep how a person wishes to be told. A matter of taste, so nothing is logged."""
    values = {
        "channels": {code: sorted(ways) for code, ways in channels.items()},
        "keeps_quiet_hours": keeps_quiet_hours,
        "mails_per_hour": mails_per_hour,
    }
    NoticeChoice.objects.update_or_create(person=person, defaults=values)


class SlackIdTaken(Exception):
    """Somebody else acts under this member id."""


class NoCode(Exception):
    """The text is no code of ours, or was made too long ago."""


def code(person: User) -> str:
    """Return a word that links its person to whoever types it in Slack soon; it is shown to them alone.

    It is good once, as it names the member who acts for the person until then.
    """
    return signing.dumps([person.pk, of_person(person).slack_id], salt=SALT)


@transaction.atomic
def link(*, code: str, slack_id: str, now: datetime) -> User:
    """Let a member of Slack act as the person a code was made for; raises NoCode, SlackIdTaken."""
    try:
        pk, before = signing.loads(code, salt=SALT, max_age=CODE_LASTS)
    except signing.BadSignature as error:
        raise NoCode from error
    person = User.objects.select_for_update(no_key=True).filter(pk=pk, is_active=True).first()
    if person is None or not slack_id or of_person(person).slack_id != before:
        raise NoCode
    if NoticeChoice.objects.filter(slack_id=slack_id).exclude(person=person).exists():
        raise SlackIdTaken
    NoticeChoice.objects.update_or_create(person=person, defaults={"slack_id": slack_id})
    _log_link(person, "slack_linked", now)
    return person


@transaction.atomic
def unlink(*, person: User, now: datetime) -> None:
    """Let nobody in Slack act as this person any more."""
    if NoticeChoice.objects.filter(person=person).exclude(slack_id="").update(slack_id=""):
        _log_link(person, "slack_unlinked", now)


def _log_link(person: User, verb: str, now: datetime) -> None:
    audit.record(
        stream=f"user:{person.pk}",
        verb=verb,
        subject_type="user",
        subject_id=person.pk,
        actor=person,
        at=now,
    )
