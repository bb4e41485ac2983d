"""Past clocks counted again under other terms: allowances, calendars and tiers of a draft."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.choices import Side
from leads.models import Team
from sla import calendars, clocks, clockwork, scoring
from sla.businesstime import Schedule
from sla.clockwork import log
from sla.compliance import timed
from sla.compliance.periods import Filters, Period
from sla.document import Document, Span
from sla.lab.results import share
from sla.models import Clock, ClockEvent

CHUNK = 2_000
#: Lines of a clock's log that are facts, and the moves that tell them again. The rest follows from terms.
_FACTS = {
    "paused": "pause",
    "resumed": "resume",
    "reset": "reset",
    "met": "met",
    "cancelled": "cancel",
}


@dataclass(slots=True)
class Score:
    """Clocks kept and missed; those still open, and those cancelled in time, are neither."""

    kept: int = 0
    missed: int = 0
    open: int = 0
    cancelled: int = 0

    def count(self, outcome: str) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)


Progress = Callable[[int, int], None]


def replay(
    period: Period, text: Document, now: datetime, *, progress: Progress | None = None
) -> dict[str, Any]:
    """Return kept and missed per commitment and team, as it was and as it would have been under a draft.

    What happened stays as it was: when each clock started, paused and was met. A clock whose commitment the
    draft does not have, or has off, is left out of both counts and told as `dropped`.
    """
    before: defaultdict[tuple[str, int | None], Score] = defaultdict(Score)
    after: defaultdict[tuple[str, int | None], Score] = defaultdict(Score)
    ids = list(timed.clocks_in(period, Filters()).order_by("pk").values_list("pk", flat=True))
    terms = _Terms(text)
    dropped = 0
    for start in range(0, len(ids), CHUNK):
        for clock, entries in _read(ids[start : start + CHUNK]):
            rules = terms.of(clock)
            if rules is None:
                dropped += 1
                continue
            key = (clock.commitment.code, clock.team_id)
            before[key].count(_outcome(clocks.state_of(clock), now))
            after[key].count(_again(entries, *rules, now))
        if progress:
            progress(min(start + CHUNK, len(ids)), len(ids))
    return _figures(before, after, dropped, period)


class _Terms:
    """Finds what a draft allows a past clock; hours are the draft's calendars as they stand now."""

    def __init__(self, text: Document) -> None:
        self.text = text
        self.commitments = {one.code: one for one in text.commitments if one.is_on}
        self.hours: dict[str, Schedule] = {}

    def of(self, clock: Clock) -> tuple[clockwork.Terms, Schedule] | None:
        """Return the terms and hours of a clock, None where the draft asks nothing of the kind."""
        commitment = self.commitments.get(clock.commitment.code)
        if commitment is None:
            return None
        span: Span | None = Span(clock.allowance, clock.unit)
        if commitment.allowances:
            span = commitment.allowance(self._tier(clock))
        if span is None:
            return None
        side = clock.side if clock.side in self.text.calendars else Side.SALES
        return clockwork.Terms(span.amount, span.unit), self._hours(clock, self.text.calendars[side])

    def _tier(self, clock: Clock) -> str:
        handoff = clock.handoff
        if handoff is None:
            return ""
        return scoring.tier(handoff.grid, self.text.tiers) if handoff.grid else handoff.tier

    def _hours(self, clock: Clock, key: str) -> Schedule:
        # A team's own calendar rules before the version's, as it did when the clock started.
        own = clock.team.calendar.key if clock.team and clock.team.calendar else key
        own = own if clock.team and clock.team.side == clock.side else key
        if own not in self.hours:
            self.hours[own] = calendars.schedule(own)
        return self.hours[own]


def _read(ids: Sequence[int]) -> Iterable[tuple[Clock, list[clockwork.Entry]]]:
    found = Clock.objects.filter(pk__in=ids).select_related("commitment", "handoff", "team__calendar")
    events: defaultdict[int, list[ClockEvent]] = defaultdict(list)
    for event in ClockEvent.objects.filter(clock_id__in=ids).order_by("clock_id", "seq"):
        events[event.clock_id].append(event)
    for clock in found:
        if events[clock.pk]:
            yield clock, clocks.entries_of(events[clock.pk])


def _again(
    entries: Sequence[clockwork.Entry], terms: clockwork.Terms, schedule: Schedule, now: datetime
) -> str:
    """Count a clock anew from what happened."""
    told = log.standing(entries)
    facts = [(_FACTS[one.event], one.happened_at) for one in told if one.event in _FACTS]
    state, _ = clockwork.start(terms, schedule, at=told[0].happened_at, noticed_at=now, facts=facts)
    return _outcome(state, now)


def _outcome(state: clockwork.State, now: datetime) -> str:
    if state.breached_at or (state.ended_at is None and state.due_at and state.due_at < now):
        return "missed"
    return {"met": "kept", "cancelled": "cancelled"}.get(state.phase, "open")


def _figures(
    before: Mapping[tuple[str, int | None], Score],
    after: Mapping[tuple[str, int | None], Score],
    dropped: int,
    period: Period,
) -> dict[str, Any]:
    teams = dict(Team.objects.values_list("pk", "name"))
    rows = [
        {
            "commitment": code,
            "team": teams.get(team or 0, ""),
            "before": _share(before[code, team]),
            "after": _share(after[code, team]),
        }
        for code, team in sorted(after, key=lambda key: (key[0], key[1] or 0))
    ]
    return {
        "from": period.first_on.isoformat(),
        "to": period.last_on.isoformat(),
        "dropped": dropped,
        "rows": rows,
    }


def _share(score: Score) -> dict[str, Any]:
    found = share(score.kept, score.kept + score.missed)
    return {"kept": score.kept, "missed": score.missed, "open": score.open, "rate": found.rate,
            "low": found.low, "high": found.high}  # fmt: skip
