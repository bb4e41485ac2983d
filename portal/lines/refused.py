"""Say what became of a lead that Sales gave back: what was said then, and what Marketing answered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from leads.models import User
from portal import badges, wording
from portal.forms.refusals import SIGNS
from portal.forms.results import sees_people
from portal.lines import clocks, dossier, tracks, verdicts
from sla import permissions
from sla.choices import REFUSED_STATES, HandoffState
from sla.models import Clock, Handoff, Refusal


@dataclass(frozen=True)
class Line:
    """One sentence: who and when, and what."""

    lead_in: str
    text: str


@dataclass(frozen=True)
class Contested:
    """A decline that Marketing contested, as it waits for the referee."""

    handoff: Handoff
    badge: badges.Badge | None
    reason: str
    declined_by: str
    can_rule: bool


def contested(found: Iterable[tuple[Handoff, Clock | None]], user: User, now: datetime) -> list[Contested]:
    """Say which declines wait for a ruling, and which of them this person rules on."""
    return [
        Contested(
            handoff,
            clocks.badge(clock, now) if clock else None,
            dossier.reason_label(handoff),
            str(handoff.decided_by or handoff.rep or "") if sees_people(user) else "",
            permissions.can_rule(user, handoff),
        )
        for handoff, clock in found
    ]


def lines(handoff: Handoff, now: datetime) -> tuple[Line, ...]:
    """Return the sentences about a refused handoff, none about any other."""
    refusal = getattr(handoff, "refusal", None)
    if refusal is None or handoff.state not in REFUSED_STATES:
        return ()
    return (_no(handoff, refusal, now), *answers(handoff, now), *_waking(refusal))


def answers(handoff: Handoff, now: datetime) -> Iterator[Line]:
    """Yield what Marketing and the referee answered, in the order in which it happens."""
    refusal = getattr(handoff, "refusal", None)
    if refusal is None:
        return
    if refusal.contested_at:
        yield _answered(refusal.contested_at, now, _("contested. %(note)s") % {"note": refusal.contest_note})
    if refusal.ruled_at:
        said = {"name": _name(refusal.ruled_by), "when": wording.moment_text(refusal.ruled_at, now)}
        yield Line(_("%(name)s ruled, %(when)s:") % said, str(refusal.get_ruling_display()))
    if refusal.acknowledged_at:
        track = tracks.label(handoff)
        on = (
            _("taken up again, on the track “%(track)s”") % {"track": track} if track else _("taken up again")
        )
        yield _answered(refusal.acknowledged_at, now, on)
    if refusal.repaired_at:
        yield _answered(refusal.repaired_at, now, _("the data is right again"))


def _no(handoff: Handoff, refusal: Refusal, now: datetime) -> Line:
    at = handoff.ended_at or handoff.decided_at
    said = {
        "name": _name(handoff.decided_by or handoff.rep),
        "when": wording.moment_text(at, now) if at else _("day unknown"),
    }
    declined = handoff.state == HandoffState.DECLINED
    lead_in = _("%(name)s declined, %(when)s:") if declined else _("%(name)s handed it back, %(when)s:")
    words = [dossier.reason_label(handoff) + "."]
    if refusal.note:
        words.append(_("“%(words)s”") % {"words": refusal.note})
    if refusal.right_contact:
        words.append(_("Right contact: %(name)s.") % {"name": refusal.right_contact})
    if refusal.mismatch:
        words.append(_("The dossier said otherwise: %(facts)s.") % {"facts": refusal.mismatch})
    return Line(lead_in % said, " ".join(words))


def _answered(at: datetime, now: datetime, text: str) -> Line:
    return Line(_("Marketing answered, %(when)s:") % {"when": wording.moment_text(at, now)}, text)


def _waking(refusal: Refusal) -> Iterator[Line]:
    if refusal.woken_at:
        yield Line(_("Woke up:"), verdicts.day(refusal.woken_at))
        return
    signs = ", ".join(str(SIGNS.get(sign, sign)) for sign in refusal.wake_trigger.split())
    on = verdicts.day(refusal.wake_at) if refusal.wake_at else ""
    if on and signs:
        yield Line(_("Wakes up:"), _("%(day)s, or earlier when they %(signs)s") % {"day": on, "signs": signs})
    elif on or signs:
        yield Line(_("Wakes up:"), on or _("when they %(signs)s") % {"signs": signs})


def _name(person: User | None) -> str:
    return person.name if person else _("Somebody")
