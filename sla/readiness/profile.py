"""Fit points of a lead: the rules of the customer profile, judged like any criterion."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from sla import scoring
from sla.readiness.compiling import Compiled, reader
from sla.readiness.criteria import Criterion
from sla.readiness.facts import Facts
from sla.readiness.remembering import Memory


class FitRule(Protocol):
    """What the profile reads of a rule."""

    @property
    def label(self) -> str: ...
    @property
    def points(self) -> float: ...
    @property
    def when(self) -> Criterion: ...


def compile_fit(rules: Iterable[FitRule]) -> Callable[[Facts, datetime], scoring.Fit]:
    """Make the rules ready for scoring in bulk: what only facts decide is counted once for each of them."""
    compiled = [(rule.label, rule.points, Compiled(rule.when)) for rule in rules]
    timed = [one for _, _, one in compiled if not one.is_timeless]

    def fit_at(facts: Facts, at: datetime) -> scoring.Fit:
        parts = [scoring.FitPart(label, points, one.value(facts, at)) for label, points, one in compiled]
        untils = (one.look(facts, at)[1] for one in timed)
        return scoring.fit(parts, min((until for until in untils if until), default=None))

    reads = [one.reads for _, _, rule in compiled for one in rule.probes]
    if not all(reads):
        return fit_at
    # A part is named and carries points: some 20 words each.
    read, known = reader(reads), Memory[scoring.Fit](20 * len(compiled))

    def fit_known(facts: Facts, at: datetime) -> scoring.Fit:
        key = read(facts)
        found = known.get(key)
        return known.keep(key, fit_at(facts, at)) if found is None else found

    return fit_known
