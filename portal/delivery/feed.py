"""A person's due times as a calendar feed, behind an address that is the key."""

import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from leads.models import User
from portal.delivery import links
from portal.models import Feed
from sla import permissions
from sla.choices import CLOCK_KINDS, ClockState
from sla.models import Clock

MOST_EVENTS = 300
#: Calendar programs draw an event without length badly.
LENGTH = timedelta(minutes=15)


def rotate(*, person: User, now: datetime) -> str:
    """Give a person a new secret and return it, for the only time; the old address ends."""
    secret = secrets.token_urlsafe(32)
    Feed.objects.update_or_create(person=person, defaults={"secret_hash": _hashed(secret), "created_at": now})
    return secret


def remove(*, person: User) -> None:
    """End a person's feed."""
    Feed.objects.filter(person=person).delete()


def owner(secret: str) -> User | None:
    """Return whose feed a secret opens, None for an old or invented one and for whoever has left."""
    found = Feed.objects.filter(secret_hash=_hashed(secret), person__is_active=True)
    feed = found.select_related("person").first()
    return feed.person if feed else None


def calendar(person: User, now: datetime) -> bytes:
    """Return the due times of a person's running clocks as a calendar."""
    feed = icalendar.Calendar()
    feed.add("prodid", "-//Concord//Due times//EN")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", _("Concord: due for %(name)s") % {"name": person.name})
    feed.add("refresh-interval", timedelta(minutes=15), parameters={"value": "DURATION"})
    for clock in due(person)[:MOST_EVENTS]:
        feed.add_component(_event(clock, now))
    return feed.to_ical()


def due(person: User) -> QuerySet[Clock]:
    """Return the running clocks that this person has to keep: own ones, and those of a shared desk."""
    mine = Q(rep=person)
    if person.role in permissions.MARKETS:
        mine |= Q(side="marketing", rep__isnull=True)
    mine |= Q(side="referee", version__document__referee__email__iexact=person.email)
    running = Clock.objects.filter(mine, state=ClockState.RUNNING, due_at__isnull=False)
    return running.select_related("lead__account").defer("version__document").order_by("due_at", "id")


def _event(clock: Clock, now: datetime) -> icalendar.Event:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    event = icalendar.Event()
    event.add("uid", f"clock-{clock.pk}@{host}")
    event.add("dtstamp", now)
    event.add("dtstart", clock.due_at)
    event.add("dtend", clock.due_at + LENGTH if clock.due_at else None)
    label = str(CLOCK_KINDS[clock.kind].label)
    account = clock.lead.account if clock.lead else ""
    event.add("summary", f"{label}: {account}")
    if clock.lead_id:
        event.add("url", links.absolute(reverse("lead", args=[clock.lead_id])))
    event.add("transp", "TRANSPARENT")
    return event


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
