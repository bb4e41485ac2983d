"""The whole agreement in numbered clauses of plain words: what people read, sign, compare and comment on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sla.document import terms
from sla.document.shape import Document
from sla.document.terms import Said
from sla.wording import Sentence, gettext_noop


@dataclass(frozen=True)
class Clause:
    """One clause: `anchor` names it in every version, `number` is its place in this one."""

    anchor: str
    number: str
    title: Sentence
    texts: tuple[Sentence, ...]


@dataclass(frozen=True)
class Chapter:
    """Clauses under one heading."""

    code: str
    number: int
    title: Sentence
    clauses: tuple[Clause, ...]


Says = Callable[[Document], Iterator[Said]]
_CHAPTERS: tuple[tuple[str, str, Says], ...] = (
    ("purpose", gettext_noop("Purpose and dates"), terms.purpose),
    ("parties", gettext_noop("Who hands over to whom"), terms.parties),
    ("readiness", gettext_noop("When a lead is sales-ready"), terms.readiness_gate),
    ("qualification", gettext_noop("When a lead is qualified"), terms.qualification_gate),
    ("commitments", gettext_noop("What both sides commit to"), terms.commitments),
    ("stages", gettext_noop("Where the buyer is"), terms.stages),
    ("reasons", gettext_noop("When Sales says no"), terms.reasons),
    ("tracks", gettext_noop("Nurture tracks"), terms.tracks),
    ("scores", gettext_noop("Scores and priorities"), terms.scores),
    ("records", gettext_noop("What is handed over and recorded"), terms.records),
    ("routing", gettext_noop("Giving leads out"), terms.routing),
    ("hours", gettext_noop("Hours, referee and proof"), terms.hours),
)


def chapters(document: Document) -> tuple[Chapter, ...]:
    """Say everything the agreement holds; an empty chapter is left out, its number is not."""
    found = (_chapter(place, document) for place in range(len(_CHAPTERS)))
    return tuple(chapter for chapter in found if chapter.clauses)


def clauses(document: Document) -> dict[str, Clause]:
    """Return every clause by its anchor, in their order."""
    return {clause.anchor: clause for chapter in chapters(document) for clause in chapter.clauses}


def _chapter(place: int, document: Document) -> Chapter:
    code, title, says = _CHAPTERS[place]
    said = tuple(
        Clause(one.anchor, f"{place + 1}.{index}", one.title, one.texts)
        for index, one in enumerate(says(document), start=1)
    )
    return Chapter(code, place + 1, Sentence(title), said)
