"""Turn values into places on paper, and places into text that SVG reads in every language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from django.utils import formats

from portal import wording

#: Steps of an axis, times a power of ten.
STEPS = (1, 2, 2.5, 5, 10)
MAX_GRID_LINES = 4


@dataclass(frozen=True)
class Label:
    """A text at a place."""

    x: str
    y: str
    text: str


@dataclass(frozen=True)
class Scale:
    """A straight line from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of `value`; a scale without extent puts everything at its start."""
        if self.high == self.low:
            return self.start
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def place(pixel: float) -> str:
    """Write a pixel with one decimal at most, always with a point."""
    return f"{pixel:.1f}".removesuffix(".0")


def points(pairs: Iterable[tuple[float, float]]) -> str:
    """Write pairs as the `points` of a polyline."""
    return " ".join(f"{place(x)},{place(y)}" for x, y in pairs)


def ticks(top: float) -> list[float]:
    """Return round values from 0 to at least `top`, with at most four lines above zero."""
    if top <= 0:
        return [0, 1]
    rough = top / MAX_GRID_LINES
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in STEPS if factor * power >= rough - 1e-9)
    return [step * index for index in range(ceil(top / step - 1e-9) + 1)]


def spread(count: int, wanted: int) -> Sequence[int]:
    """Return about `wanted` positions out of `count`, first and last among them."""
    if count <= wanted:
        return range(count)
    return sorted({round(index * (count - 1) / (wanted - 1)) for index in range(wanted)})


def number(value: float) -> str:
    """Write an axis value without needless decimals."""
    return wording.count_text(value) if float(value).is_integer() else decimal(value)


def decimal(value: float) -> str:
    """Write a value with one decimal, in the reader's language."""
    return formats.number_format(round(value, 1), decimal_pos=1)
