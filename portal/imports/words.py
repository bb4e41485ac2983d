"""The words of a file where only certain words are known: which they are, and what they probably mean."""

from collections.abc import Mapping
from typing import Any

from leads.choices import DealState, ImportKind, Role, Side, Stage, TouchKind, TouchSide
from leads.importing import guessing
from leads.importing.reader import normal
from portal.imports import keeping
from portal.imports.mapping import shape_of
from portal.models import ImportJob
from sla.choices import HandoffState

#: As many rows are looked through for words; the check finds what comes later.
LOOKED_THROUGH = 20_000
MOST_WORDS = 60
#: What usual words mean, as far as the field knows the meaning.
MEANINGS = {
    "new": "inquiry",
    "open": "inquiry",
    "lead": "inquiry",
    "not contacted": "inquiry",
    "subscriber": "inquiry",
    "nurture": "nurturing",
    "marketing qualified lead": "mql",
    "working": "sal",
    "contacted": "sal",
    "accepted": "sal",
    "qualified": "sql",
    "sales qualified lead": "sql",
    "converted": "opportunity",
    "closed won": "won",
    "closed lost": "lost",
    "won": "customer",
    "unqualified": "disqualified",
    "junk": "disqualified",
    "phone": "call",
    "email": "mail",
    "sales rep": "rep",
    "sdr": "qualifier",
}

LABELS: dict[str, Mapping[str, Any]] = {
    "stage": dict(Stage.choices),
    "side": dict(TouchSide.choices),
    "kind": dict(TouchKind.choices),
    "role": dict(Role.choices),
    "team_side": dict(Side.choices),
}


def unknown(job: ImportJob) -> list[tuple[str, str, str]]:
    """Return (field, word, proposed meaning) for each word that the mapping of a job does not explain."""
    fields = {name: cell for name, cell in _choice_cells(job).items() if cell.get("column")}
    if not fields:
        return []
    look = guessing.look(keeping.place(job), LOOKED_THROUGH)
    places = {normal(name): place for place, name in enumerate(look.header)}
    found = []
    for name, cell in fields.items():
        known = {normal(word) for word in cell.get("values", {})}
        for word in look.values(places[normal(cell["column"])])[:MOST_WORDS]:
            if normal(word) not in known:
                found.append((name, word, _proposed(name, word, job)))
    return found


def explain(job: ImportJob, meanings: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return the job's mapping with the meanings of words added."""
    document = dict(job.mapping or {})
    cells = _choice_cells(job)
    added = {
        name: {**cells[name], "values": {**cells[name].get("values", {}), **words}}
        for name, words in meanings.items()
    }
    return {**document, "fields": {**document.get("fields", {}), **added}}


def choices_of(job: ImportJob, field: str) -> list[str]:
    """Return the codes that a field knows."""
    return sorted(shape_of(job.kind).fields[field].choices)


def _choice_cells(job: ImportJob) -> dict[str, dict[str, Any]]:
    """Return the cells of fields that know certain words only, written as objects."""
    shape = shape_of(job.kind)
    fields = (job.mapping or {}).get("fields", {})
    return {
        name: {"column": cell} if isinstance(cell, str) else cell
        for name, cell in fields.items()
        if name in shape.fields and shape.fields[name].kind == "choice"
    }


def _proposed(field: str, word: str, job: ImportJob) -> str:
    codes = shape_of(job.kind).fields[field].choices
    plain = normal(word).replace("-", " ")
    candidates = (plain.replace(" ", "_"), MEANINGS.get(plain, ""))
    return next((code for code in candidates if code in codes), "")


def labels_of(field: str, kind: str) -> Mapping[str, Any]:
    """Return the words in which a field's codes are shown; a state is one of a deal or of a handoff."""
    if field == "state":
        return dict(DealState.choices if kind == ImportKind.DEALS else HandoffState.choices)
    return LABELS.get(field, {})
