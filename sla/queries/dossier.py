"""One lead with all that is known, judged and agreed about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leads import kept
from leads.choices import BantKind, Stage, TouchSide
from leads.models import BantFact, Consent, Deal, Lead, Touch, User
from sla import agreements, readiness, standings
from sla import clocks as running
from sla.choices import CLOCK_KINDS, ClockState
from sla.models import AgreementVersion, Clock, ClockEvent, Commitment, Handoff, Standing
from sla.queries import decisions, inbox, rounds

MOST_COMMITTEE = 8
#: The attribute of a lead that names the part played in the buying committee.
ROLE = "committee_role"
#: Stages in which the owner has accepted the lead.
_ACCEPTED = frozenset({Stage.SAL, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER})
#: Whose clocks begin when an offer is accepted.
_AFTER_ACCEPTING = ("first_touch", "persistence", "qualify_or_return")
#: The order in which a lead meets its clocks.
CLOCK_ORDER = ("hand_over", *(code for code in CLOCK_KINDS if code != "hand_over"))


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a gate judges the lead: its leg's, frozen at the open offer, or the readiness gate now."""

    verdict: readiness.Verdict
    gate: readiness.Criterion
    version: AgreementVersion
    judged_at: datetime
    is_frozen: bool


@dataclass(frozen=True, slots=True)
class Member:
    """Another person at the account."""

    lead: Lead
    touches: int
    latest_at: datetime | None

    @property
    def role(self) -> str:
        """The code of the part played in the decision, "" where nobody noted it."""
        return str(self.lead.attributes.get(ROLE, ""))

    @property
    def accepted_by(self) -> User | None:
        return self.lead.owner if self.lead.stage in _ACCEPTED else None

    @property
    def offered_to(self) -> User | None:
        return self.lead.owner if self.lead.stage == Stage.MQL else None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A lead, its handoffs newest first, and what belongs to the current one.

    `facts` is all that was ever learned of BANT, `bant` what holds.
    """

    lead: Lead
    handoffs: tuple[Handoff, ...]
    handoff: Handoff | None
    clocks: tuple[Clock, ...]
    promised: tuple[Commitment, ...]
    judgement: Judgement | None
    standing: Standing | None
    explanation: standings.Explanation | None
    facts: tuple[BantFact, ...]
    bant: Mapping[str, BantFact]
    consents: tuple[Consent, ...]
    committee: tuple[Member, ...]
    deals: tuple[Deal, ...]
    last_round: rounds.Round | None
    attempts: int

    @property
    def next_clock(self) -> Clock | None:
        """Return the open clock that is late or due first."""
        due = [clock for clock in self.clocks if clock.ended_at is None and clock.due_at]
        return min(due, key=lambda clock: (clock.due_at, clock.pk), default=None)


def dossier(lead: Lead, user: User, now: datetime) -> Dossier:
    """Return everything the page of a lead shows, in the same number of queries however much there is."""
    handoffs = handoffs_of(lead)
    handoff = current(handoffs)
    explanation = explanation_of(lead, now)
    clocks = clocks_of(handoff, handoffs)
    facts = facts_of(lead)
    return Dossier(
        lead=lead,
        handoffs=handoffs,
        handoff=handoff,
        clocks=clocks,
        promised=_promised(handoff, clocks),
        judgement=judgement(handoff, explanation, now),
        standing=_standing.first(lead=lead.pk),
        explanation=explanation,
        facts=facts,
        bant=_newest(facts),
        consents=consents_of(lead),
        committee=committee_of(lead, user),
        deals=tuple(_deals(account=lead.account_id)),
        last_round=rounds.last(lead, handoff, handoffs, explanation),
        attempts=inbox.attempts_of(handoff) if handoff else 0,
    )


def handoffs_of(lead: Lead) -> tuple[Handoff, ...]:
    """Return the lead's handoffs, the newest first."""
    return tuple(_handoffs(lead=lead.pk))


@kept.question
def _handoffs() -> QuerySet[Handoff]:
    found = Handoff.objects.filter(lead_id=kept.number("lead")).select_related(
        "version__agreement",
        "rep",
        "team",
        "decided_by",
        "refusal",
        "question",
        "verdict",
        "snapshot",
        "offered_by",
    )
    told = found.annotate(is_late_to_contest=decisions.late_to_contest())
    light = told.defer("version__document", "version__canonical_text")
    return light.order_by("-cycle", "-leg", "-hop")


@kept.question
def _standing() -> QuerySet[Standing]:
    return Standing.objects.filter(pk=kept.number("lead"))


@kept.question
def _deals() -> QuerySet[Deal]:
    found = Deal.objects.filter(account_id=kept.number("account"))
    return found.order_by("-closed_at", "-pk")[:MOST_COMMITTEE]


def current(handoffs: tuple[Handoff, ...]) -> Handoff | None:
    """Return the handoff that a page of the lead speaks of: the open one of the latest leg, else the last."""
    return next((handoff for handoff in handoffs if not handoff.is_ended), handoffs[0] if handoffs else None)


def clocks_of(handoff: Handoff | None, handoffs: tuple[Handoff, ...]) -> tuple[Clock, ...]:
    """Return the clocks of the current cycle in the order in which a lead meets them.

    A clock that began with a move that was undone is left to the history.
    """
    if handoff is None:
        return ()
    cycle = {one.pk for one in handoffs if one.cycle == handoff.cycle}
    began_at = min((one.ready_at or one.offered_at for one in handoffs
                    if one.cycle == handoff.cycle and one.offered_at), default=None)  # fmt: skip
    found = [
        clock
        for clock in _clocks(lead=handoff.lead_id)
        if clock.handoff_id in cycle or _led_to(clock, began_at)
    ]
    running.attach_commitments(found)
    return tuple(sorted(found, key=lambda clock: (CLOCK_ORDER.index(clock.kind), clock.started_at, clock.pk)))


@kept.question
def _clocks() -> QuerySet[Clock]:
    undone = ClockEvent.objects.filter(clock=OuterRef("pk"), detail__by="undone")
    found = Clock.objects.filter(lead_id=kept.number("lead")).select_related("rep")
    return found.exclude(Q(state=ClockState.CANCELLED) & Exists(undone))


def _led_to(clock: Clock, began_at: datetime | None) -> bool:
    """Tell whether this is the clock to hand over that ran before the cycle's offer."""
    if clock.handoff_id is not None or clock.kind != "hand_over":
        return False
    return began_at is None or clock.started_at >= began_at


def explanation_of(lead: Lead, now: datetime) -> standings.Explanation | None:
    """Return how the lead stands now with every leaf and part of the score, None where nothing covers it."""
    try:
        return standings.explain(lead=lead, now=now)
    except agreements.NoAgreement:
        return None


def judgement(
    handoff: Handoff | None, explanation: standings.Explanation | None, now: datetime
) -> Judgement | None:
    """Return the verdict frozen at the current offer; without an open one, how the lead stands now."""
    frozen = getattr(handoff, "verdict", None) if handoff and not handoff.is_ended else None
    if handoff and frozen:
        said = {"value": frozen.value, "valid_until": None, "leaves": frozen.leaves}
        document = agreements.document(handoff.version)
        gate = document.gates[document.leg(handoff.leg).gate]
        at = handoff.offered_at or now
        return Judgement(readiness.Verdict.from_json(said), gate, handoff.version, at, True)
    if explanation is None:
        return None
    gate = agreements.document(explanation.version).gates["readiness"]
    return Judgement(explanation.verdict, gate, explanation.version, now, False)


def bant_of(lead: Lead) -> dict[str, BantFact]:
    """Return the newest fact of each kind of BANT."""
    return _newest(facts_of(lead))


def facts_of(lead: Lead) -> tuple[BantFact, ...]:
    """Return all that was learned of BANT, the newest last."""
    return tuple(_facts(lead=lead.pk))


@kept.question
def _facts() -> QuerySet[BantFact]:
    found = BantFact.objects.filter(lead_id=kept.number("lead"))
    return found.select_related("actor").order_by("known_at", "pk")


def _newest(facts: Iterable[BantFact]) -> dict[str, BantFact]:
    newest = {fact.kind: fact for fact in facts}
    return {kind: newest[kind] for kind in BantKind.values if kind in newest}


def consents_of(lead: Lead) -> tuple[Consent, ...]:
    """Return the newest word on each channel."""
    newest = {consent.channel: consent for consent in _consents(lead=lead.pk)}
    return tuple(newest.values())


@kept.question
def _consents() -> QuerySet[Consent]:
    found = Consent.objects.filter(lead_id=kept.number("lead"))
    return found.order_by(Coalesce("happened_at", "recorded_at"), "pk")


def committee_of(lead: Lead, user: User) -> tuple[Member, ...]:
    """Return the others at the account whom this person may see, the most active first."""
    touches = Touch.objects.filter(lead=OuterRef("pk")).exclude(side=TouchSide.MARKETING)
    latest = touches.order_by("-happened_at").values("happened_at")[:1]
    count = touches.order_by().values("lead").annotate(n=Count("pk")).values("n")
    others: QuerySet[Lead] = Lead.objects.visible_to(user).filter(account=lead.account_id).exclude(pk=lead.pk)
    found = others.select_related("owner").annotate(latest_at=Subquery(latest), n=Subquery(count))
    ordered = found.order_by(F("latest_at").desc(nulls_last=True), "pk")[:MOST_COMMITTEE]
    return tuple(Member(other, other.n or 0, other.latest_at) for other in ordered)


def _promised(handoff: Handoff | None, clocks: tuple[Clock, ...]) -> tuple[Commitment, ...]:
    """Return the timed commitments that begin once the open handoff is accepted."""
    if handoff is None or handoff.is_ended:
        return ()
    started = {clock.commitment.code for clock in clocks}
    awaited = [
        one
        for one in agreements.commitments_on(handoff.version, handoff.tier)
        if one.kind in _AFTER_ACCEPTING and one.leg in (handoff.leg, None) and one.code not in started
    ]
    return tuple(sorted(awaited, key=lambda commitment: CLOCK_ORDER.index(commitment.kind)))
