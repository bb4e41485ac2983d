"""Draw shares with their intervals: the truth meter, and drafts against what is in force."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.charts.scale import Label, Scale, decimal, place
from portal.wording import share_text

TRUTH_WIDTH, TRUTH_HEIGHT = 640, 132
TRUTH_LEFT, TRUTH_RIGHT = 10, 630
ROWS_WIDTH, ROWS_LEFT, ROWS_RIGHT, ROW_HEIGHT, ROWS_TOP = 540, 150, 526, 42, 16


@dataclass(frozen=True)
class Truth:
    """A rate with its 95% interval on a bar that turns pale at the target."""

    sentence: str
    target_width: str
    target_x: str
    target: str
    beyond_width: str
    low_x: str
    band_width: str
    rate_x: str
    rate: str
    rate_first: bool
    ends: tuple[Label, ...]
    axis: tuple[Label, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    width: int = TRUTH_WIDTH
    height: int = TRUTH_HEIGHT
    template: str = "charts/_truth.html"


def truth(rate: float, low: float, high: float, target: float = 0.3, ceiling: float = 0.6) -> Truth:
    """Return the meter from 0 to `ceiling`; shares of 0..1, `low` and `high` are the interval of `rate`."""
    ceiling = max(ceiling, high)
    across = Scale(0, ceiling, TRUTH_LEFT, TRUTH_RIGHT)
    ends = spaced(across.at(low), across.at(high), decimal(low * 100), decimal(high * 100))
    taken = [float(label.x) for label in ends]
    return Truth(
        sentence=_("%(rate)s, 95%% interval %(low)s to %(high)s, target %(target)s.")
        % {
            "rate": share_text(rate, 1),
            "low": share_text(low, 1),
            "high": share_text(high, 1),
            "target": share_text(target),
        },
        target_width=place(across.at(target) - TRUTH_LEFT),
        target_x=place(across.at(target)),
        target=share_text(target),
        beyond_width=place(TRUTH_RIGHT - across.at(target)),
        low_x=place(across.at(low)),
        band_width=place(max(across.at(high) - across.at(low), 2)),
        rate_x=place(across.at(rate) - 1.5),
        rate=share_text(rate, 1),
        rate_first=rate < target,
        ends=ends,
        axis=axis(across, ceiling, taken),
        head=(_("Measure"), _("Share")),
        rows=(
            (_("Rate"), share_text(rate, 1)),
            (_("Lower end"), share_text(low, 1)),
            (_("Upper end"), share_text(high, 1)),
            (_("Target"), share_text(target)),
        ),
    )


def spaced(first: float, second: float, first_text: str, second_text: str) -> tuple[Label, ...]:
    """Return both ends of the interval, moved apart where their texts would overlap."""
    if second - first < 36:
        middle = (first + second) / 2
        first, second = middle - 18, middle + 18
    return (Label(place(first), "116", first_text), Label(place(second), "116", second_text))


def axis(across: Scale, ceiling: float, taken: Sequence[float]) -> tuple[Label, ...]:
    """Return the tens of the axis that no end of the interval covers."""
    tens = [index / 10 for index in range(int(ceiling * 10 + 1e-9) + 1)]
    free = [ten for ten in tens if all(abs(across.at(ten) - x) > 30 for x in taken)]
    return tuple(Label(place(across.at(ten)), "116", f"{ten * 100:.0f}") for ten in free)


@dataclass(frozen=True)
class Row:
    """One rate with its interval; the judged one is accent, the others are context."""

    y: str
    note_y: str
    name: str
    note: str
    bar_y: str
    low_x: str
    width: str
    tick_x: str
    tick_y: str
    text_x: str
    text_y: str
    text: str
    is_judged: bool


@dataclass(frozen=True)
class Intervals:
    """Several rates on one axis with one target."""

    sentence: str
    lines: tuple[Row, ...]
    grid: tuple[Label, ...]
    target_x: str
    bottom: str
    axis_y: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    height: int
    width: int = ROWS_WIDTH
    template: str = "charts/_intervals.html"


def intervals(rates: Sequence[tuple[str, str, float, float, float, bool]], target: float) -> Intervals:
    """Return one line per (name, note, rate, low, high, is judged); shares of 0..1."""
    top = max([target, *(high for _name, _note, _rate, _low, high, _judged in rates)])
    ceiling = min(1.0, int(top * 10 + 1.2) / 10)
    across = Scale(0, ceiling, ROWS_LEFT, ROWS_RIGHT)
    bottom = ROWS_TOP + ROW_HEIGHT * len(rates) + 6
    return Intervals(
        sentence="; ".join(
            f"{name}: {share_text(rate, 1)} ({share_text(low, 1)} – {share_text(high, 1)})"
            for name, _note, rate, low, high, _judged in rates
        ),
        lines=tuple(line(across, index, rate) for index, rate in enumerate(rates)),
        grid=tuple(
            Label(place(across.at(ten / 10)), place(bottom + 20), f"{ten * 10}%")
            for ten in range(int(ceiling * 10 + 1e-9) + 1)
        ),
        target_x=place(across.at(target)),
        bottom=place(bottom),
        axis_y=place(bottom + 20),
        head=(_("Version"), _("Rate"), _("Lower end"), _("Upper end")),
        rows=tuple(
            (name, share_text(rate, 1), share_text(low, 1), share_text(high, 1))
            for name, _note, rate, low, high, _judged in rates
        ),
        height=bottom + 28,
    )


def line(across: Scale, index: int, rate: tuple[str, str, float, float, float, bool]) -> Row:
    """Return one row of the chart; its value stands right of the bar, or left where the edge is near."""
    name, note, share, low, high, is_judged = rate
    y = ROWS_TOP + ROW_HEIGHT * index + 24
    beside = across.at(high) + 10
    return Row(
        y=place(y),
        note_y=place(y + 17),
        name=name,
        note=note,
        bar_y=place(y - 5),
        low_x=place(across.at(low)),
        width=place(max(across.at(high) - across.at(low), 2)),
        tick_x=place(across.at(share) - 1.5),
        tick_y=place(y - 10),
        text_x=place(beside if beside < ROWS_WIDTH - 40 else across.at(low) - 46),
        text_y=place(y + 5),
        text=share_text(share, 1),
        is_judged=is_judged,
    )
