"""Frozen facts of spans of handoffs as columns, made of their rows once and kept: they never change.

What an erasure empties is not kept, so that nothing kept tells of a person or has to be thrown away.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Cast

from sla import agreements
from sla.models import AgreementVersion, FrozenColumn, Snapshot
from sla.standings import frames
from sla.standings.columns import Column
from sla.standings.frames import ATTRIBUTE, WITHIN

#: So many ids at a time: the memory of one span, and how often progress is told.
SPAN = 10_000
#: Read anew each time, besides what tells of a person: large, or of another value for each handoff.
_UNKEPT = ("touches", "taken_at")


def is_kept(name: str) -> bool:
    """Tell whether a column of `frames.Judge` is kept."""
    return not name.startswith(ATTRIBUTE) and name not in (*Snapshot.PERSONAL, *_UNKEPT)


def columns(span: int, names: Sequence[str], pks: Sequence[int]) -> dict[str, Column]:
    """Return kept columns of the handoffs of a span, of which `pks` are to be told, in their order."""
    places = bytearray(SPAN)
    for pk in pks:
        places[pk - span * SPAN] = 1
    kept = FrozenColumn.objects.filter(span=span, name__in=names).values_list("name", "packed")
    found = {name: Column.unpacked(packed).at(places) for name, packed in kept}
    # A handoff that was frozen since is not in a column that was made before.
    lacking = [name for name in names if name not in found or not found[name].is_whole]
    return found | {name: column.at(places) for name, column in _made(span, lacking).items()}


def _made(span: int, names: Sequence[str]) -> Mapping[str, Column]:
    """Make columns of all frozen facts of a span and keep them."""
    if not names:
        return {}
    pks, read = _read(span, names)
    places = [pk - span * SPAN for pk in pks]
    told = frames.derived(names, read)
    made = {name: Column.of(told[name], places, SPAN) for name in names}
    FrozenColumn.objects.bulk_create(
        [FrozenColumn(span=span, name=name, packed=column.packed()) for name, column in made.items()],
        update_conflicts=True,
        unique_fields=["span", "name"],
        update_fields=["packed"],
    )
    return made


def _read(span: int, names: Sequence[str]) -> tuple[Sequence[int], dict[str, Sequence[Any]]]:
    """Read the rows of a span: their ids, and the columns that tell those asked for."""
    windows = [int(name.removeprefix(WITHIN)) for name in names if name.startswith(WITHIN)]
    sources = frames.sources_of(names)
    taken = {name: expression(name) for name in sources if name != "half_life"}
    if windows:
        taken["touches"] = _touches_within(max(windows))
    found = Snapshot.objects.filter(pk__gte=span * SPAN, pk__lt=(span + 1) * SPAN).order_by("pk")
    rows = list(found.values_list("pk", "handoff__version", *taken.values()))
    pks, versions, *read = zip(*rows, strict=True) if rows else [()] * (2 + len(taken))
    told: dict[str, Sequence[Any]] = dict(zip(taken, read, strict=True))
    if "half_life" in sources:
        signed = AgreementVersion.objects.in_bulk(set(versions))
        days = {pk: agreements.document(one).engagement.half_life_days for pk, one in signed.items()}
        told["half_life"] = [days[version] for version in versions]
    return pks, told


def expression(name: str, path: str = "") -> Any:
    """Return the expression of a column as `frames.Judge` asks for it; `path` leads to the snapshot."""
    if name.startswith(ATTRIBUTE):
        return _Attribute(f"{path}attributes", Value(name.removeprefix(ATTRIBUTE), TextField()))
    return Cast(path + name, TextField()) if name in frames.AS_TEXT else F(path + name)


class _Attribute(Func):
    """One attribute as JSON text."""

    template, arg_joiner, output_field = "CAST(%(expressions)s AS text)", " -> ", TextField()


def _touches_within(days: int) -> Any:
    """Leave in the database the touches that no leaf looks at, where it can pick them."""
    if connection.vendor != "postgresql":
        return expression("touches")
    path = Value(f"strict $[*] ? (@[0] < {days * 86_400})")
    template = "jsonb_path_query_array(%(expressions)s::jsonpath)::text"
    return Func("touches", path, template=template, output_field=TextField())
