"""What the dialogs of moves ask about one handoff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery

from leads.models import BantFact, User
from sla import agreements, readiness, standings
from sla.choices import Disposition
from sla.document import Reason
from sla.models import Handoff
from sla.permissions import TAKES_LEADS
from sla.queries import dossier


@dataclass(frozen=True, slots=True)
class Qualification:
    """How the qualification gate judges a lead now."""

    verdict: readiness.Verdict
    gate: readiness.Criterion
    bant: Mapping[str, BantFact]


def qualification(handoff: Handoff, now: datetime) -> Qualification:
    """Judge a lead by the qualification gate of the handoff's version, writing nothing."""
    explained = standings.explain(lead=handoff.lead, now=now, version=handoff.version)
    gate = agreements.document(handoff.version).gates["qualification"]
    return Qualification(readiness.judge(gate, explained.facts, now), gate, dossier.bant_of(handoff.lead))


def reroute_reasons(handoff: Handoff) -> list[Reason]:
    """Return the reasons of the agreement for which another rep takes over."""
    reasons = agreements.document(handoff.version).reasons
    return [reason for reason in reasons if reason.disposition == Disposition.REROUTE]


def others(handoff: Handoff) -> QuerySet[User]:
    """Return who else of the team might take a handoff, with `open_count` = leads they hold."""
    held = Handoff.objects.open().filter(rep=OuterRef("pk")).values("rep").annotate(n=Count("pk")).values("n")
    people = User.objects.filter(team=handoff.team_id, role__in=TAKES_LEADS, is_active=True)
    return people.exclude(pk=handoff.rep_id or 0).annotate(open_count=Subquery(held)).order_by("name")
