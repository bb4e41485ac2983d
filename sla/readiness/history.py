"""Since when a gate has been met, told from when its facts became known."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime

from sla import scoring
from sla.readiness.compiling import Compiled
from sla.readiness.criteria import Criterion
from sla.readiness.facts import ATTRIBUTE, Facts

#: Facts that go with another: the currency is known since the budget is.
_TOGETHER = {"budget": ("budget", "budget_currency")}


def ready_since(
    criterion: Criterion | Compiled,
    facts: Facts,
    at: datetime,
    terms: scoring.EngagementTerms | None = None,
) -> datetime | None:
    """Return the earliest moment from which the gate has been met without a break until `at`.

    Walks back over the moments at which a touch happened or a fact became
    known, and judges each with what was known then; between two of them only
    time changes a verdict, and every verdict says until when it holds. What has
    no time counts as known from the first such moment on; where nothing has a
    time the answer is `at`. None when the gate is not met at `at`. With `terms`
    the engagement of the past is recounted from the touches; without them it
    is unknown before the latest touch.
    """
    compiled = criterion if isinstance(criterion, Compiled) else Compiled(criterion)
    if compiled.value(facts, at) is not True:
        return None
    since, end = at, at
    for start in _moments(facts, at):
        turned_at = _met_throughout(compiled, as_known(facts, start, terms), start, end)
        if turned_at is None:
            return since
        since = turned_at
        if turned_at > start:
            return since
        end = start
    return since


def as_known(facts: Facts, at: datetime, terms: scoring.EngagementTerms | None = None) -> Facts:
    """Return the facts as they were known at a moment: later ones hidden, the engagement recounted."""
    hidden = {name for name, known_at in facts.known_at.items() if known_at > at}
    fields = {
        field for name in hidden for field in _TOGETHER.get(name, (name,)) if not name.startswith(ATTRIBUTE)
    }
    attributes = {key: value for key, value in facts.attributes.items() if ATTRIBUTE + key not in hidden}
    touches = None if facts.touches is None else tuple(touch for touch in facts.touches if touch.at <= at)
    level = facts.engagement
    if touches is not None and terms is not None:
        level = scoring.from_touches(touches, terms).level
    elif touches != facts.touches:
        level = None
    changed = {**dict.fromkeys(fields), "attributes": attributes, "touches": touches, "engagement": level}
    return dataclasses.replace(facts, **changed)  # type: ignore[arg-type]  # fields by name, each of its own type


def _moments(facts: Facts, at: datetime) -> Iterator[datetime]:
    """Yield the moments at which something became known, latest first."""
    moments = {touch.at for touch in facts.touches or ()} | set(facts.known_at.values())
    yield from sorted((moment for moment in moments if moment <= at), reverse=True)


def _met_throughout(compiled: Compiled, facts: Facts, start: datetime, end: datetime) -> datetime | None:
    """Return from when the gate is met up to `end`, facts unchanged; None when not even just before it."""
    since: datetime | None = None
    moment = start
    while True:
        value, until = compiled.look(facts, moment)
        since = (since or moment) if value is True else None
        if until is None or until >= end or until <= moment:
            return since
        moment = until
