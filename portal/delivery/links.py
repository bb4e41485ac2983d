"""Buttons outside Concord: signed, expiring, good once, for one act of one person on one handoff."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.models import User
from sla import handoffs, permissions
from sla.models import Handoff

SALT = "concord.act"
LIFETIME = timedelta(days=7)


@dataclass(frozen=True)
class Act:
    """A move that a button can make: what it says before and after, and how it is made."""

    code: str
    verb: str | Promise
    question: str | Promise
    done: str | Promise
    make: Callable[..., Handoff]


#: Only moves that ask for nothing but a yes.
ACTS: dict[str, Act] = {
    "accept": Act(
        "accept", _("Accept"), _("Accept %(account)s?"), _("Accepted %(account)s."), handoffs.accept
    ),
    "acknowledge": Act(
        "acknowledge",
        _("Take it up again"),
        _("Take %(account)s up again?"),
        _("%(account)s is taken up again."),
        handoffs.acknowledge,
    ),
}


#: Moves that ask for a reason: a chat opens a form for them, a letter has no such button.
ASKING: dict[str, Act] = {
    "decline": Act(
        "decline", _("Decline…"), _("Decline %(account)s"), _("Declined %(account)s."), handoffs.decline
    ),
    "hand_back": Act(
        "hand_back",
        _("Hand back…"),
        _("Hand back %(account)s"),
        _("Handed %(account)s back."),
        handoffs.hand_back,
    ),
}


@dataclass(frozen=True)
class Permit:
    """What a button may do: this act, on this handoff as it stood after `seq` moves, by this person."""

    act: Act
    handoff: Handoff
    person: User

    @property
    def is_open(self) -> bool:
        """Whether the act can still be done by this person."""
        return permissions.can(self.person, self.act.code, self.handoff)


class Invalid(Exception):
    """The address was changed, cut off or is no button of ours."""


class Expired(Exception):
    """The button is too old."""


class Spent(Exception):
    """Something has happened to the handoff since: the act is done, decided, or somebody else's."""

    def __init__(self, handoff: Handoff) -> None:
        super().__init__()
        self.handoff = handoff


def token(act: str, handoff: Handoff, person: User) -> str:
    """Return the permission as a word for an address.

    It names the count of the handoff's moves, so the first move, whoever makes it, ends its life.
    """
    said = {"a": act, "h": handoff.pk, "p": person.pk, "s": handoff.seq}
    return signing.dumps(said, salt=SALT)


def address(act: str, handoff: Handoff, person: User) -> str:
    """Return the address of the page that asks before it acts."""
    return absolute(reverse("act", args=[token(act, handoff, person)]))


def read(word: str, acts: Mapping[str, Act] = ACTS) -> Permit:
    """Return what a token of one of these acts permits now; raises Invalid, Expired, Spent."""
    try:
        said = signing.loads(word, salt=SALT, max_age=LIFETIME)
    except signing.SignatureExpired as error:
        raise Expired from error
    except signing.BadSignature as error:
        raise Invalid from error
    found = Handoff.objects.select_related("lead__account", "version__agreement", "rep", "team", "decided_by")
    handoff = found.filter(pk=said["h"]).first()
    person = User.objects.filter(pk=said["p"], is_active=True).first()
    act = acts.get(said["a"])
    if handoff is None or person is None or act is None:
        raise Invalid
    permit = Permit(act, handoff, person)
    if handoff.seq != said["s"] or not permit.is_open:
        raise Spent(handoff)
    return permit


def use(word: str, *, now: datetime) -> Permit:
    """Do what a token permits, once; raises as `read`, and `handoffs.MoveRefused`."""
    permit = read(word)
    permit.act.make(handoff=permit.handoff, actor=permit.person, now=now)
    return permit


def absolute(path: str) -> str:
    """Return a path of this site as an address that works in a letter."""
    return settings.PUBLIC_URL.rstrip("/") + path
