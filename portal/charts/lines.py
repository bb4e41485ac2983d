"""Draw what moves over time: the small line in a cell and the pace of a month."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.charts.scale import Label, Scale, number, place, points, spread, ticks

SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 84, 24, 4
PACE_WIDTH, PACE_HEIGHT = 540, 200
LEFT, RIGHT, TOP, BOTTOM = 34, 486, 22, 164


@dataclass(frozen=True)
class Spark:
    """A line of a few values with its target; the last value is a dot, red where it misses."""

    width: int
    height: int
    line: str
    end_x: str
    end_y: str
    target_y: str
    is_missed: bool


def spark(
    values: Sequence[float | None], target: float | None = None, is_missed: bool = False
) -> Spark | None:
    """Return the line of `values`, oldest first, with gaps left out; None with fewer than two values."""
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    reach = [value for _index, value in known] + ([] if target is None else [target])
    across = Scale(0, len(values) - 1, 3, SPARK_WIDTH - 5)
    down = Scale(min(reach), max(reach), SPARK_HEIGHT - SPARK_MARGIN, SPARK_MARGIN)
    placed = [(across.at(index), down.at(value)) for index, value in known]
    return Spark(
        width=SPARK_WIDTH,
        height=SPARK_HEIGHT,
        line=points(placed),
        end_x=place(placed[-1][0]),
        end_y=place(placed[-1][1]),
        target_y="" if target is None else place(down.at(target)),
        is_missed=is_missed,
    )


@dataclass(frozen=True)
class Pace:
    """What was done so far against a straight line to what was promised, with the forecast as a band."""

    sentence: str
    grid: tuple[Label, ...]
    dates: tuple[Label, ...]
    done: str
    promised: str
    band: str
    middle: str
    today: Label
    expected: Label
    ends: tuple[Label, ...]
    forecast_text: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    width: int = PACE_WIDTH
    height: int = PACE_HEIGHT
    template: str = "charts/_pace.html"


def pace(
    days: Sequence[str],
    done: Sequence[float],
    promised: Sequence[float],
    forecast: tuple[float, float] | None = None,
) -> Pace:
    """Return the pace of a period of `days`.

    `done` and `promised` are cumulative: one value for each day so far, and one for each day; `forecast` is
    the interval of the sum at the end.
    """
    whole = round(promised[-1])
    top = max([whole, *done, *(forecast or ())])
    marks = ticks(top)
    across, down = Scale(0, len(days), LEFT, RIGHT), Scale(0, marks[-1], BOTTOM, TOP)
    so_far = done[-1] if done else 0
    now_x, due_by_now = across.at(len(done)), promised[len(done) - 1] if done else 0
    middle = (forecast[0] + forecast[1]) / 2 if forecast else 0
    return Pace(
        sentence=_("%(done)s done, %(expected)s promised by now, %(promised)s by the end.")
        % {"done": number(so_far), "expected": number(round(due_by_now)), "promised": number(whole)},
        grid=tuple(Label(place(LEFT - 8), place(down.at(mark)), number(mark)) for mark in marks),
        dates=tuple(Label(place(across.at(index + 1)), "184", days[index]) for index in spread(len(days), 5)),
        done=points([(LEFT, BOTTOM), *((across.at(i + 1), down.at(value)) for i, value in enumerate(done))]),
        promised=points(
            [(LEFT, BOTTOM), *((across.at(i + 1), down.at(value)) for i, value in enumerate(promised))]
        ),
        band=band(now_x, down, so_far, forecast),
        middle=points([(now_x, down.at(so_far)), (RIGHT, down.at(middle))]) if forecast else "",
        today=Label(place(now_x), place(down.at(so_far)), number(so_far)),
        expected=Label(place(now_x - 8), place(down.at(due_by_now) - 8), number(round(due_by_now))),
        ends=end_labels(down, whole, middle if forecast else None),
        forecast_text=_("Forecast %(low)s to %(high)s")
        % {"low": number(forecast[0]), "high": number(forecast[1])}
        if forecast
        else "",
        head=(_("Day"), _("Done"), _("Promised")),
        rows=tuple((days[i], number(value), number(round(promised[i]))) for i, value in enumerate(done)),
    )


def _climb(values: Sequence[float], across: Scale, down: Scale) -> str:
    """Return the line of sums from nothing on, one point at the end of each day."""
    return points([(LEFT, BOTTOM), *((across.at(i + 1), down.at(value)) for i, value in enumerate(values))])


def band(now_x: float, down: Scale, so_far: float, forecast: tuple[float, float] | None) -> str:
    """Return the triangle from today to both ends of the forecast."""
    if not forecast:
        return ""
    low, high = forecast
    return points([(now_x, down.at(so_far)), (RIGHT, down.at(high)), (RIGHT, down.at(low))])


def end_labels(down: Scale, promised: float, middle: float | None) -> tuple[Label, ...]:
    """Return the values at the ends of the lines, the second moved away where both would overlap."""
    first = down.at(promised) + 4
    labels = [Label(str(RIGHT + 6), place(first), number(promised))]
    if middle is not None:
        second = down.at(middle) + 4
        if abs(second - first) < 14:
            second = first + (14 if second >= first else -14)
        labels.append(Label(str(RIGHT + 6), place(second), number(round(middle))))
    return tuple(labels)
