"""Playing the last days of the demo company through the real moves, with the sweep passing by."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from leads.choices import TouchSide
from leads.models import Lead, User
from portal.demo import beginnings, work
from portal.demo.story import Offer, Story, World
from sla import handoffs, intake, sweep
from sla.choices import REFUSED_STATES, HandoffState
from sla.models import Handoff
from sla.queries import nurture

_SWEEP_MINUTES = 120
_NEVER = datetime.max.replace(tzinfo=UTC)
#: Steps that belong to a handoff and are moot once another one follows.
_OF_A_HANDOFF = (
    "accept",
    "decline",
    "ask",
    "answer",
    "hand_back",
    "qualify",
    "convert",
    "win",
    "lose",
    "rate",
)
_IN_MARKETING = ("inquiry", "nurturing")


class Player:
    """Makes the moves that stories tell, each at its moment, and tells on whatever the moves lead to."""

    def __init__(self, world: World, stories: Iterable[Story], since: datetime) -> None:
        self.world = world
        self.stories = {story.lead.pk: story for story in stories}
        self.newest = Handoff.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.swept_at = since
        self.moves: dict[str, Callable[..., object]] = {
            "touch": self._touch, "interest": self._touch, "learn": self._learn, "consent": self._consent,
            "next_step": self._next_step, "care": self._care, "nurture": self._nurture,
            "return_of_interest": self._return_of_interest, "offer": self._offer, "accept": self._accept,
            "ask": self._ask, "answer": self._answer, "reroute": self._decline, "decline": self._decline,
            "withdraw": self._withdraw, "hand_back": self._hand_back, "qualify": self._qualify,
            "rate": self._rate, "convert": self._convert, "win": self._win, "lose": self._lose,
            "acknowledge": self._acknowledge, "repair": self._repair, "contest": self._contest,
            "rule": self._rule,
        }  # fmt: skip

    def play(self, until: datetime) -> int:
        """Make every move up to a moment and sweep as the worker would; return how many were made."""
        made = 0
        while story := min(self.stories.values(), key=_first_at, default=None):
            step = story.next_before(until)
            if step is None:
                break
            self._sweep_until(step.at)
            move = self.moves.get(step.verb)
            if move:
                made += self._make(move, story, step.at, step.about)
        self._sweep_until(until)
        sweep.run(until)
        return made

    def _make(self, move: Callable[..., object], story: Story, at: datetime, about: dict[str, Any]) -> int:
        """Make one move; what has become impossible meanwhile is left."""
        lead = Lead.objects.select_related("account").get(pk=story.lead.pk)
        try:
            move(story, lead, at, **about)
        except handoffs.MoveRefused:
            return 0
        self._go_on(at)
        return 1

    def _sweep_until(self, moment: datetime) -> None:
        while (at := self.world.minutes(self.swept_at, _SWEEP_MINUTES)) < moment:
            sweep.run(at)
            self.swept_at = at
            self._go_on(at)

    def _go_on(self, at: datetime) -> None:
        """Tell what becomes of offers that have just been made."""
        fresh = Handoff.objects.filter(pk__gt=self.newest).select_related("rep", "version").order_by("pk")
        for handoff in fresh:
            self.newest = handoff.pk
            story = self.stories.get(handoff.lead_id)
            if story and handoff.rep and handoff.state == HandoffState.OFFERED:
                story.forget(*_OF_A_HANDOFF)
                manner = self.world.company.manners[handoff.rep.pk]
                known = story.lead.bant_facts.values_list("kind", flat=True)
                unknown = tuple(kind for kind in beginnings.MEANS if kind not in set(known))
                offer = Offer(self.world, handoff, handoff.rep, manner, unknown, at)
                (story.script or work.follow)(story, offer)

    # Facts

    def _touch(self, story: Story, lead: Lead, at: datetime, *, side: str, kind: str, **about: Any) -> None:
        actor = about.pop("actor", None)
        if side == TouchSide.SALES:
            actor = _open(lead).rep
        intake.add_touch(lead=lead, now=at, actor=actor, side=side, kind=kind, happened_at=at, **about)

    def _learn(self, story: Story, lead: Lead, at: datetime, *, source: str, **about: Any) -> None:
        actor = _open(lead).rep if source == "conversation" else None
        intake.learn(lead=lead, now=at, known_at=at, actor=actor, source=source, **about)

    def _consent(self, story: Story, lead: Lead, at: datetime, *, state: str, source: str) -> None:
        intake.consent(lead=lead, now=at, channel="any", state=state, happened_at=at, source=source)

    def _next_step(self, story: Story, lead: Lead, at: datetime, *, step: str, on: date) -> None:
        intake.next_step(lead=lead, step=step, on=on, now=at, actor=_open(lead).rep)

    def _care(self, story: Story, lead: Lead, at: datetime) -> None:
        if lead.stage in _IN_MARKETING:
            self._touch(
                story, lead, at, actor=self._marketer(story), **beginnings.useful(story.rng, "nurture_step")
            )
        beginnings.care_again(story, self.world, lead.stage, at)

    def _nurture(self, story: Story, lead: Lead, at: datetime) -> None:
        if lead.stage not in ("recycled", *_IN_MARKETING):
            return
        step = nurture.following(list(Handoff.objects.filter(lead=lead).values_list("pk", flat=True))).first()
        if step:
            handoff = Handoff.objects.select_related("lead", "version", "refusal").get(pk=step.refusal_id)
            intake.take_step(handoff=handoff, number=step.number, actor=self._marketer(story), now=at)
        else:
            self._touch(
                story, lead, at, actor=self._marketer(story), **beginnings.useful(story.rng, "nurture_step")
            )

    def _return_of_interest(self, story: Story, lead: Lead, at: datetime) -> None:
        if lead.stage in _IN_MARKETING:
            known = tuple(lead.bant_facts.values_list("kind", flat=True))
            beginnings.show_interest(story, self.world, at + timedelta(hours=1), known=known)

    # Sales

    def _offer(self, story: Story, lead: Lead, at: datetime, *, ready_at: datetime) -> None:
        handoffs.offer(lead=lead, now=at)

    def _accept(self, story: Story, lead: Lead, at: datetime) -> None:
        handoff = _open(lead)
        handoffs.accept(handoff=handoff, actor=_rep(handoff), now=at)

    def _ask(self, story: Story, lead: Lead, at: datetime, *, text: str) -> None:
        handoff = _open(lead)
        handoffs.ask(handoff=handoff, actor=_rep(handoff), text=text, now=at)

    def _answer(self, story: Story, lead: Lead, at: datetime, *, text: str) -> None:
        handoffs.answer(handoff=_open(lead), actor=self._marketer(story), text=text, now=at)

    def _decline(self, story: Story, lead: Lead, at: datetime, **said: Any) -> None:
        handoff = _open(lead)
        handoffs.decline(handoff=handoff, actor=_rep(handoff), now=at, **said)

    def _hand_back(self, story: Story, lead: Lead, at: datetime, **said: Any) -> None:
        handoff = _open(lead)
        handoffs.hand_back(handoff=handoff, actor=_rep(handoff), now=at, **said)

    def _withdraw(self, story: Story, lead: Lead, at: datetime, *, reason: str) -> None:
        handoffs.withdraw(handoff=_open(lead), actor=self._marketer(story), reason=reason, now=at)

    def _qualify(self, story: Story, lead: Lead, at: datetime) -> None:
        handoff = _open(lead)
        handoffs.qualify(
            handoff=handoff, actor=_rep(handoff), now=at, exception="The rest is agreed on the phone"
        )

    def _rate(self, story: Story, lead: Lead, at: datetime, *, quality: str) -> None:
        handoff = _open(lead)
        handoffs.rate(handoff=handoff, actor=_rep(handoff), quality=quality, now=at)

    def _convert(self, story: Story, lead: Lead, at: datetime) -> None:
        handoff = _open(lead)
        handoffs.convert(handoff=handoff, actor=_rep(handoff), now=at)

    def _win(self, story: Story, lead: Lead, at: datetime, **terms: Any) -> None:
        handoff = _open(lead)
        handoffs.win(handoff=handoff, actor=_rep(handoff), now=at, **terms)

    def _lose(self, story: Story, lead: Lead, at: datetime, *, is_elsewhere: bool) -> None:
        handoff = _open(lead)
        handoffs.lose(handoff=handoff, actor=_rep(handoff), now=at)

    # Marketing and referee

    def _acknowledge(self, story: Story, lead: Lead, at: datetime) -> None:
        handoffs.acknowledge(handoff=_refused(lead), actor=self._marketer(story), now=at)

    def _repair(self, story: Story, lead: Lead, at: datetime, *, note: str) -> None:
        handoffs.repair(handoff=_refused(lead), actor=self._marketer(story), now=at, note=note)

    def _contest(self, story: Story, lead: Lead, at: datetime, *, note: str) -> None:
        handoffs.contest(handoff=_refused(lead), actor=self._marketer(story), now=at, note=note)

    def _rule(self, story: Story, lead: Lead, at: datetime, *, ruling: str, note: str) -> None:
        referee = self.world.company.referee
        handoffs.rule(handoff=_refused(lead), actor=referee, ruling=ruling, now=at, note=note)

    def _marketer(self, story: Story) -> User:
        return story.rng.choice(self.world.company.marketers)


class _Gone(handoffs.MoveRefused):
    """The handoff that a step speaks of is not there any more."""


def _first_at(story: Story) -> datetime:
    return story.steps[0].at if story.steps else _NEVER


def _open(lead: Lead) -> Handoff:
    found = Handoff.objects.open().filter(lead=lead).select_related("rep").first()
    if found is None or found.rep is None:
        raise _Gone
    return found


def _refused(lead: Lead) -> Handoff:
    found = Handoff.objects.filter(lead=lead, state__in=REFUSED_STATES).order_by("-pk").first()
    if found is None:
        raise _Gone
    return found


def _rep(handoff: Handoff) -> User:
    if handoff.rep is None:
        raise _Gone
    return handoff.rep
