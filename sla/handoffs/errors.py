"""Why a move is refused, each with a sentence for the person who tried it."""

from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from leads.models import Lead, User
from sla.choices import HandoffState
from sla.models import Handoff

Text = str | Promise


class MoveRefused(Exception):
    """A move that the move table, the state of the lead or the person does not allow."""

    words: Text = _("This is not possible now.")

    @property
    def sentence(self) -> Text:
        """What to tell the person; in the language and time zone of the reader."""
        return self.words

    def __str__(self) -> str:
        return str(self.sentence)


_DONE_BY = {
    HandoffState.ACCEPTED: _("%(name)s accepted this lead %(when)s."),
    HandoffState.DECLINED: _("%(name)s declined this lead %(when)s."),
    HandoffState.REROUTED: _("%(name)s passed this lead on to another rep %(when)s."),
    HandoffState.EXPIRED: _("The offer ended without a decision %(when)s."),
    HandoffState.WITHDRAWN: _("%(name)s took the offer of this lead back %(when)s."),
    HandoffState.QUALIFIED: _("%(name)s qualified this lead %(when)s."),
    HandoffState.RETURNED: _("%(name)s handed this lead back %(when)s."),
    HandoffState.CONVERTED: _("%(name)s made an opportunity of this lead %(when)s."),
    HandoffState.WON: _("%(name)s noted this lead as won %(when)s."),
    HandoffState.LOST: _("%(name)s noted this lead as lost %(when)s."),
}


class AlreadyDecided(MoveRefused):
    """Somebody moved the handoff first: `by` whom (None: the system), `at` what time, to which `state`."""

    def __init__(self, *, by: User | None, at: datetime | None, state: str, now: datetime) -> None:
        super().__init__()
        self.by, self.at, self.state, self.now = by, at, state, now

    @property
    def sentence(self) -> Text:
        """Name who was first and when, in the reader's zone."""
        values = {"name": self.by.name if self.by else gettext("Concord"), "when": _when(self.at, self.now)}
        return str(_DONE_BY[HandoffState(self.state)]) % values


class NotYours(MoveRefused):
    """The move belongs to somebody else."""

    words = _("This is for somebody else to decide.")


class UnknownMove(MoveRefused):
    """The move table does not know this move for a handoff in this state."""

    def __init__(self, handoff: Handoff) -> None:
        super().__init__()
        self.state = handoff.state

    @property
    def sentence(self) -> Text:
        """Name the state that does not know the move."""
        label = HandoffState(self.state).label
        return gettext("This is not possible while the handoff is “%(state)s”.") % {"state": label}


class Changed(MoveRefused):
    """Something happened to the handoff or its lead in the same moment."""

    words = _("This lead changed in this moment. Look at it again and decide then.")


class NotAsSeen(Changed):
    """Somebody moved the handoff since whoever moves it now saw it."""


class WrongStage(MoveRefused):
    """The lead is not in the stage from which this move goes."""

    def __init__(self, lead: Lead) -> None:
        super().__init__()
        self.stage = lead.stage
        self.label = lead.get_stage_display()

    @property
    def sentence(self) -> Text:
        """Name the stage the lead is in."""
        return gettext("This is not possible while the lead is “%(stage)s”.") % {"stage": self.label}


class NotSalesReady(WrongStage):
    """The lead does not meet the gate of the leg, so it cannot be offered."""

    @property
    def sentence(self) -> Text:
        """Name the stage the lead is in."""
        text = gettext("Only a sales-ready lead can be handed over; this one is “%(stage)s”.")
        return text % {"stage": self.label}


class AlreadyOpen(MoveRefused):
    """The lead is with Sales on this leg already."""

    words = _("This lead is handed over already.")


class NoTeam(MoveRefused):
    """No team receives leads of this segment on this leg; the lead waits and says so."""

    words = _("No team takes leads of this segment. The lead waits until one does.")


class NoRoom(MoveRefused):
    """Whoever takes from the pool already holds, or was given, as much as agreed."""

    words = _("You have as many leads as agreed. Decide on one of yours first.")


class NotEligible(MoveRefused):
    """The person named cannot take the lead."""

    words = _("This person takes no leads here now.")


class NobodyElse(NotEligible):
    """The lead should change hands, but nobody else can take it now."""

    words = _("Nobody else can take this lead now. Ask your manager, or give another reason.")


class SaidNo(NotEligible):
    """The person named declined this lead or handed it back, in this cycle or the last."""

    words = _("This person said no to this lead before.")


class UnknownReason(MoveRefused):
    """The agreement has no such reason, or none that fits this move."""

    words = _("The agreement knows no such reason here.")


_NEEDS = {
    "note": _("This reason needs a note."),
    "contact": _("This reason needs the name of the right person."),
    "month": _("“Not now” needs a date or a sign to wait for."),
    "reason": _("This needs a reason."),
    "future": _("The date to look again must lie ahead."),
    "track": _("The agreement has no such nurture track."),
    "choice": _("With this reason there is no choice between “not now” and “never”."),
    "text": _("This needs some words."),
}


class ReasonNeeds(MoveRefused):
    """Something that the reason asks for is missing; `what` is its code, as in the agreement's `asks`."""

    def __init__(self, what: str, **values: Any) -> None:
        super().__init__()
        self.what, self.values = what, values

    @property
    def sentence(self) -> Text:
        """Say what is missing."""
        if self.what == "attempts":
            text = ngettext(
                "This reason needs %(needed)s attempt; %(made)s on record.",
                "This reason needs %(needed)s attempts; %(made)s on record.",
                self.values["needed"],
            )
            return text % self.values
        return _NEEDS[self.what]


class UndoOver(MoveRefused):
    """The two minutes are over, or something else has happened since."""

    words = _("This can no longer be undone.")


class GateNotMet(MoveRefused):
    """The qualification gate is not met; `verdict` explains it leaf by leaf."""

    words = _("The lead does not meet the qualification gate yet. Name the exception to go on.")

    def __init__(self, verdict: Any) -> None:
        super().__init__()
        self.verdict = verdict


class AskedBefore(MoveRefused):
    """One question for each handoff."""

    words = _("A question was asked about this lead before.")


class NothingAsked(MoveRefused):
    """There is no open question."""

    words = _("There is no question waiting for an answer.")


class AlreadyDone(MoveRefused):
    """Marketing's or the referee's part is done already, or does not arise."""

    words = _("This is done already.")


class TooManyHops(MoveRefused):
    """The lead changed hands as often as the agreement allows."""

    words = _("This lead changed hands as often as the agreement allows.")


class TooLate(MoveRefused):
    """The clock within which this could be done ran out: `due_at` is when."""

    def __init__(self, *, due_at: datetime, now: datetime) -> None:
        super().__init__()
        self.due_at, self.now = due_at, now

    @property
    def sentence(self) -> Text:
        """Say until when it could be done."""
        when = _when(self.due_at, self.now)
        return gettext("The time to contest this ended %(when)s. It can only be taken up again.") % {
            "when": when
        }


class NoReferee(MoveRefused):
    """The agreement names no referee."""

    words = _("The agreement names no referee.")


def _when(at: datetime | None, now: datetime) -> str:
    if at is None:
        return gettext("before")
    zone = timezone.get_current_timezone()
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        time = formats.date_format(local, pgettext("format of a time", "H:i"))
        return gettext("at %(time)s") % {"time": time}
    day = formats.date_format(local, pgettext("format of date and time", "j M, H:i"))
    return gettext("on %(day)s") % {"day": day}
