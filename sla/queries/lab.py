"""The named leads of a run, looked up anew each time: a run itself keeps only their ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from leads.models import Lead
from sla import agreements, readiness, standings
from sla.models import AgreementVersion, Handoff, LabRun
from sla.readiness import Compiled
from sla.wording import Sentence

LISTS = ("gained", "turned_in", "turned_out", "lost")


@dataclass(frozen=True, slots=True)
class Named:
    """One lead that a draft changes: when, what became of it, and what the draft missed in its facts."""

    lead_id: int
    lead: str
    account: str
    at: datetime | None
    fate: str
    because: tuple[tuple[Sentence, Sentence], ...] = ()


def attached(version: AgreementVersion) -> QuerySet[LabRun]:
    """Return the runs kept with a version, the newest first, without what they found."""
    return LabRun.objects.filter(version=version).defer("result").order_by("-created_at", "-pk")


def named(
    result: Mapping[str, Any], which: str, gate: Compiled, visible: QuerySet[Lead], start: int, most: int
) -> list[Named]:
    """Return a page of the leads of a list that a person may see."""
    if which == "gained":
        return _gained((result.get("gained") or {}).get("leads", []), visible, start, most)
    return _handed(result[which]["handoffs"], which, gate, visible, start, most)


def _gained(rows: Sequence[Mapping[str, Any]], visible: QuerySet[Lead], start: int, most: int) -> list[Named]:
    leads = visible.filter(pk__in=[row["lead"] for row in rows]).select_related("account").in_bulk()
    seen = [row for row in rows if row["lead"] in leads][start : start + most]
    return [
        Named(
            lead_id=row["lead"],
            lead=str(leads[row["lead"]]),
            account=leads[row["lead"]].account.name,
            at=datetime.fromisoformat(row["at"]),
            fate=row["fate"],
        )
        for row in seen
    ]


def _handed(
    ids: Sequence[int], which: str, gate: Compiled, visible: QuerySet[Lead], start: int, most: int
) -> list[Named]:
    found = Handoff.objects.filter(pk__in=ids, lead__in=visible)
    rows = found.select_related("lead__account", "snapshot", "version").in_bulk()
    seen = [rows[pk] for pk in ids if pk in rows][start : start + most]
    return [_of_handoff(handoff, which, gate) for handoff in seen]


def _of_handoff(handoff: Handoff, which: str, gate: Compiled) -> Named:
    days = agreements.document(handoff.version).engagement.half_life_days
    facts = standings.facts_from_snapshot(handoff.snapshot, days)
    verdict = readiness.judge(gate, facts, handoff.snapshot.taken_at)
    wanted = which == "turned_in"
    leaves = [leaf for leaf in verdict.leaves if (leaf.counted is True) is wanted]
    return Named(
        lead_id=handoff.lead_id,
        lead=str(handoff.lead),
        account=handoff.lead.account.name,
        at=handoff.offered_at,
        fate=handoff.state,
        because=tuple((leaf.label, leaf.fact) for leaf in leaves[:2]),
    )
