"""Which agreement a lead falls under: the rules in their order, where they overlap, what none covers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from leads import queries
from leads.choices import Stage
from leads.models import AuditEntry, Lead, User
from sla import agreements, readiness, standings
from sla.agreements.ordering import ASKED_EARLIER
from sla.models import AgreementVersion, Handoff

#: So many of the newest open leads are tried; a rule that covers one in a thousand may stay unseen.
TRIED = 2000
#: Of each overlap so many are looked up by name, and the first few that the reader may see are shown.
_LOOKED_UP, NAMED = 50, 3
#: So many leads of a company are tried one by one.
ASKED = 5
_CLOSED = (Stage.CUSTOMER, Stage.LOST, Stage.DISQUALIFIED)


@dataclass(slots=True)
class Shared:
    """Leads that some agreement would cover and an earlier one takes, or that none covers."""

    count: int = 0
    ids: list[int] = field(default_factory=list)
    named: list[Lead] = field(default_factory=list)

    def add(self, lead_id: int) -> None:
        self.count += 1
        if len(self.ids) < _LOOKED_UP:
            self.ids.append(lead_id)


@dataclass(slots=True)
class Segment:
    """One agreement in force: how many of the tried leads fall under it, and what earlier ones take from it.

    `covered` meet its rule; `falls_under` are those that no earlier agreement took; `shared` holds, by the
    name of an earlier agreement, the leads that both rules cover.
    """

    version: AgreementVersion
    rule: readiness.Criterion | None
    label: str
    covered: int = 0
    falls_under: int = 0
    shared: dict[str, Shared] = field(default_factory=dict)
    is_never_asked: bool = False

    def verdict(self, facts: readiness.Facts, at: datetime) -> readiness.Verdict | None:
        """Return what the rule says of a lead, leaf by leaf; None where it covers everybody."""
        compiled = agreements.terms(self.version).segment
        return None if compiled is None else readiness.judge(compiled, facts, at)

    def covers(self, facts: readiness.Facts, at: datetime) -> bool:
        compiled = agreements.terms(self.version).segment
        return compiled is None or compiled.value(facts, at) is True


@dataclass(frozen=True, slots=True)
class Segments:
    """All agreements in force in the order in which they are asked, tried on the newest open leads."""

    found: tuple[Segment, ...]
    tried: int
    is_all: bool
    uncovered: Shared

    @property
    def has_gap(self) -> bool:
        """Tell whether leads may fall under no agreement."""
        return all(segment.rule is not None for segment in self.found)


@dataclass(frozen=True, slots=True)
class Trial:
    """One lead put to the agreements: each asked with its verdict, and the one that takes it, if any.

    `also` would cover it too, were they asked before. A lead on offer or at work stays with the version that
    it was `offered_under`.
    """

    lead: Lead
    asked: tuple[tuple[Segment, readiness.Verdict | None], ...]
    taken_by: Segment | None
    also: tuple[Segment, ...]
    offered_under: AgreementVersion | None


def segments(*, user: User, at: datetime) -> Segments:
    """Try the newest open leads against every agreement in force; only leads that `user` sees are named."""
    found = _segments()
    newest = Lead.objects.alive().exclude(stage__in=_CLOSED).order_by("-pk")
    ids = list(newest.values_list("pk", flat=True)[: TRIED + 1])
    uncovered = Shared()
    for lead_id, facts in standings.facts_of(ids[:TRIED], at).items():
        if not _take(found, lead_id, facts, at):
            uncovered.add(lead_id)
    _name([uncovered, *(shared for segment in found for shared in segment.shared.values())], user)
    return Segments(tuple(found), min(len(ids), TRIED), len(ids) <= TRIED, uncovered)


def trials(*, user: User, text: str, at: datetime) -> list[Trial]:
    """Put the leads of a company or name that `user` sees to the agreements, one by one."""
    leads = queries.search(user=user, text=text, limit=ASKED)
    known, found = standings.facts_of([lead.pk for lead in leads], at), _segments()
    offers = Handoff.objects.open().filter(lead__in=leads).select_related("version__agreement")
    under = {offer.lead_id: offer.version for offer in offers.order_by("leg")}
    return [_trial(lead, known[lead.pk], found, at, under.get(lead.pk)) for lead in leads]


def last_moved() -> tuple[AuditEntry, User | None] | None:
    """Return who changed the order last, None while nobody has."""
    streams = [f"agreement:{version.agreement_id}" for version in agreements.in_force()]
    acts = AuditEntry.objects.filter(stream__in=streams, verb=ASKED_EARLIER)
    act = acts.order_by("-at", "-pk").first()
    return (act, User.objects.filter(pk=act.actor_id or 0).first()) if act else None


def _segments() -> list[Segment]:
    found: list[Segment] = []
    for version in agreements.in_force():
        text = agreements.document(version).segment
        is_never_asked = any(earlier.rule is None for earlier in found)
        found.append(Segment(version, text.rule, text.label, is_never_asked=is_never_asked))
    return found


def _take(found: list[Segment], lead_id: int, facts: readiness.Facts, at: datetime) -> bool:
    """Count one lead at the agreements that cover it; tell whether any does."""
    first: Segment | None = None
    for segment in found:
        if not segment.covers(facts, at):
            continue
        segment.covered += 1
        if first is None:
            first = segment
            segment.falls_under += 1
        elif segment.rule is not None:
            # That everybody else's agreement would take it too is what "everybody else" means.
            segment.shared.setdefault(first.version.agreement.name, Shared()).add(lead_id)
    return first is not None


def _trial(
    lead: Lead,
    facts: readiness.Facts,
    found: list[Segment],
    at: datetime,
    offered_under: AgreementVersion | None,
) -> Trial:
    covering = [segment for segment in found if segment.covers(facts, at)]
    taken_by = covering[0] if covering else None
    asked = found if taken_by is None else found[: found.index(taken_by) + 1]
    also = tuple(segment for segment in covering[1:] if segment.rule is not None)
    verdicts = tuple((one, one.verdict(facts, at)) for one in asked)
    return Trial(lead, verdicts, taken_by, also, offered_under)


def _name(shared: Iterable[Shared], user: User) -> None:
    """Look up the first leads of each overlap and gap that a person may see, in one query."""
    kept = list(shared)
    wanted = {pk for one in kept for pk in one.ids}
    seen = Lead.objects.visible_to(user).filter(pk__in=wanted).select_related("account").in_bulk()
    for one in kept:
        one.named = [seen[pk] for pk in one.ids if pk in seen][:NAMED]
