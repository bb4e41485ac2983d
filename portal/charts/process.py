"""Draw a control chart: is a change news or noise?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from django.utils.translation import gettext as _

from portal.charts.scale import Label, Scale, decimal, number, place, points, spread, ticks

WIDTH, HEIGHT = 540, 220
LEFT, RIGHT, TOP, BOTTOM = 34, 470, 16, 128
RANGE_TOP, RANGE_BOTTOM = 160, 196
#: Mean and limits come from the first points, so that later changes cannot hide themselves.
BASELINE = 16
RUN = 8
#: Constants of the XmR chart for moving ranges of two points (Wheeler, Understanding Variation).
LIMIT_FACTOR, RANGE_FACTOR = 2.66, 3.268


@dataclass(frozen=True)
class Control:
    """Values with mean and natural limits, and their moving range below on the same days."""

    sentence: str
    grid: tuple[Label, ...]
    dates: tuple[Label, ...]
    line: str
    dots: tuple[tuple[str, str], ...]
    outside: tuple[tuple[Label, bool], ...]
    run: tuple[str, str, str] | None
    run_text: str
    levels: tuple[Label, Label, Label]
    band_width: str
    band_height: str
    range_line: str
    range_limit: Label
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    template: str = "charts/_control.html"


@dataclass(frozen=True)
class Limits:
    """What the first points say is usual."""

    mean: float
    low: float
    high: float
    widest_range: float


def control(labels: Sequence[str], values: Sequence[float], unit: str = "") -> Control | None:
    """Return the chart of `values`, oldest first; None with fewer than three: they have no limits."""
    if len(values) < 3:
        return None
    usual = limits_of(values)
    marks = ticks(max(*values, usual.high))
    across, down = Scale(0, len(values) - 1, LEFT, RIGHT), Scale(0, marks[-1], BOTTOM, TOP)
    outside = [index for index, value in enumerate(values) if not usual.low <= value <= usual.high]
    spots = [(place(across.at(i)), place(down.at(value))) for i, value in enumerate(values)]
    longest = long_run(values, usual.mean)
    line_of_ranges, level_of_ranges = moving_range(values, usual, across)
    return Control(
        sentence=sentence(values, usual, len(outside), unit),
        grid=tuple(
            Label(str(LEFT - 8), place(down.at(mark)), f"{number(mark)} {unit}".strip()) for mark in marks
        ),
        dates=tuple(Label(place(across.at(i)), str(HEIGHT - 4), labels[i]) for i in spread(len(values), 3)),
        line=" ".join(f"{x},{y}" for x, y in spots),
        dots=tuple(spot for i, spot in enumerate(spots) if i not in outside),
        # an early one is named to its right, where no figure of the scale stands
        outside=tuple((Label(*spots[i], labels[i]), i * 4 < len(values)) for i in outside),
        run=run_bracket(longest, across, down, values) if longest else None,
        run_text=_("%(n)s in a row on one side") % {"n": longest[1] - longest[0] + 1} if longest else "",
        levels=(
            level(down, usual.high, _("limit")),
            level(down, usual.mean, _("mean")),
            level(down, usual.low, _("limit")),
        ),
        band_width=str(RIGHT - LEFT),
        band_height=place(down.at(usual.low) - down.at(usual.high)),
        range_line=line_of_ranges,
        range_limit=level_of_ranges,
        head=(_("Day"), _("Value")),
        rows=tuple(
            (label, f"{decimal(value)} {unit}".strip()) for label, value in zip(labels, values, strict=True)
        ),
    )


def limits_of(values: Sequence[float]) -> Limits:
    """Return mean and natural limits of the first points; a value below zero cannot be."""
    base = values[:BASELINE]
    mean = fmean(base)
    usual_range = fmean(abs(b - a) for a, b in pairwise(base))
    reach = LIMIT_FACTOR * usual_range
    return Limits(mean, max(0.0, mean - reach), mean + reach, RANGE_FACTOR * usual_range)


def moving_range(values: Sequence[float], usual: Limits, across: Scale) -> tuple[str, Label]:
    """Return the line of steps from point to point, and the limit they should keep."""
    ranges = [abs(b - a) for a, b in pairwise(values)]
    small = Scale(0, max(*ranges, usual.widest_range) or 1, RANGE_BOTTOM, RANGE_TOP)
    line = points((across.at(i + 1), small.at(value)) for i, value in enumerate(ranges))
    return line, level(small, usual.widest_range, _("limit"))


def sentence(values: Sequence[float], usual: Limits, outside: int, unit: str) -> str:
    """Say the chart in words."""
    return _("%(n)s values around %(mean)s %(unit)s, limits %(low)s to %(high)s, %(outside)s outside.") % {
        "n": len(values),
        "mean": decimal(usual.mean),
        "unit": unit,
        "low": decimal(usual.low),
        "high": decimal(usual.high),
        "outside": outside,
    }


def level(scale: Scale, value: float, word: str) -> Label:
    """Return a level with its value at the right edge."""
    return Label(str(RIGHT + 8), place(scale.at(value)), f"{word} {decimal(value)}")


def long_run(values: Sequence[float], mean: float) -> tuple[int, int] | None:
    """Return first and last index of the latest run of eight or more on one side of the mean."""
    found, start = None, 0
    for index, value in enumerate(values):
        if index and (value > mean) != (values[index - 1] > mean):
            start = index
        if index - start + 1 >= RUN:
            found = (start, index)
    return found


def run_bracket(
    run: tuple[int, int], across: Scale, down: Scale, values: Sequence[float]
) -> tuple[str, str, str]:
    """Return the bracket under a run, and where its text ends."""
    first, last = run
    y = min(max(down.at(value) for value in values[first : last + 1]) + 12, BOTTOM - 4)
    path = f"M{place(across.at(first))} {place(y - 4)}v4H{place(across.at(last))}v-4"
    return path, place(across.at(last)), place(y + 14)
