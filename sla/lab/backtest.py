"""Testing a draft gate on past handoffs, judged only by the facts frozen at their offer."""

import contextlib
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connections

from leads import bulk
from sla import agreements
from sla.lab import counting, effects, leaks, results, rows
from sla.lab.asking import Asked
from sla.lab.panel import Panel, asks_score
from sla.lab.tallies import Tally

#: Told after each chunk: done, of how many.
Progress = Callable[[int, int], None]
_shared: list[Callable[[int, Tally], None]] = []


@dataclass(frozen=True, slots=True)
class BackTest:
    """A finished back-test: `figures` is what JSON keeps, the rest what further questions need."""

    figures: dict[str, Any]
    tally: Tally
    panel: Panel


def run(asked: Asked, *, progress: Progress | None = None, processes: int = 1) -> BackTest:
    """Test the draft on the past and return what was found.

    Of the past memory keeps one byte an account and gate. More `processes` than one are for a command of its
    own, outside a transaction: each reads by a connection of its own.
    """
    spans, tally = rows.spans(asked), Tally()
    panel = Panel(asked.draft, asked.against, is_rescored=_is_rescored(asked))
    reader = rows.Reader(asked, panel.columns)

    def count(span: int, into: Tally) -> None:
        with bulk.undisturbed():
            counting.count(reader.read(span), panel, into)

    told = _in_parallel(count, spans, tally, processes) if processes > 1 else _in_turn(count, spans, tally)
    for done in told:
        if progress:
            progress(done, len(spans))
    return BackTest(_figures(asked, panel, tally), tally, panel)


def _in_turn(count: Callable[[int, Tally], None], spans: Sequence[int], tally: Tally) -> Iterator[int]:
    """Count span by span and yield how many are done."""
    for done, span in enumerate(spans, start=1):
        count(span, tally)
        yield done


def _in_parallel(
    count: Callable[[int, Tally], None], spans: Sequence[int], tally: Tally, processes: int
) -> Iterator[int]:
    """Count in forked children, which inherit the compiled gates and open connections of their own."""
    connections.close_all()
    _shared[:] = [count]
    share = -(-len(spans) // (processes * 16)) or 1
    batches = [spans[start : start + share] for start in range(0, len(spans), share)]
    with contextlib.closing(multiprocessing.get_context("fork").Pool(processes)) as pool:
        for batch, part in zip(batches, pool.imap(_child, batches), strict=True):
            tally.add(part)
            yield spans.index(batch[-1]) + 1


def _child(spans: Sequence[int]) -> Tally:
    tally = Tally()
    for _ in _in_turn(_shared[0], spans, tally):
        pass
    return tally


def _is_rescored(asked: Asked) -> bool:
    """Tell whether the draft counts scores otherwise than the versions under which they were frozen."""
    terms = asked.draft.terms
    if terms is None or not asks_score(asked.draft.gate.leaves):
        return False
    own = (terms.document.fit, terms.document.engagement)
    texts = (agreements.document(one) for one in rows.versions(asked))
    return any((text.fit, text.engagement) != own for text in texts)


def _figures(asked: Asked, panel: Panel, tally: Tally) -> dict[str, Any]:
    passed = {"draft": tally.draft, "against": tally.against}
    draft, against = (
        results.side(one, tally.n, asked.bar, asked.needed_follow_up) for one in passed.values()
    )
    return {
        "handoffs": tally.n,
        "bar": asked.bar,
        "needed_follow_up": asked.needed_follow_up,
        "maturity_days": asked.maturity.days,
        "is_few": tally.n < results.LEAST_TO_JUDGE,
        "draft": asdict(draft),
        "against": asdict(against) if asked.against else None,
        "change": _changes(draft, against) if asked.against else None,
        "months": {name: results.months_of(one) for name, one in passed.items()},
        "criteria": [asdict(effect) for effect in effects.of_criteria(tally, panel)],
        "reasons": [asdict(effect) for effect in effects.of_reasons(tally, panel)],
        "teams": {str(team): n for team, n in sorted(tally.draft.teams.items())},
        "lost": results.named(tally.lost),
        "turned_in": results.named(tally.turned_in),
        "turned_out": results.named(tally.turned_out),
        "leaks": [asdict(leak) for leak in leaks.find(asked, tally.n)],
    }


def _changes(draft: results.Side, against: results.Side) -> dict[str, Any]:
    names = ("passed", "accepted", "followed_up", "won")
    return {name: asdict(results.difference(getattr(draft, name), getattr(against, name))) for name in names}
