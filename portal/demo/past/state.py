"""One lead's past as it is being written down, and the book of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from leads.audit import Record
from leads.choices import Stage
from leads.models import BantFact, Consent, Deal, Lead, StageChange, User
from portal.demo.past.hearing import PastHearing
from portal.demo.past.trace import Trace
from portal.demo.story import Story, World
from sla import clocks, readiness
from sla.choices import Event
from sla.models import AgreementVersion, Handoff, NurtureStep, Question, Refusal, Snapshot, Verdict

#: Stages in which Marketing has the lead and it may become sales-ready.
MARKETING = (Stage.INQUIRY, Stage.NURTURING)
#: As far back as a snapshot looks.
_TOUCH_DAYS = timedelta(days=365)
_BANT_FIELDS = {
    "budget": ("budget", "amount"),
    "authority": ("met_role", "text"),
    "need": ("need", "text"),
    "timing": ("timing_on", "on"),
}


@dataclass
class Book:
    """All rows of the past; ids are handed out from lists of reserved ones."""

    touch_ids: Sequence[int]
    handoff_ids: Sequence[int]
    touches: list[Trace] = field(default_factory=list)
    bant: list[BantFact] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    stages: list[StageChange] = field(default_factory=list)
    handoffs: list[Handoff] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    steps: list[NurtureStep] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    acts: list[Record] = field(default_factory=list)
    changes: list[clocks.Change] = field(default_factory=list)
    #: Which hours rule a commitment: the same for all leads.
    hours: dict[Any, Any] = field(default_factory=dict)


class Past:
    """What is so with one lead at the moment its story has come to."""

    def __init__(self, world: World, story: Story, book: Book) -> None:
        self.world, self.story, self.book = world, story, book
        self.rng = story.rng
        self.at = story.lead.created_at
        self.touches: list[Trace] = []
        self.bant: dict[str, BantFact] = {}
        self.consent: Consent | None = None
        self.handoff: Handoff | None = None
        self.refusal: Refusal | None = None
        self.question: Question | None = None
        #: Of the track that the lead was last put on.
        self.steps: list[NurtureStep] = []
        self.cycle = 0
        self.said_no: set[int] = set()
        self.tier = ""
        self.hearing = PastHearing(story.lead, book.hours, self._judged_by)

    @property
    def lead(self) -> Lead:
        return self.story.lead

    @property
    def open_handoff(self) -> Handoff | None:
        """The handoff on which Sales still has to do something."""
        return self.handoff if self.handoff and not self.handoff.is_ended else None

    @property
    def version(self) -> AgreementVersion:
        return self.world.versions.at(self.at)

    def is_in(self, *states: str) -> bool:
        """Tell whether the handoff is open in one of these states."""
        return self.open_handoff is not None and self.open_handoff.state in states

    def step(self, to_stage: str, cause: str, actor: User | None = None, at: datetime | None = None) -> None:
        """Take the lead to another stage."""
        lead, at = self.lead, at or self.at
        change = StageChange(
            lead=lead,
            seq=lead.stage_seq + 1,
            from_stage=lead.stage,
            to_stage=to_stage,
            happened_at=at,
            recorded_at=self.at,
            actor=actor,
            cause=cause,
        )
        self.book.stages.append(change)
        lead.stage, lead.stage_since, lead.stage_seq = to_stage, at, change.seq

    def change(
        self, verb: str, actor: User | None = None, data: dict[str, Any] | None = None, **changes: Any
    ) -> None:
        """Change the handoff as a move does, and log the move in the lead's stream."""
        handoff = self.handoff
        if handoff is None:
            raise ValueError(f"There is no handoff to {verb}.")
        for name, value in changes.items():
            setattr(handoff, name, value)
        handoff.seq += 1
        self.log(verb, actor, {"leg": handoff.leg, "state": handoff.state, **(data or {})})

    def log(self, verb: str, actor: User | None, data: dict[str, Any]) -> None:
        """Write an act down; history was done before anybody kept such a log."""
        handoff = self.handoff
        if handoff and not handoff.is_history:
            record = Record(
                stream=f"lead:{self.lead.pk}",
                verb=verb,
                subject_type="handoff",
                subject_id=handoff.pk,
                actor_id=actor.pk if actor else None,
                at=self.at,
                data=data,
            )
            self.book.acts.append(record)

    def hear(self, *events: str) -> None:
        """Let the clocks hear what has just happened to the handoff."""
        self.hearing.at(self.at, *events, handoff=self.handoff)

    def hear_of_lead(self, *events: str) -> None:
        """Let the clocks hear what has just happened to the lead itself."""
        self.hearing.at(self.at, *events, handoff=None)

    def enter_marketing(self) -> None:
        """Begin what the version in force asks of Marketing; none before it asked to look after leads."""
        is_out = self.consent is not None and self.consent.state == "withdrawn"
        if self.at >= self.world.versions.second_at and self.lead.stage in MARKETING and not is_out:
            self.hear_of_lead(Event.ENTERED_MARKETING)

    def hold(self, owner: User | None, team: Any) -> None:
        self.lead.owner, self.lead.team = owner, team

    def unknown_means(self) -> tuple[str, ...]:
        """Return the kinds of BANT that nobody has learned yet."""
        return tuple(kind for kind in _BANT_FIELDS if kind not in self.bant)

    def facts(self) -> readiness.Facts:
        """Return what is known now, as `standings.facts_of` reads it from the tables."""
        lead, account = self.lead, self.lead.account
        first = lead.created_at
        known: dict[str, Any] = {
            "industry": account.industry or None,
            "employees": account.employees,
            "country": lead.country or account.country or None,
            "region": account.region or None,
            "city": account.city or None,
            "language": lead.language or None,
            "title": lead.title or None,
            "seniority": lead.seniority or None,
            "source": lead.source or None,
            "campaign": lead.campaign or None,
        }
        known_at = {name: first for name, value in known.items() if value is not None} | {"fit": first}
        for kind, fact in self.bant.items():
            name, column = _BANT_FIELDS[kind]
            known[name], known_at[name] = getattr(fact, column), fact.known_at
            if kind == "budget":
                known["budget_currency"], known_at["budget_currency"] = fact.currency, fact.known_at
        if self.consent:
            known["consent"], known_at["consent"] = self.consent.state, self.consent.happened_at
        return readiness.Facts(**known, touches=self._touch_facts(), known_at=known_at)

    def _touch_facts(self) -> tuple[readiness.TouchFact, ...]:
        return tuple(
            readiness.TouchFact(one.happened_at, one.side, one.kind, one.evidence, one.reached, one.id)
            for one in self.touches
            if self.at - one.happened_at < _TOUCH_DAYS
        )

    def _judged_by(self, lead: Lead) -> tuple[AgreementVersion, str] | None:
        return self.version, self.tier
