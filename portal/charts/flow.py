"""Draw where leads went as bands between stages; returns to nurturing run back underneath."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from portal.charts.scale import Label, number, place

WIDTH, HEIGHT = 1080, 300
TOP, TALLEST = 40, 180
NODE = 8
#: Stages from left to right along the top; nurturing stands below the first two.
ROW = (
    ("inquiry", 4),
    ("mql", 430),
    ("sal", 610),
    ("sql", 770),
    ("opportunity", 900),
    ("customer", 1020),
)
NURTURING_X = 215
RETURNS = ("nurturing", "recycled")
RETURN_FROM = ("mql", "sal", "sql")
ENDS = ("disqualified", "lost")
THINNEST = 1.5


@dataclass(frozen=True)
class Band:
    """A band as a stroked curve: `width` is its number of leads."""

    path: str
    width: str
    mark: str


@dataclass(frozen=True)
class Node:
    """A stage as an upright bar."""

    x: str
    y: str
    height: str
    mark: str


@dataclass(frozen=True)
class Flow:
    """Bands, bars and letters of the drawing, its table, and the same as ranked bars (`bars`)."""

    sentence: str
    nodes: tuple[Node, ...]
    bands: tuple[Band, ...]
    labels: tuple[Label, ...]
    notes: tuple[Label, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    ways: tuple[dict[str, Any], ...]
    width: int = WIDTH
    height: int = HEIGHT
    template: str = "charts/_flow.html"


class _Drawing:
    """One drawing under way: where each stage's bar has room left, coming in and going out."""

    def __init__(self, went: Mapping[tuple[str, str], int], reached: Mapping[str, int]) -> None:
        self.went, self.reached, self.unit = went, reached, TALLEST / reached["inquiry"]
        self.bands: list[Band] = []
        self.sizes = {stage: max(reached.get(stage, 0), self._passes(stage)) for stage, _x in ROW}
        self.x = {**dict(ROW), "nurturing": NURTURING_X}
        self.y = {stage: float(TOP) for stage, _x in ROW}
        self.fresh = max(self.count("inquiry", "nurturing"), self.count("nurturing", "mql"))
        self.sizes["nurturing"] = self.fresh + sum(self.returned(stage) for stage in RETURN_FROM)
        through = self.count("inquiry", "mql") * self.unit
        self.y["nurturing"] = TOP + max(through + 34, 60)
        self.taken_in = dict.fromkeys(self.sizes, 0.0)
        self.taken_out = dict.fromkeys(self.sizes, 0.0)

    def count(self, before: str, after: str) -> int:
        return self.went.get((before, after), 0)

    def returned(self, stage: str) -> int:
        return sum(self.count(stage, after) for after in RETURNS)

    def _passes(self, stage: str) -> int:
        """Return how many left a stage for another one, so that no band is wider than its bar."""
        return sum(n for (before, _after), n in self.went.items() if before == stage)

    def thickness(self, leads: int) -> float:
        return max(leads * self.unit, THINNEST)

    def forward(self, before: str, after: str, mark: str) -> None:
        """Draw a band from one bar to another, each below what left or came before it."""
        leads = self.count(before, after)
        if not leads:
            return
        thick = leads * self.unit
        y1 = self.y[before] + self.taken_out[before] + thick / 2
        y2 = self.y[after] + self.taken_in[after] + thick / 2
        self.taken_out[before] += thick
        self.taken_in[after] += thick
        x1, x2 = self.x[before] + NODE, self.x[after]
        self._curve(x1, y1, x2, y2, leads, mark)

    def leave(self, before: str, leads: int, x: float, y: float) -> None:
        """Draw a band that ends beside its label."""
        if leads:
            thick = leads * self.unit
            y1 = self.y[before] + self.taken_out[before] + thick / 2
            self.taken_out[before] += thick
            self._curve(self.x[before] + NODE, y1, x, y, leads, "s2")

    def back(self, before: str, leads: int, y: float) -> None:
        """Draw a band that turns round and runs back to nurturing."""
        if not leads:
            return
        thick = leads * self.unit
        x1, y1 = self.x[before] + NODE, self.y[before] + self.taken_out[before] + thick / 2
        self.taken_out[before] += thick
        x2, reach = self.x["nurturing"] + NODE, x1 + 62
        path = (
            f"M{place(x1)} {place(y1)}C{place(reach)} {place(y1)} {place(reach)} {place(y)} "
            f"{place(x1)} {place(y)}H{place(x2)}"
        )
        self.bands.append(Band(path, place(self.thickness(leads)), "s1"))

    def _curve(self, x1: float, y1: float, x2: float, y2: float, leads: int, mark: str) -> None:
        half = (x1 + x2) / 2
        path = (
            f"M{place(x1)} {place(y1)}C{place(half)} {place(y1)} {place(half)} {place(y2)} "
            f"{place(x2)} {place(y2)}"
        )
        self.bands.append(Band(path, place(self.thickness(leads)), mark))

    def nodes(self) -> list[Node]:
        return [
            Node(
                place(self.x[stage]),
                place(self.y[stage]),
                place(max(leads * self.unit, 2)),
                "bo" if stage == "customer" else "b1",
            )
            for stage, leads in self.sizes.items()
        ]


def flow(
    went: Mapping[tuple[str, str], int], reached: Mapping[str, int], words: Mapping[str, str]
) -> Flow | None:
    """Return the drawing of (from, to) → leads; None without any lead at the left.

    `reached` are the leads that reached each stage, `words` the names of the stages.
    """
    if not reached.get("inquiry"):
        return None
    made = _Drawing(went, reached)
    for before, after in (("inquiry", "mql"), ("inquiry", "nurturing"), ("nurturing", "mql")):
        made.forward(before, after, "s1")
    ways = [stage for stage, _x in ROW[1:]]
    for before, after in pairwise(ways):
        made.forward(before, after, "s3" if after == "customer" else "s1")
    notes = [*_returns(made), *_ends(made, words)]
    labels = [_label(made, stage, words) for stage in made.sizes]
    ranked = [
        (words.get(before, before), words.get(after, after), n)
        for (before, after), n in sorted(went.items(), key=lambda pair: -pair[1])
    ]
    return Flow(
        sentence=_sentence(made),
        nodes=tuple(made.nodes()),
        bands=tuple(made.bands),
        labels=tuple(labels),
        notes=tuple(notes),
        head=(_("From"), _("To"), _("Leads")),
        rows=tuple((before, after, number(n)) for before, after, n in ranked),
        ways=tuple({"label": f"{before} → {after}", "value": n} for before, after, n in ranked),
    )


def _sentence(made: _Drawing) -> str:
    words = _("Of %(all)s leads %(ready)s became sales-ready and %(won)s bought.")
    return words % {
        "all": number(made.reached["inquiry"]),
        "ready": number(made.reached.get("mql", 0)),
        "won": number(made.reached.get("customer", 0)),
    }


def _label(made: _Drawing, stage: str, words: Mapping[str, str]) -> Label:
    is_low = stage == "nurturing"
    count = made.fresh if is_low else made.reached.get(stage, 0)
    y = made.y[stage] - 10
    return Label(place(made.x[stage]), place(y), f"{words.get(stage, stage)} {number(count)}")


def _returns(made: _Drawing) -> list[Label]:
    """Draw what came back to nurturing, and say how many."""
    y = made.y["nurturing"] + made.fresh * made.unit
    total = 0
    for stage in RETURN_FROM:
        leads = made.returned(stage)
        thick = leads * made.unit
        made.back(stage, leads, y + thick / 2)
        y += thick
        total += leads
    if not total:
        return []
    text = _("Not now, or to repair: %(n)s back to Marketing") % {"n": number(total)}
    return [Label(place(made.x["nurturing"] + NODE + 12), place(min(y + 18, HEIGHT - 8)), text)]


def _ends(made: _Drawing, words: Mapping[str, str]) -> list[Label]:
    """Draw what left for good beside each stage, and say how many."""
    found = []
    for stage, x in (("mql", 520.0), ("sal", 700.0), ("opportunity", 960.0)):
        leads = sum(made.count(stage, end) for end in ENDS)
        if leads:
            y = TOP + 118.0
            made.leave(stage, leads, x, y)
            text = _("lost %(n)s") if stage == "opportunity" else _("never %(n)s")
            found.append(Label(place(x + 6), place(y + 4), text % {"n": number(leads)}))
    early = sum(made.count(stage, "disqualified") for stage in ("inquiry", "nurturing"))
    if early:
        text = f"{words.get('disqualified', '')} {number(early)}"
        found.append(Label(place(made.x["inquiry"] + 60), str(HEIGHT - 6), text))
        made.leave("inquiry", made.count("inquiry", "disqualified"), made.x["inquiry"] + 54, HEIGHT - 12)
    return found
