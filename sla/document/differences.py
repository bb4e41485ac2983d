"""What one text of an agreement changes in another: clause by clause in words, and its numbers in a table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from sla.document.dumping import dump
from sla.document.saying import Clause, clauses
from sla.document.shape import Document
from sla.wording import Sentence

#: How a person's language says a sentence.
Say = Callable[[Sentence], str]
#: Words that stayed, came or went: ("same" | "add" | "remove", text).
Pieces = tuple[tuple[str, str], ...]
_TELLS_APART = ("code", "kind", "tier", "leg", "label", "fact", "bant", "score")


@dataclass(frozen=True)
class Change:
    """One clause that differs: `old` is None when it is new, `new` when it is gone."""

    anchor: str
    old: Clause | None
    new: Clause | None

    @property
    def clause(self) -> Clause:
        """The clause as it stands, or stood."""
        found = self.new or self.old
        assert found is not None
        return found

    def pieces(self, say: Say) -> Pieces:
        """Return the words of both texts, marked."""
        before, after = (_text(clause, say) for clause in (self.old, self.new))
        return words_changed(before, after)


@dataclass(frozen=True)
class Figure:
    """One number that differs; None where there is none. `path` names it by codes, not by places."""

    path: tuple[str, ...]
    old: float | None
    new: float | None


@dataclass(frozen=True)
class Difference:
    """All that differs between two texts; `unchanged` counts the clauses that do not."""

    changes: tuple[Change, ...]
    figures: tuple[Figure, ...]
    unchanged: int


def compare(old: Document, new: Document) -> Difference:
    """Compare two texts: clauses are matched by their anchors, in the order of the new text."""
    before, after = clauses(old), clauses(new)
    anchors = [*after, *(anchor for anchor in before if anchor not in after)]
    changes = tuple(
        Change(anchor, before.get(anchor), after.get(anchor))
        for anchor in anchors
        if _said(before.get(anchor)) != _said(after.get(anchor))
    )
    return Difference(changes, _figures(old, new), len(anchors) - len(changes))


def words_changed(before: str, after: str) -> Pieces:
    """Mark word by word what was taken out of one text and put into the other."""
    old, new = before.split(), after.split()
    pieces: list[tuple[str, str]] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("same", " ".join(old[a1:a2])))
            continue
        if a2 > a1:
            pieces.append(("remove", " ".join(old[a1:a2])))
        if b2 > b1:
            pieces.append(("add", " ".join(new[b1:b2])))
    # A blank between the pieces belongs to neither side of a change.
    spaced = [piece for each in pieces for piece in (each, ("same", " "))]
    return tuple(_joined(spaced[:-1]))


def _joined(pieces: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for kind, found in groupby(pieces, key=lambda piece: piece[0]):
        yield kind, "".join(text for _, text in found)


def _text(clause: Clause | None, say: Say) -> str:
    return " ".join(say(text) for text in clause.texts) if clause else ""


def _said(clause: Clause | None) -> object:
    return clause and (clause.title, clause.texts)


def _figures(old: Document, new: Document) -> tuple[Figure, ...]:
    before, after = dict(_numbers(dump(old), ())), dict(_numbers(dump(new), ()))
    paths = [*after, *(path for path in before if path not in after)]
    return tuple(
        Figure(path, before.get(path), after.get(path))
        for path in paths
        if before.get(path) != after.get(path)
    )


def _numbers(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _numbers(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _numbers(one, (*path, _name(one, index)))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value


def _name(item: Any, index: int) -> str:
    """Name a part of a list by what tells it apart, else by its place."""
    if not isinstance(item, dict):
        return str(index + 1)
    if "tier" in item:
        return item["tier"] or "others"
    named = (item[key] for key in _TELLS_APART if item.get(key))
    return str(next(named, index + 1))
