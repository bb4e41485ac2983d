"""Say how a gate judged a lead, leaf by leaf, with what proves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from leads.models import BantFact
from sla import readiness
from sla.wording import Sentence

TONES: dict[bool | None, tuple[str, str | Promise]] = {
    True: ("ok", gettext_lazy("Met")),
    False: ("late", gettext_lazy("Missed")),
    None: ("unknown", gettext_lazy("Unknown")),
}


@dataclass(frozen=True)
class LeafLine:
    """One criterion: the verdict's tone and word, what it needs, what is known and since when."""

    tone: str
    word: str | Promise
    label: str
    need: str
    fact: str
    evidence: str


@dataclass(frozen=True)
class VerdictLines:
    """A judged gate as groups of lines; `met` of `total` criteria are met.

    `short` leaves out what is missed in a group of which enough is met, `summary` counts by group.
    """

    is_met: bool
    met: int
    total: int
    groups: tuple[tuple[str, tuple[LeafLine, ...]], ...]
    short: tuple[LeafLine, ...]
    summary: str


def verdict(
    judged: readiness.Verdict, gate: readiness.Criterion, bant: Mapping[str, BantFact], at: datetime
) -> VerdictLines:
    """Return a verdict in words; `bant` proves its BANT leaves as far as they were known `at` that time."""
    titles = _titles(gate)
    enough = _groups_met(judged, gate)
    groups: dict[str, list[LeafLine]] = {}
    short = []
    for leaf in judged.leaves:
        top = leaf.path.split(".")[0]
        line = _line(leaf, bant, at)
        groups.setdefault(titles.get(top, ""), []).append(line)
        if leaf.counted is True or top not in enough or leaf.value is None:
            short.append(line)
    return VerdictLines(
        is_met=judged.is_ready,
        met=sum(leaf.counted is True for leaf in judged.leaves),
        total=len(judged.leaves),
        groups=tuple((title, tuple(lines)) for title, lines in groups.items()),
        short=tuple(short),
        summary=" ".join(_counted(title, lines) for title, lines in groups.items()),
    )


def say(sentence: Sentence) -> str:
    """Say a sentence of the judging floor in the reader's language, numbers and dates included."""
    return sentence.say(_, written)


def written(value: Any) -> str:
    """Write a number, date or text for the reader."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | date):
        return str(value)
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), pgettext("format of date and time", "j M, H:i"))
    if isinstance(value, date):
        return day(value)
    places = 0 if value == int(value) else 2
    return formats.number_format(value, decimal_pos=places, force_grouping=True)


def day(value: date | datetime) -> str:
    """Write a day: "12 Nov"; one of another year carries it."""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return formats.date_format(local, pgettext("format of a day and year", "j M Y"))


def _line(leaf: readiness.LeafVerdict, bant: Mapping[str, BantFact], at: datetime) -> LeafLine:
    tone, word = TONES[leaf.value]
    return LeafLine(
        tone=tone,
        word=word,
        label=say(leaf.label),
        need=say(leaf.need),
        fact=_capital(say(leaf.fact)),
        evidence=_evidence(leaf, bant, at),
    )


def _evidence(leaf: readiness.LeafVerdict, bant: Mapping[str, BantFact], at: datetime) -> str:
    """Say where the fact comes from: BANT by source and day, touches by the timeline."""
    if not leaf.proof:
        return _("Ask on the next touch") if leaf.value is None else ""
    first = leaf.proof[0]
    if first.startswith("touch:"):
        return _("See timeline")
    fact = bant.get(first.removeprefix("bant."))
    if fact is None or fact.known_at > at:
        return ""
    return ", ".join(part for part in (fact.source, day(fact.known_at)) if part)


def _titles(gate: readiness.Criterion) -> dict[str, str]:
    """Return the heads of the groups directly below the root, by the first part of a leaf's path."""
    if not isinstance(gate, readiness.Group):
        return {}
    key = "of" if gate.kind == "at_least" else gate.kind
    return {f"{key}[{index}]": _title(part) for index, part in enumerate(gate.parts)}


def _counted(title: str, lines: Sequence[LeafLine]) -> str:
    """Say how many of a group's criteria are met: "Need and means, at least 2 of 4: 3 met."."""
    met = sum(line.tone == "ok" for line in lines)
    said = {"title": title, "met": met, "count": len(lines)}
    return _("%(title)s: %(met)s met.") % said if title else _("%(met)s of %(count)s met.") % said


def _groups_met(judged: readiness.Verdict, gate: readiness.Criterion) -> set[str]:
    """Return the paths of groups below the root of which as many leaves are met as the group needs."""
    if not isinstance(gate, readiness.Group):
        return set()
    key = "of" if gate.kind == "at_least" else gate.kind
    met: dict[str, int] = {}
    for leaf in judged.leaves:
        top = leaf.path.split(".")[0]
        met[top] = met.get(top, 0) + (leaf.counted is True)
    return {
        path
        for index, part in enumerate(gate.parts)
        if isinstance(part, readiness.Group) and met.get(path := f"{key}[{index}]", 0) >= part.needed
    }


def _title(part: readiness.Criterion) -> str:
    if not isinstance(part, readiness.Group):
        return ""
    count = len(part.parts)
    rules = {
        "all": _("all of %(count)s"),
        "any": _("any of %(count)s"),
        "at_least": _("at least %(needed)s of %(count)s"),
    }
    rule = rules[part.kind] % {"count": count, "needed": part.needed}
    return f"{part.label}, {rule}" if part.label else _capital(rule)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
