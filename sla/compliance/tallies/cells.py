"""The cells of a part of a day, as they are kept: version, team, source and tier with their counts."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from sla.choices import Grain
from sla.compliance.tallies.telling import Place, Row, add, by_day

Cell = tuple[int, int, str, str]
Counts = Mapping[str, int]
Times = Mapping[str, Mapping[str, int]]


def of_rows(rows: Iterable[Row]) -> dict[Place, dict[str, Any]]:
    """Return the cells of each part of a day, as they are written."""
    found: dict[Place, dict[Cell, tuple[Counter[str], dict[str, Counter[str]]]]] = defaultdict(dict)
    for row in rows:
        own = found[row.day, row.part]
        counts, times = own.setdefault(row.cell, (Counter(), defaultdict(Counter)))
        add(counts, row.counts, row.n)
        for name, value in row.times:
            times[name][str(value)] += row.n
    return {
        place: {json.dumps(cell): [counts, times] for cell, (counts, times) in sorted(own.items())}
        for place, own in found.items()
    }


def read(told: Mapping[str, Any]) -> Iterator[tuple[Cell, Counts, Times]]:
    """Yield the cells of one part with their counts and times."""
    for cell, (counts, times) in told.items():
        version, team, source, tier = json.loads(cell)
        yield (version, team, source, tier), counts, times


def grains(cell: Cell) -> Iterator[tuple[str, int, str, str]]:
    """Yield the rows of a day in which a cell is counted: grain, team, source, tier."""
    _version, team, source, tier = cell
    yield Grain.ALL, 0, "", ""
    yield Grain.TEAM, team, "", ""
    yield Grain.SOURCE, 0, source, ""
    yield Grain.TIER, 0, "", tier
    yield Grain.CELL, team, source, tier


def of_places(places: Collection[Place]) -> Q:
    """Match rows that have these days and parts."""
    return reduce(or_, (Q(day=day, part__in=parts) for day, parts in by_day(places).items()), Q(pk__in=[]))
