"""What a letter says: its sentences, the facts beside them, and the buttons under them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from leads.models import Lead, OutboxMessage, User
from portal.delivery import links, telling
from portal.delivery.audience import handoff_of
from portal.delivery.claiming import Claim
from portal.delivery.errors import NotNeeded
from portal.lines import weekly
from sla import agreements, permissions
from sla.agreements.news import COMMENTED
from sla.choices import CLOCK_KINDS, ClockState, HandoffState
from sla.letters import KIND as WEEKLY
from sla.models import AlignmentLetter, Clock, Comment, Handoff
from sla.plans import KIND as PLAN

MOST_ITEMS = 30
Fact = tuple[str, str]


@dataclass(frozen=True)
class Button:
    """A link that asks or shows; `act` and `word` let a chat make the act in place."""

    label: str
    url: str
    act: str = ""
    word: str = ""


@dataclass(frozen=True)
class Item:
    """One piece of news."""

    sentence: str
    tone: str
    facts: tuple[Fact, ...] = ()
    quote: str = ""
    buttons: tuple[Button, ...] = ()
    #: Buttons of a chat that can show a form.
    asking: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Letter:
    """One letter to one reader, or to a team's channel; `more` counts the news that found no room."""

    subject: str
    items: tuple[Item, ...]
    is_digest: bool
    more: int = 0

    @property
    def settings_url(self) -> str:
        return links.absolute(reverse("notice-choices"))


def compose(claim: Claim, reader: User | None) -> Letter:
    """Write the letter of a claim in the reader's sight; a team's channel sees what its manager would.

    Raises NotNeeded when everything it was to say is over.
    """
    news = _News([row.message for row in claim.deliveries], reader)
    current = [message for message in news.messages if not news.is_over(message)]
    if not current:
        raise NotNeeded
    items = tuple(news.item(message) for message in current[:MOST_ITEMS])
    subject = _digest_subject(len(current)) if claim.is_digest else items[0].sentence
    return Letter(subject, items, claim.is_digest, more=len(current) - len(items))


class _News:
    """Messages with all that is said about them, looked up once; `reader` None is a team's channel."""

    def __init__(self, messages: Sequence[OutboxMessage], reader: User | None) -> None:
        self.messages, self.reader = messages, reader
        found = {pk for message in messages if (pk := handoff_of(message))}
        related = ("version__agreement", "lead__account", "rep", "team", "refusal", "question")
        self.handoffs = Handoff.objects.select_related(*related).in_bulk(found)
        clocks = {message.subject_id for message in messages if message.subject_type == "clock"}
        self.clocks = Clock.objects.in_bulk([pk for pk in clocks if pk])

    @cached_property
    def visible(self) -> set[int]:
        """The leads that the reader may see now."""
        ids = {message.lead_id for message in self.messages if message.lead_id}
        if self.reader is None:
            return ids
        return set(Lead.objects.visible_to(self.reader).filter(pk__in=ids).values_list("pk", flat=True))

    def is_over(self, message: OutboxMessage) -> bool:
        """Tell whether there is nothing left to do about a message: it is decided, met or somebody else's."""
        handoff, clock = self.handoffs.get(handoff_of(message) or 0), self._clock(message)
        if message.kind == "handoff.offer" and handoff is not None:
            mine = handoff.rep_id is None or self.reader is None or handoff.rep_id == self.reader.pk
            return handoff.state != HandoffState.OFFERED or not mine
        return clock is not None and clock.state in (ClockState.MET, ClockState.CANCELLED)

    def item(self, message: OutboxMessage) -> Item:
        """Say one message; of a lead out of sight only that there is news."""
        is_visible = message.lead_id is None or message.lead_id in self.visible
        sentence, tone = telling.sentence(message, is_visible), telling.TONES.get(message.kind, "ok")
        handoff = self.handoffs.get(handoff_of(message) or 0)
        if not is_visible:
            return Item(sentence, tone)
        clock = self._clock(message)
        facts = _facts_of_clock(clock) if clock else FACTS.get(message.kind, _no_facts)(handoff)
        if message.kind == WEEKLY:
            facts = _weekly(message)
        quote = QUOTES.get(message.kind, _no_quote)(handoff)
        if message.kind == COMMENTED:
            quote = _said(message)
        buttons, asking = self._buttons(message, handoff), self._asking(message, handoff)
        return Item(sentence, tone, facts, quote, tuple(buttons), tuple(asking))

    def _asking(self, message: OutboxMessage, handoff: Handoff | None) -> Iterator[Button]:
        """Yield the moves that need a reason, while the news is about what the reader has to do."""
        if handoff is None or self.reader is None or handoff.rep_id != self.reader.pk:
            return
        if message.kind == "handoff.offer" or message.kind.startswith("clock."):
            for code, act in links.ASKING.items():
                if permissions.can(self.reader, code, handoff):
                    url = links.absolute(reverse(f"handoff-{code.replace('_', '-')}", args=[handoff.pk]))
                    yield Button(str(act.verb), url, code, links.token(code, handoff, self.reader))

    def _buttons(self, message: OutboxMessage, handoff: Handoff | None) -> list[Button]:
        found = []
        act = BUTTONS.get(message.kind, "")
        if message.kind.startswith("clock.") and message.data.get("kind") != "decide":
            act = ""
        if act and handoff and self.reader and permissions.can(self.reader, act, handoff):
            word = links.token(act, handoff, self.reader)
            url = links.absolute(reverse("act", args=[word]))
            found.append(Button(str(links.ACTS[act].verb), url, act, word))
        if message.kind == WEEKLY:
            url = links.absolute(reverse("weekly-letter", args=[message.subject_id]))
            found.append(Button(_("Open in Concord"), url))
        if message.kind == PLAN:
            found.append(Button(_("Open the inbox"), links.absolute(reverse("inbox"))))
        if path := telling.place(message):
            found.append(Button(_("Open in Concord"), links.absolute(path)))
        return found

    def _clock(self, message: OutboxMessage) -> Clock | None:
        return self.clocks.get(message.subject_id or 0) if message.subject_type == "clock" else None


def _digest_subject(count: int) -> str:
    return ngettext("%(n)s piece of news for you", "%(n)s pieces of news for you", count) % {"n": count}


def _no_facts(handoff: Handoff | None) -> tuple[Fact, ...]:
    return ()


def _no_quote(handoff: Handoff | None) -> str:
    return ""


def _facts_of_clock(clock: Clock) -> tuple[Fact, ...]:
    due = [(_("Due"), moment(clock.due_at or clock.breached_at))] if clock.due_at or clock.breached_at else []
    return ((_("Commitment"), str(CLOCK_KINDS[clock.kind].label)), *due)


def facts_of_offer(handoff: Handoff | None) -> tuple[Fact, ...]:
    """Return the little that an offer's letter and its page tell: who, where from, until when."""
    if handoff is None:
        return ()
    lead = handoff.lead
    running = Clock.objects.filter(handoff=handoff, kind="decide", state=ClockState.RUNNING)
    due_at = running.order_by("due_at").values_list("due_at", flat=True).first()
    known = [
        (_("Contact"), ", ".join(part for part in (lead.name, lead.title) if part)),
        (_("Grade"), handoff.grid),
        (_("Source"), lead.source),
        (_("Decide by"), moment(due_at) if due_at else ""),
    ]
    return tuple((label, value) for label, value in known if value)


def _facts_of_refusal(handoff: Handoff | None) -> tuple[Fact, ...]:
    if handoff is None or not handoff.reason_code:
        return ()
    labels = {one.code: one.label for one in agreements.document(handoff.version).reasons}
    return ((_("Reason"), labels.get(handoff.reason_code, handoff.reason_code)),)


def _note_of_refusal(handoff: Handoff | None) -> str:
    return handoff.refusal.note if handoff and hasattr(handoff, "refusal") else ""


def _contest_note(handoff: Handoff | None) -> str:
    return handoff.refusal.contest_note if handoff and hasattr(handoff, "refusal") else ""


def _question(handoff: Handoff | None) -> str:
    return handoff.question.text if handoff and hasattr(handoff, "question") else ""


def _answer(handoff: Handoff | None) -> str:
    return handoff.question.answer if handoff and hasattr(handoff, "question") else ""


def _weekly(message: OutboxMessage) -> tuple[Fact, ...]:
    """Return the whole weekly letter: both sides get the same text."""
    written = AlignmentLetter.objects.filter(pk=message.subject_id or 0).first()
    return tuple(weekly.pairs(weekly.letter(written))) if written else ()


def _said(message: OutboxMessage) -> str:
    """Return what somebody said to a draft."""
    said = Comment.objects.filter(pk=message.data.get("comment")).first()
    return said.text if said else ""


def moment(at: datetime | None) -> str:
    """Say a moment in full, in the reader's zone: a letter may be read on another day."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    pattern = pgettext("format of a moment in a letter", "D j M Y, H:i")
    return f"{formats.date_format(local, pattern)} {local:%Z}"


FACTS: dict[str, Callable[[Handoff | None], tuple[Fact, ...]]] = {
    "handoff.offer": facts_of_offer,
    "handoff.reassign": facts_of_offer,
    "handoff.answer": facts_of_offer,
    "handoff.decline": _facts_of_refusal,
    "handoff.hand_back": _facts_of_refusal,
}
QUOTES: dict[str, Callable[[Handoff | None], str]] = {
    "handoff.decline": _note_of_refusal,
    "handoff.hand_back": _note_of_refusal,
    "handoff.contest": _contest_note,
    "handoff.ask": _question,
    "handoff.answer": _answer,
}
#: Kind of message → the move that its button makes.
BUTTONS: dict[str, str] = {
    "handoff.offer": "accept",
    "handoff.answer": "accept",
    "clock.warned": "accept",
    "clock.breached": "accept",
    "handoff.decline": "acknowledge",
    "handoff.hand_back": "acknowledge",
}
