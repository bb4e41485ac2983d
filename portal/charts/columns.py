"""Draw parts of a whole over time as stacked columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.charts.scale import Label, Scale, number, place, ticks

WIDTH, HEIGHT = 540, 200
LEFT, RIGHT, TOP, BOTTOM = 34, 532, 22, 168
#: Darkest at the base, then the paler accent, hatched, and red only for what came too late.
MARKS = ("b1", "b2", "bh", "bl")
KEYS = ("", "a2", "nv", "al")


@dataclass(frozen=True)
class Block:
    """One part of one column."""

    x: str
    y: str
    height: str
    mark: str


@dataclass(frozen=True)
class Stacks:
    """Columns of up to four parts, the total on top, the order of parts always the same."""

    sentence: str
    grid: tuple[Label, ...]
    blocks: tuple[Block, ...]
    totals: tuple[Label, ...]
    names: tuple[Label, ...]
    legend: tuple[tuple[str, str], ...]
    column: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    width: int = WIDTH
    height: int = HEIGHT
    right: int = RIGHT
    template: str = "charts/_stacks.html"


def stacks(labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> Stacks | None:
    """Return one column per label, None where all are empty.

    `series` are (name, values) from the base upwards, at most four.
    """
    totals = [sum(values[index] for _name, values in series) for index in range(len(labels))]
    if not any(totals):
        return None
    marks = ticks(max(totals))
    down = Scale(0, marks[-1], BOTTOM, TOP)
    step = (RIGHT - LEFT) / len(labels)
    column = min(40.0, step * 0.58)
    centers = [LEFT + step * (index + 0.5) for index in range(len(labels))]
    return Stacks(
        sentence=_("%(n)s columns from %(first)s to %(last)s, the last of %(total)s.")
        % {"n": len(labels), "first": labels[0], "last": labels[-1], "total": number(totals[-1])},
        grid=tuple(Label(str(LEFT - 8), place(down.at(mark)), number(mark)) for mark in marks),
        blocks=tuple(blocks(series, centers, column, down)),
        totals=tuple(
            Label(place(x), place(down.at(total) - 6), number(total))
            for x, total in zip(centers, totals, strict=True)
        ),
        names=tuple(
            Label(place(x), str(BOTTOM + 20), label) for x, label in zip(centers, labels, strict=True)
        ),
        legend=tuple((KEYS[index], name) for index, (name, _values) in enumerate(series)),
        column=place(column),
        head=(_("Period"), *(name for name, _values in series), _("All")),
        rows=tuple(
            (label, *(number(values[index]) for _name, values in series), number(totals[index]))
            for index, label in enumerate(labels)
        ),
    )


def blocks(
    series: Sequence[tuple[str, Sequence[float]]], centers: Sequence[float], column: float, down: Scale
) -> list[Block]:
    """Return the parts of all columns, with a gap of one pixel between them."""
    found = []
    for index, center in enumerate(centers):
        base = 0.0
        for part, (_name, values) in enumerate(series):
            value = values[index]
            if value:
                top, bottom = down.at(base + value), down.at(base)
                height = max(bottom - top - 1, 0.5)
                found.append(Block(place(center - column / 2), place(top), place(height), MARKS[part]))
            base += value
    return found
