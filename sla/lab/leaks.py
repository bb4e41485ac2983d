"""Facts that a criterion could only know after the hand-over, and would therefore tell the past too well."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from leads.models import BantFact
from sla import readiness
from sla.lab.asking import Asked
from sla.readiness import BantLeaf, FactLeaf, Leaf

#: Cramér's V from which a fact tells the outcome by itself too well to have been known before.
TELLING = 0.5
LEAST = 100
#: More different values are bounded together: a name of its own for every lead tells nothing.
MOST_VALUES = 60


#: By value of a fact how many were won, and how many not.
_History = dict[Any, list[int]]


@dataclass(frozen=True, slots=True)
class Leak:
    """One warning: `why` is marked, recorded_later or tells_outcome; `n` of so many handoffs."""

    path: str
    label: list[Any]
    why: str
    n: int
    of: int
    #: Cramér's V of the fact's values with won or not; None unless that is why.
    association: float | None = None


def find(asked: Asked, total: int) -> list[Leak]:
    """Return what the draft's criteria may know only from afterwards, at most one warning for each fact."""
    about: dict[str, tuple[str, Leaf]] = {}
    for path, leaf in asked.draft.gate.leaves:
        name = fact_of(leaf)
        if name is not None:
            about.setdefault(name, (path, leaf))
    facts = [name for name, (_, leaf) in about.items() if isinstance(leaf, FactLeaf)]
    history = _history(asked, [name for name in facts if name not in asked.known_later])
    found = (_of_fact(asked, name, *where, history.get(name, {}), total) for name, where in about.items())
    return [leak for leak in found if leak]


def fact_of(leaf: Leaf) -> str | None:
    """Return the fact that a leaf reads, None for touches and scores, which carry their own times."""
    if isinstance(leaf, FactLeaf):
        return leaf.fact
    return f"bant.{leaf.bant}" if isinstance(leaf, BantLeaf) else None


def _of_fact(asked: Asked, name: str, path: str, leaf: Leaf, history: _History, total: int) -> Leak | None:
    label = readiness.subject(leaf).to_json()
    if name in asked.known_later:
        return Leak(path, label, "marked", total, total)
    if isinstance(leaf, BantLeaf):
        later = _learned_later(asked, leaf)
        return Leak(path, label, "recorded_later", later, total) if later else None
    n = sum(sum(pair) for pair in history.values())
    strength = cramers_v(history.values())
    if n >= LEAST and strength is not None and strength >= TELLING:
        return Leak(path, label, "tells_outcome", n, total, round(strength, 3))
    return None


def _learned_later(asked: Asked, leaf: BantLeaf) -> int:
    """Count the handoffs of which the fact was learned, or only written down, after the offer."""
    facts = BantFact.objects.filter(lead=OuterRef("lead"), kind=leaf.bant)
    after = Q(known_at__gt=OuterRef("offered_at"))
    written = Q(known_at__lte=OuterRef("offered_at"), recorded_at__gt=OuterRef("offered_at"))
    dated = asked.handoffs().filter(offered_at__isnull=False)
    return dated.filter(Exists(facts.filter(after | written))).count()


def _history(asked: Asked, names: Sequence[str]) -> dict[str, _History]:
    """Return by fact and value how many handoffs were won and not, where nothing shows when it was known.

    Those are handoffs that an import told of with their outcome; what was offered here was frozen then.
    """
    found: dict[str, _History] = {name: defaultdict(lambda: [0, 0]) for name in names}
    rows = asked.handoffs().filter(is_history=True).order_by()
    paths = (f"snapshot__{name.replace('.', '__', 1)}" for name in names)
    for state, *values in rows.values_list("state", *paths).iterator(chunk_size=5_000) if names else ():
        for history, value in zip(found.values(), values, strict=True):
            history[value.casefold() if isinstance(value, str) else _group(value)][state != "won"] += 1
    return found


def _group(value: Any) -> Any:
    """Lump numbers together by their size, so that a measure is one fact of few values."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return len(str(int(abs(value))))


def cramers_v(counts: Iterable[Sequence[int]]) -> float | None:
    """Return how strongly a fact goes with a yes or no: 0 not at all, 1 wholly; None where nothing varies.

    Cramér, H. (1946), Mathematical Methods of Statistics, §21.9; with two outcomes V is √(χ²/n).
    """
    pairs = sorted(counts, key=sum, reverse=True)
    if len(pairs) > MOST_VALUES:
        rest = pairs[MOST_VALUES:]
        pairs = [*pairs[:MOST_VALUES], (sum(yes for yes, _ in rest), sum(no for _, no in rest))]
    n, yes = sum(map(sum, pairs)), sum(pair[0] for pair in pairs)
    if not n or yes in (0, n) or len(pairs) < 2:
        return None
    rate = yes / n
    spread = sum(sum(pair) * (pair[0] / sum(pair) - rate) ** 2 for pair in pairs)
    return float((spread / (rate * (1 - rate)) / n) ** 0.5)
