"""What each criterion and each reason does: read off the tally, nothing is judged again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sla import readiness
from sla.lab.panel import Panel
from sla.lab.results import Share, share
from sla.lab.tallies import Counts, Tally, Told
from sla.readiness import FactLeaf


@dataclass(frozen=True, slots=True)
class Effect:
    """One criterion: how often it is met, missed and unknown, and what would pass without it."""

    path: str
    label: list[Any]
    need: list[Any]
    met: int
    missed: int
    unknown: Share
    accepted_met: Share
    accepted_missed: Share
    won_met: Share
    won_missed: Share
    passes_without: int
    accepted_without: Share
    won_without: Share


@dataclass(frozen=True, slots=True)
class ReasonEffect:
    """Of so many refused for a reason, so many the draft would have kept out, and the gate in force."""

    code: str
    kept_out: Share
    kept_out_in_force: Share | None


def of_criteria(tally: Tally, panel: Panel) -> list[Effect]:
    """Return the effect of each criterion of the draft, in its order."""
    return [
        _of_leaf(path, leaf, tally.criteria.get(place, Told()))
        for place, (path, leaf) in enumerate(panel.draft.leaves)
    ]


def _of_leaf(path: str, leaf: readiness.Leaf, told: Told) -> Effect:
    met, missed, unknown, without = told.met, told.missed, told.unknown, told.without
    # “Known” is the one test that an unknown fact answers with no.
    blank = missed if isinstance(leaf, FactLeaf | readiness.BantLeaf) and leaf.op == "known" else unknown
    return Effect(
        path=path,
        label=readiness.subject(leaf).to_json(),
        need=readiness.need(leaf).to_json(),
        met=met.n,
        missed=missed.n,
        unknown=share(blank.n, met.n + missed.n + unknown.n),
        accepted_met=_accepted(met),
        accepted_missed=_accepted(missed),
        won_met=share(met.won, met.n),
        won_missed=share(missed.won, missed.n),
        passes_without=without.n,
        accepted_without=_accepted(without),
        won_without=share(without.won, without.n),
    )


def _accepted(counts: Counts) -> Share:
    return share(counts.accepted, counts.accepted + counts.declined)


def of_reasons(tally: Tally, panel: Panel) -> list[ReasonEffect]:
    """Return for each reason given how many of those leads the draft would have kept out, the most first."""
    found = [
        ReasonEffect(
            code,
            share(tally.kept_out[code], n),
            share(tally.kept_out_in_force[code], n) if panel.against else None,
        )
        for code, n in tally.reasons.items()
    ]
    return sorted(found, key=lambda effect: (-effect.kept_out.n, effect.code))


def labels_of(text: Any) -> Mapping[str, str]:
    """Return the reasons of a document by code, in its own words."""
    return {reason.code: reason.label for reason in text.reasons}
