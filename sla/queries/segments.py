"""Which agreement a lead falls under: the rules in their order, where they overlap, what none covers."""

from dataclasses import dataclass, field
from datetime import datetime

from leads.models import Lead
from sla import agreements, readiness, standings
from sla.models import AgreementVersion

#: So many of the newest leads are tried; a rule that covers one in a thousand may stay unseen.
TRIED = 2000


@dataclass(slots=True)
class Segment:
    """One agreement in force: how many of the tried leads fall under it, and what it takes from others.

    `covered` meet its rule; `falls_under` are those that no earlier agreement took; `shared` counts, by the
    name of an earlier agreement, the leads that both rules cover.
    """

    version: AgreementVersion
    rule: readiness.Criterion | None
    covered: int = 0
    falls_under: int = 0
    shared: dict[str, int] = field(default_factory=dict)
    is_never_asked: bool = False


@dataclass(frozen=True, slots=True)
class Segments:
    """All agreements in force in the order in which they are asked."""

    found: tuple[Segment, ...]
    tried: int
    uncovered: int

    @property
    def has_gap(self) -> bool:
        """Tell whether leads may fall under no agreement."""
        return all(segment.rule is not None for segment in self.found)


def segments(at: datetime) -> Segments:
    """Try the newest leads against every agreement in force; the first that covers a lead takes it."""
    found = [_segment(version) for version in agreements.in_force()]
    for index, segment in enumerate(found):
        segment.is_never_asked = any(earlier.rule is None for earlier in found[:index])
    ids = Lead.objects.alive().order_by("-pk").values_list("pk", flat=True)[:TRIED]
    facts = standings.facts_of(ids, at).values()
    uncovered = sum(not _take(found, one, at) for one in facts)
    return Segments(tuple(found), len(facts), uncovered)


def _segment(version: AgreementVersion) -> Segment:
    return Segment(version, agreements.document(version).segment.rule)


def _take(found: list[Segment], facts: readiness.Facts, at: datetime) -> bool:
    """Count one lead at the agreements that cover it; tell whether any does."""
    first: Segment | None = None
    for segment in found:
        compiled = agreements.terms(segment.version).segment
        if compiled is not None and compiled.value(facts, at) is not True:
            continue
        segment.covered += 1
        if first is None:
            first = segment
            segment.falls_under += 1
        else:
            name = first.version.agreement.name
            segment.shared[name] = segment.shared.get(name, 0) + 1
    return first is not None
