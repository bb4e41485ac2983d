"""An agreement clause by clause for a page: its text, what it changes, who signed, what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.choices import BantKind, Side
from leads.models import AuditEntry, User
from portal.forms.drafts.words import subject_word, word
from portal.lines import verdicts
from sla import document, readiness
from sla.document import Clause, Document, Problem
from sla.document.names import COMMITMENTS
from sla.models import AgreementVersion, Comment, Signature
from sla.queries.drafts import DraftPage

#: Acts of the log in words; a signature names its side.
ACTS: dict[str, str | Promise] = {
    "drafted": gettext_lazy("wrote the draft"),
    "revised": gettext_lazy("changed the text"),
    "proposed": gettext_lazy("proposed it to both sides"),
    "commented": gettext_lazy("commented"),
    "comment_settled": gettext_lazy("settled a comment"),
    "signed_for_marketing": gettext_lazy("signed for Marketing"),
    "signed_for_sales": gettext_lazy("signed for Sales"),
    "took_effect": gettext_lazy("it took effect"),
    "asked_earlier": gettext_lazy("had it asked one place earlier among the agreements"),
}


#: Parts of a path that only hold others.
_NESTS = frozenset({"gates", "commitments", "allowances", "params", "after", "all", "any", "of", "points"})


@dataclass(frozen=True)
class Line:
    """One clause in words."""

    anchor: str
    number: str
    title: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class ChapterLines:
    """A chapter in words."""

    number: int
    title: str
    clauses: tuple[Line, ...]


@dataclass(frozen=True)
class ChangeLine:
    """A clause that differs, its words marked as same, added or removed."""

    number: str
    title: str
    state: str
    pieces: document.Pieces


@dataclass(frozen=True)
class FigureLine:
    """A number that differs."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Changes:
    """What one text changes in another."""

    lines: tuple[ChangeLine, ...]
    figures: tuple[FigureLine, ...]
    unchanged: int


@dataclass(frozen=True)
class Signed:
    """What one side did: its signature, or the one that an edit took the meaning from."""

    side: str
    label: str
    signature: Signature | None
    voided: Signature | None


@dataclass(frozen=True)
class Thread:
    """What was said to one clause."""

    title: str
    comments: tuple[Comment, ...]
    is_open: bool


@dataclass(frozen=True)
class Act:
    """One line of the log."""

    who: str
    what: str
    at: datetime


def chapters(text: Document) -> list[ChapterLines]:
    """Say the whole agreement."""
    return [
        ChapterLines(one.number, verdicts.say(one.title), tuple(_line(clause) for clause in one.clauses))
        for one in document.chapters(text)
    ]


def clause_choices(text: Document) -> list[tuple[str, str]]:
    """Return every clause by its anchor as a choice."""
    return [
        (one.anchor, f"{one.number} {verdicts.say(one.title)}") for one in document.clauses(text).values()
    ]


def changes(found: document.Difference) -> Changes:
    """Say what differs, in words and in numbers."""
    return Changes(
        lines=tuple(_change(one) for one in found.changes),
        figures=tuple(
            FigureLine(_path(one.path), _figure(one.old), _figure(one.new)) for one in found.figures
        ),
        unchanged=found.unchanged,
    )


def conflict(now: AgreementVersion, changed: dict[str, Any]) -> Changes | None:
    """Say how what one person wrote differs from what another saved meanwhile; None if it cannot be read."""
    try:
        theirs = document.parse(now.document)
        mine = document.parse({**now.document, **changed})
    except document.InvalidDocument:
        return None
    return changes(document.compare(theirs, mine))


def summary(code: str, text: Document) -> str:
    """Say in a few words what a page of the draft holds."""
    counts = {
        "basics": text.title,
        "segment": text.segment.label or _("every lead"),
        **{code: _criteria(gate) for code, gate in text.gates.items()},
        "commitments": _("%(on)s of %(n)s switched on")
        % {"on": sum(one.is_on for one in text.commitments), "n": len(text.commitments)},
        "legs": ", ".join(leg.label for leg in text.legs),
        "stages": ngettext("%(n)s stage", "%(n)s stages", len(text.stages)) % {"n": len(text.stages)},
        "reasons": ngettext("%(n)s reason", "%(n)s reasons", len(text.reasons)) % {"n": len(text.reasons)},
        "tracks": ngettext("%(n)s track", "%(n)s tracks", len(text.tracks)) % {"n": len(text.tracks)},
        "scores": _("half-life %(n)s days") % {"n": verdicts.written(text.engagement.half_life_days)},
        "hours": text.referee or _("no referee"),
    }
    return counts.get(code, "")


def _criteria(gate: readiness.Criterion) -> str:
    n = len(readiness.leaves(gate))
    return ngettext("%(n)s criterion", "%(n)s criteria", n) % {"n": n}


def consequences(text: Document, referee: Problem | None) -> list[str]:
    """Say what follows from the terms, and whether the referee can rule."""
    found = document.consequences(text)
    return [verdicts.say(one.sentence) for one in ([referee] if referee else []) + found]


def problems(found: Sequence[Problem]) -> list[tuple[str, str]]:
    """Return each problem with the place it is about."""
    return [(one.path, verdicts.say(one.sentence)) for one in found]


def commitments(text: Document) -> list[tuple[str, str, bool, str]]:
    """Return code, sentence, whether it is on, and side of every commitment."""
    return [
        (one.code, verdicts.say(document.explain_clause(one, text)), one.is_on, one.side)
        for one in text.commitments
    ]


def of_section(at: str, version: AgreementVersion) -> str:
    """Say the commitment that a page edits; blank for other pages."""
    if not at.startswith("commitments["):
        return ""
    text = document.parse(version.document)
    index = int(at.removeprefix("commitments[").removesuffix("]"))
    found = text.commitments[index : index + 1]
    return verdicts.say(document.explain_clause(found[0], text)) if found else ""


def addable(text: Document) -> list[tuple[str, str, str, bool]]:
    """Return every kind of commitment that may be added: its code, what it says, side, whether it is new."""
    data = document.dump(text)
    fresh = [{**document.commitment(kind, data), "is_on": False} for kind in document.KINDS]
    several = [{**one, "code": f"added_{place}"} for place, one in enumerate(fresh)]
    whole = document.parse({**data, "commitments": [*data["commitments"], *several]})
    known = {one.kind for one in text.commitments}
    return [
        (one.kind, verdicts.say(document.explain_clause(one, whole)), one.side, one.kind not in known)
        for one in whole.commitments[len(text.commitments) :]
    ]


def signed(page: DraftPage) -> list[Signed]:
    """Return what each side has done about signing."""
    return [
        Signed(
            side=side,
            label=str(Side(side).label),
            signature=next((one for one in page.signatures if one.side == side), None),
            voided=next((one for one in reversed(page.voided) if one.side == side), None),
        )
        for side in Side.values
    ]


def threads(page: DraftPage) -> list[Thread]:
    """Return what was said, gathered by clause in the order of the text, open ones first."""
    known = document.clauses(page.document)
    changes = page.difference.changes if page.difference else ()
    gone = {one.anchor: one.clause for one in changes if one.new is None}
    order = {anchor: place for place, anchor in enumerate(["", *known])}
    gathered: dict[str, list[Comment]] = {}
    for comment in page.comments:
        gathered.setdefault(comment.clause, []).append(comment)
    found = [
        Thread(_about(anchor, known, gone), tuple(said), any(one.settled_at is None for one in said))
        for anchor, said in sorted(gathered.items(), key=lambda pair: order.get(pair[0], len(order)))
    ]
    return sorted(found, key=lambda thread: not thread.is_open)


def acts(entries: Sequence[tuple[AuditEntry, User | None]]) -> list[Act]:
    """Say the log."""
    return [
        Act(who.name if who else _("Concord"), str(ACTS.get(entry.verb, entry.verb)), entry.at)
        for entry, who in entries
    ]


def _line(clause: Clause) -> Line:
    texts = tuple(verdicts.say(text) for text in clause.texts)
    return Line(clause.anchor, clause.number, verdicts.say(clause.title), texts)


def _change(one: document.Change) -> ChangeLine:
    state = _("new") if one.old is None else _("removed") if one.new is None else ""
    return ChangeLine(one.clause.number, verdicts.say(one.clause.title), state, one.pieces(verdicts.say))


def _about(anchor: str, known: Mapping[str, Clause], gone: Mapping[str, Clause]) -> str:
    if not anchor:
        return _("The whole text")
    if anchor in known:
        return f"{known[anchor].number} {verdicts.say(known[anchor].title)}"
    if anchor in gone:
        return _("%(clause)s, removed") % {"clause": verdicts.say(gone[anchor].title)}
    return _("A clause that is gone")


def _figure(value: float | None) -> str:
    return "–" if value is None else verdicts.written(value)


def _path(path: tuple[str, ...]) -> str:
    """Say where a number stands, in the words of its codes; what only nests is left out."""
    *way, last = path
    steps = [step for step in way if step not in _NESTS]
    if last not in ("amount", "value"):
        steps.append(last)
    said = " · ".join(map(_step, steps))
    return said[:1].upper() + said[1:]


def _step(code: str) -> str:
    if code in COMMITMENTS:
        return _(COMMITMENTS[code])
    return str(subject_word(code) if code in BantKind.values else word(code)).replace("_", " ")
