"""What each criterion and each reason does: read off the counted vectors, nothing is judged again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sla import readiness
from sla.lab.panel import Panel
from sla.lab.results import Share, share
from sla.lab.tallies import Counts, Tally
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
    own: dict[tuple[bool | None, ...], Counts] = {}
    for vector, counts in tally.vectors.items():
        own.setdefault(tuple(panel.of_draft(vector)), Counts()).add(counts)
    return [_of_leaf(place, panel, own) for place in range(len(panel.draft.leaves))]


def _of_leaf(place: int, panel: Panel, own: Mapping[tuple[bool | None, ...], Counts]) -> Effect:
    path, leaf = panel.draft.leaves[place]
    by_value: dict[bool | None, Counts] = {True: Counts(), False: Counts(), None: Counts()}
    passing = Counts()
    remaining = readiness.without(panel.draft.criterion, path)
    fold = readiness.compile(remaining).fold if remaining else None
    for vector, counts in own.items():
        by_value[vector[place]].add(counts)
        if fold is None or fold([*vector[:place], *vector[place + 1 :]]) is True:
            passing.add(counts)
    met, missed, unknown = by_value[True], by_value[False], by_value[None]
    total = met.n + missed.n + unknown.n
    # “Known” is the one test that an unknown fact answers with no.
    blank = missed if isinstance(leaf, FactLeaf | readiness.BantLeaf) and leaf.op == "known" else unknown
    return Effect(
        path=path,
        label=readiness.subject(leaf).to_json(),
        need=readiness.need(leaf).to_json(),
        met=met.n,
        missed=missed.n,
        unknown=share(blank.n, total),
        accepted_met=_accepted(met),
        accepted_missed=_accepted(missed),
        won_met=share(met.won, met.n),
        won_missed=share(missed.won, missed.n),
        passes_without=passing.n,
        accepted_without=_accepted(passing),
        won_without=share(passing.won, passing.n),
    )


def _accepted(counts: Counts) -> Share:
    return share(counts.accepted, counts.accepted + counts.declined)


def of_reasons(tally: Tally) -> list[ReasonEffect]:
    """Return for each reason given how many of those leads the draft would have kept out, the most first."""
    totals: dict[str, list[int]] = {}
    is_compared = any(verdicts.against is not None for verdicts in tally.groups)
    for verdicts, group in tally.groups.items():
        for code, n in group.reasons.items():
            row = totals.setdefault(code, [0, 0, 0])
            row[0] += n
            row[1] += 0 if verdicts.draft else n
            row[2] += 0 if verdicts.against else n
    found = [
        ReasonEffect(code, share(out, n), share(before, n) if is_compared else None)
        for code, (n, out, before) in totals.items()
    ]
    return sorted(found, key=lambda effect: (-effect.kept_out.n, effect.code))


def labels_of(text: Any) -> Mapping[str, str]:
    """Return the reasons of a document by code, in its own words."""
    return {reason.code: reason.label for reason in text.reasons}
