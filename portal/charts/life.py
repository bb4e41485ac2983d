"""Draw the life of one clock: when it ran, was paused or its calendar closed, and what fell when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import wording
from portal.charts.scale import Label, Scale, place

WIDTH, HEIGHT = 540, 40
LEFT, RIGHT, TOP, THICK = 6, 534, 18, 20
#: Kind of stretch → its look in the drawing.
LOOKS = {"running": "b1", "paused": "hatch", "closed": "closed"}


@dataclass(frozen=True)
class Stretch:
    """One stretch as the drawing and its table need it."""

    kind: str
    label: str
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True)
class Mark:
    """One moment of the life: `look` is warn, late, due, kept or now."""

    look: str
    label: str
    at: datetime


@dataclass(frozen=True)
class Bar:
    """A stretch on paper."""

    x: str
    width: str
    look: str
    title: str


@dataclass(frozen=True)
class Life:
    """A band of stretches with marks on it."""

    sentence: str
    bars: tuple[Bar, ...]
    marks: tuple[tuple[str, Label], ...]
    ends: tuple[str, str]
    kinds: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP
    thick: int = THICK
    bottom: int = TOP + THICK
    template: str = "charts/_life.html"


def life(stretches: Sequence[Stretch], marks: Sequence[Mark], now: datetime, sentence: str) -> Life | None:
    """Return the drawing of stretches, which follow each other, with the marks that fall on them."""
    if not stretches:
        return None
    first, last = stretches[0].from_at, max([stretches[-1].to_at, *(mark.at for mark in marks)])
    across = Scale(first.timestamp(), last.timestamp(), LEFT, RIGHT)
    said = [(one, _words(one, now)) for one in stretches]
    return Life(
        sentence=sentence,
        bars=tuple(_bar(one, words, across) for one, words in said),
        marks=tuple((mark.look, _placed(mark, across)) for mark in marks),
        ends=(wording.moment_text(first, now), wording.moment_text(last, now)),
        kinds=tuple({LOOKS[one.kind]: one.label for one in stretches}.items()),
        head=(_("Stretch"), _("From"), pgettext("a time", "To"), _("Length")),
        rows=tuple(words for _one, words in said),
    )


def _placed(mark: Mark, across: Scale) -> Label:
    return Label(place(across.at(mark.at.timestamp())), place(TOP), mark.label)


def _words(one: Stretch, now: datetime) -> tuple[str, ...]:
    return (
        one.label,
        wording.moment_text(one.from_at, now),
        wording.moment_text(one.to_at, now),
        wording.span_text(one.to_at - one.from_at),
    )


def _bar(one: Stretch, words: tuple[str, ...], across: Scale) -> Bar:
    start, end = across.at(one.from_at.timestamp()), across.at(one.to_at.timestamp())
    return Bar(place(start), place(max(end - start, 0.5)), LOOKS[one.kind], " · ".join(words))
