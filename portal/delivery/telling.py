"""Say a message in one sentence."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from leads.choices import Side
from leads.models import OutboxMessage
from portal.models import Notice
from sla.choices import CLOCK_KINDS

#: Kind of message → sentence about the account.
SENTENCES: dict[str, str | Promise] = {
    "handoff.offer": _("%(account)s is offered to Sales."),
    "handoff.accept": _("Sales accepted %(account)s."),
    "handoff.decline": _("Sales declined %(account)s."),
    "handoff.hand_back": _("Sales handed %(account)s back."),
    "handoff.ask": _("Sales asks about %(account)s; the decision waits for the answer."),
    "handoff.answer": _("Marketing answered about %(account)s."),
    "handoff.reassign": _("%(account)s has a new owner."),
    "handoff.reroute": _("%(account)s was passed on to another rep."),
    "handoff.expire": _("Nobody decided on %(account)s in time; it goes on to somebody else."),
    "handoff.withdraw": _("Marketing took %(account)s back."),
    "handoff.qualify": _("%(account)s is qualified."),
    "handoff.convert": _("%(account)s is an opportunity now."),
    "handoff.win": _("%(account)s was won."),
    "handoff.lose": _("%(account)s was lost."),
    "handoff.acknowledge": _("Marketing took %(account)s up again."),
    "handoff.repair": _("Marketing repaired the data of %(account)s."),
    "handoff.contest": _("Marketing contests the decline of %(account)s."),
    "handoff.rule": _("The referee ruled on %(account)s."),
    "handoff.wake": _("%(account)s woke up again."),
    "handoff.unplaced": _("Nobody who is at work can take %(account)s now."),
    "handoff.nudge": _("A reminder: %(account)s waits for you."),
    "clock.warned": _("%(clock)s for %(account)s is due soon."),
    "clock.breached": _("%(clock)s for %(account)s is late."),
    "clock.disputed": _("A breach about %(account)s is disputed: %(clock)s. You answer."),
    "clock.dispute_granted": _("Granted: the breach of %(account)s counts as an exception."),
    "clock.dispute_refused": _("Refused: the breach of %(account)s stays charged."),
    "clock.escalated": _("%(clock)s for %(account)s is still late."),
    "outage.summary": _(
        "Concord stood still from %(from)s to %(to)s. What fell due then is charged to nobody."
    ),
    "agreement.review_due": _("The agreement is to be reviewed by %(due_on)s."),
    "agreement.proposed": _("%(agreement)s v%(number)s is proposed to both sides. Read it and sign."),
    "agreement.commented": _("A comment on %(agreement)s v%(number)s."),
    "agreement.signed": _("%(side)s signed %(agreement)s v%(number)s. The other side has not yet."),
    "agreement.agreed": _("Both sides signed %(agreement)s v%(number)s."),
    "letter.weekly": _("The alignment letter of the week up to %(to)s."),
    "plan.daily": _("Today: %(plan)s."),
    "webhook.test": _("This is a test."),
}
ABOUT_DRAFTS = {kind for kind in SENTENCES if kind.startswith("agreement.")} - {"agreement.review_due"}
TONES = {"clock.breached": "late", "clock.escalated": "late", "clock.warned": "soon"}
FALLBACK = _("Something changed about %(account)s.")


@dataclass(frozen=True)
class Told:
    """One notice as a page shows it; `url` blank when there is nothing to open, or it is out of sight."""

    sentence: str
    at: datetime
    url: str
    is_new: bool
    tone: str


def told(notice: Notice, is_visible: bool) -> Told:
    """Return a notice in words."""
    message = notice.message
    return Told(
        sentence=sentence(message, is_visible),
        at=notice.created_at,
        url=place(message) if is_visible or message.lead_id is None else "",
        is_new=notice.read_at is None,
        tone=TONES.get(message.kind, "ok"),
    )


def place(message: OutboxMessage) -> str:
    """Return the address of the page that a message is about, blank if there is none."""
    if message.lead_id is not None:
        return reverse("lead", args=[message.lead_id])
    if message.kind in ABOUT_DRAFTS:
        return reverse("agreement-draft", args=[message.subject_id])
    return ""


def sentence(message: OutboxMessage, is_visible: bool) -> str:
    """Return a message in words; of a lead out of the reader's sight no name."""
    said = str(SENTENCES.get(message.kind, FALLBACK)) % _words(message, is_visible)
    return said if is_visible else capfirst(said)


def _words(message: OutboxMessage, is_visible: bool) -> dict[str, str]:
    account = message.lead.account.name if message.lead and is_visible else str(_("a lead"))
    kind = CLOCK_KINDS.get(message.data.get("kind", ""))
    moments = {name: _moment(message.data.get(name, "")) for name in ("from", "to", "due_on")}
    plan = _plan(message.data) if message.kind == "plan.daily" else ""
    signed_for = message.data.get("signed_for")
    return {
        "account": account,
        "clock": str(kind.label) if kind else "",
        "plan": plan,
        "agreement": message.data.get("agreement", ""),
        "number": message.data.get("number", ""),
        "side": str(Side(signed_for).label) if signed_for else "",
        **moments,
    }


def _plan(data: dict[str, Any]) -> str:
    """Say how much of what is due today, how much of it is late, and when the first of the rest is due."""
    counts = data["counts"]
    parts = [
        ngettext("%(n)s decision", "%(n)s decisions", counts.get("decide", 0)),
        ngettext("%(n)s touch", "%(n)s touches", counts.get("touch", 0)),
        ngettext("%(n)s other thing", "%(n)s other things", counts.get("other", 0)),
    ]
    numbers = [counts.get(name, 0) for name in ("decide", "touch", "other")]
    said = ", ".join(text % {"n": n} for text, n in zip(parts, numbers, strict=True) if n)
    if data["late"]:
        said += "; " + ngettext("%(n)s is late", "%(n)s are late", data["late"]) % {"n": data["late"]}
    first_at = parse_datetime(data["first_at"])
    if first_at is None:
        return said
    at = formats.date_format(timezone.localtime(first_at), pgettext("format of a time", "H:i"))
    return said + "; " + gettext("first due %(time)s") % {"time": at}


def _moment(text: Any) -> str:
    """Say a moment or a day that a message carries, blank if it carries none."""
    if not isinstance(text, str):  # who gave a lead to whom stands under the same names, as ids
        return ""
    day = parse_date(text)
    if day is not None:
        return formats.date_format(day, pgettext("a day", "j M Y"))
    moment = parse_datetime(text)
    if moment is None:
        return ""
    return formats.date_format(timezone.localtime(moment), pgettext("date and time", "j M, H:i"))
