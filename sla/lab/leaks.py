"""Facts that a criterion could only know after the hand-over, and would therefore tell the past too well."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from leads.models import BantFact
from sla import readiness
from sla.lab.asking import Asked
from sla.readiness import BantLeaf, FactLeaf, Leaf
from sla.standings import frames

#: Cramér's V from which a fact tells the outcome by itself too well to have been known before.
TELLING = 0.5
LEAST = 100
#: More different values are bounded together: a name of its own for every lead tells nothing.
MOST_VALUES = 60


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
    """Return what the draft's criteria may know only from afterwards, at most one warning each."""
    found: list[Leak] = []
    seen: set[str] = set()
    for path, leaf in asked.draft.gate.leaves:
        name = fact_of(leaf)
        if name is None or name in seen:
            continue
        leak = _of_leaf(asked, path, leaf, name, total)
        if leak:
            seen.add(name)
            found.append(leak)
    return found


def fact_of(leaf: Leaf) -> str | None:
    """Return the fact that a leaf reads, None for touches and scores, which carry their own times."""
    if isinstance(leaf, FactLeaf):
        return leaf.fact
    return f"bant.{leaf.bant}" if isinstance(leaf, BantLeaf) else None


def _of_leaf(asked: Asked, path: str, leaf: Leaf, name: str, total: int) -> Leak | None:
    label = readiness.subject(leaf).to_json()
    if name in asked.known_later:
        return Leak(path, label, "marked", total, total)
    if isinstance(leaf, BantLeaf):
        later = _learned_later(asked, leaf)
        return Leak(path, label, "recorded_later", later, total) if later else None
    values = _values_of_history(asked, leaf)
    n = sum(sum(pair) for pair in values.values())
    strength = cramers_v(values.values())
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


def _values_of_history(asked: Asked, leaf: Leaf) -> Mapping[Any, tuple[int, int]]:
    """Return by value how many handoffs were won and not, where nothing shows when the fact was known.

    Those are handoffs that an import told of with their outcome; what was offered here was frozen then.
    """
    assert isinstance(leaf, FactLeaf)
    column = frames.columns_of(leaf)[0]
    path = f"snapshot__{column}"
    if column == "attributes":
        path = f"{path}__{leaf.fact.removeprefix('attributes.')}"
    values: defaultdict[Any, list[int]] = defaultdict(lambda: [0, 0])
    rows = asked.handoffs().filter(is_history=True).order_by().annotate(value=F(path))
    for value, state in rows.values_list("value", "state").iterator(chunk_size=5_000):
        key = value.casefold() if isinstance(value, str) else _group(value)
        values[key][state != "won"] += 1
    return {key: (won, other) for key, (won, other) in values.items()}


def _group(value: Any) -> Any:
    """Lump numbers together by their size, so that a measure is one fact of few values."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return len(str(int(abs(value))))


def cramers_v(counts: Iterable[tuple[int, int]]) -> float | None:
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
