"""Testing a draft gate on past handoffs, judged only by the facts frozen at their offer."""

import contextlib
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connections
from django.db.models import Max, Min

from sla import agreements
from sla.compliance.periods import months_before
from sla.lab import effects, leaks, results, rows, tallies
from sla.lab.asking import Asked
from sla.lab.panel import Panel, asks_score
from sla.lab.tallies import Counting, Group, Tally
from sla.models import AgreementVersion

#: Told after each chunk: done, of how many.
Progress = Callable[[int, int], None]
_shared: list[tuple[Asked, Counting]] = []


@dataclass(frozen=True, slots=True)
class BackTest:
    """A finished back-test: `figures` is what JSON keeps, the rest what further questions need."""

    figures: dict[str, Any]
    tally: Tally
    panel: Panel


def run(asked: Asked, *, progress: Progress | None = None, processes: int = 1) -> BackTest:
    """Test the draft on the past and return what was found.

    Memory does not grow with the number of handoffs. More `processes` than one are for a command
    of its own, outside a transaction: each reads by a connection of its own.
    """
    labels, by = _counting(asked)
    spans = rows.ranges(asked)
    tally = Tally()
    parts = _in_parallel(asked, by, spans, processes) if processes > 1 else _one_by_one(asked, by, spans)
    for done, part in enumerate(parts, start=1):
        tally.add(part)
        if progress:
            progress(done, len(spans))
    return BackTest(_figures(asked, by.panel, tally, labels), tally, by.panel)


def _counting(asked: Asked) -> tuple[dict[int, str], Counting]:
    found = rows.versions(asked)
    half_lives = {one.pk: agreements.document(one).engagement.half_life_days for one in found}
    panel = Panel(asked.draft, asked.against, is_rescored=_is_rescored(asked, found))
    starts = _months(asked)
    labels = {0: "", **{place: f"{start:%Y-%m}" for place, start in enumerate(starts, start=1)}}
    # Moments of one zone compare ten times as fast as those of two.
    in_utc = [start.astimezone(UTC) for start in starts]
    return labels, Counting(panel, half_lives, in_utc, asked.now - asked.maturity)


def _is_rescored(asked: Asked, found: Sequence[AgreementVersion]) -> bool:
    """Tell whether the draft counts scores otherwise than the versions under which they were frozen."""
    terms = asked.draft.terms
    if terms is None or not asks_score(asked.draft.gate.leaves):
        return False
    own = (terms.document.fit, terms.document.engagement)
    texts = (agreements.document(one) for one in found)
    return any((text.fit, text.engagement) != own for text in texts)


def _months(asked: Asked) -> list[datetime]:
    """Return the first moments of the months from the first offer to the last, where the agreement is."""
    ends = asked.handoffs().aggregate(first=Min("offered_at"), last=Max("offered_at"))
    if ends["first"] is None:
        return []
    zone = ZoneInfo(agreements.zone())
    day, last = (ends[name].astimezone(zone).date().replace(day=1) for name in ("first", "last"))
    starts = []
    while day <= last:
        starts.append(datetime(day.year, day.month, 1, tzinfo=zone))
        day = months_before(day, -1)
    return starts


def _one_by_one(asked: Asked, by: Counting, spans: Sequence[tuple[int, int]]) -> Iterator[Tally]:
    for low, high in spans:
        yield tallies.count(rows.read(asked, by.panel.columns, by.panel.touch_days, low, high), by)


def _in_parallel(
    asked: Asked, by: Counting, spans: Sequence[tuple[int, int]], processes: int
) -> Iterator[Tally]:
    """Count in forked children, which inherit the compiled gates and open connections of their own."""
    connections.close_all()
    _shared[:] = [(asked, by)]
    share = -(-len(spans) // max(1, processes * 4))
    batches = [spans[start : start + share] for start in range(0, len(spans), share)]
    with contextlib.closing(multiprocessing.get_context("fork").Pool(processes)) as pool:
        yield from pool.imap_unordered(_child, batches)


def _child(spans: Sequence[tuple[int, int]]) -> Tally:
    asked, by = _shared[0]
    tally = Tally()
    for part in _one_by_one(asked, by, spans):
        tally.add(part)
    return tally


def _figures(asked: Asked, panel: Panel, tally: Tally, labels: dict[int, str]) -> dict[str, Any]:
    total = sum(counts.n for counts in tally.vectors.values())
    chosen = {
        "draft": [group for verdicts, group in tally.groups.items() if verdicts.draft],
        "against": [group for verdicts, group in tally.groups.items() if verdicts.against],
    }
    sides = {
        name: results.side(groups, total, asked.bar, asked.needed_follow_up)
        for name, groups in chosen.items()
    }
    draft, against = sides["draft"], sides["against"] if asked.against else None
    return {
        "handoffs": total,
        "bar": asked.bar,
        "needed_follow_up": asked.needed_follow_up,
        "maturity_days": asked.maturity.days,
        "is_few": total < results.LEAST_TO_JUDGE,
        "draft": asdict(draft),
        "against": asdict(against) if against else None,
        "change": _changes(draft, against) if against else None,
        "months": {name: results.months_of(groups, labels) for name, groups in chosen.items()},
        "criteria": [asdict(effect) for effect in effects.of_criteria(tally, panel)],
        "reasons": [asdict(effect) for effect in effects.of_reasons(tally)],
        "teams": _teams(chosen["draft"]),
        "lost": _named([g for verdicts, g in tally.groups.items() if not verdicts.draft]),
        "turned_in": _named([g for v, g in tally.groups.items() if v.draft and v.against is False]),
        "turned_out": _named([g for v, g in tally.groups.items() if v.against and not v.draft]),
        "leaks": [asdict(leak) for leak in leaks.find(asked, total)],
    }


def _changes(draft: results.Side, against: results.Side) -> dict[str, Any]:
    names = ("passed", "accepted", "followed_up", "won")
    return {name: asdict(results.difference(getattr(draft, name), getattr(against, name))) for name in names}


def _teams(groups: Sequence[Group]) -> dict[str, int]:
    whole = Group()
    for group in groups:
        whole.teams.update(group.teams)
    return {str(team): n for team, n in sorted(whole.teams.items())}


def _named(groups: Sequence[Group]) -> dict[str, Any]:
    """Return how many handoffs, how many of them won, and the ids of the first, the won ones before."""
    whole = Group()
    for group in groups:
        whole.add(group)
    counts = whole.counts
    ids = [*whole.named_won, *whole.named][: tallies.NAMED]
    return {"n": counts.n, "won": results.share(counts.won, counts.n).k, "handoffs": ids}
