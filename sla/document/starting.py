"""Texts to start from: the shipped agreement, and what trades change in it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from sla.document import kinds
from sla.document.crosschecks import latest_review
from sla.wording import gettext_noop

_DEFAULT = Path(__file__).parent.parent / "default_agreement.json"
_FOLDER = Path(__file__).parent / "templates"
#: Code of a template and the trade it is for.
TEMPLATES = {
    "software": gettext_noop("Software for companies"),
    "services": gettext_noop("Professional services"),
    "manufacturing": gettext_noop("Manufacturing and machinery"),
}


def default_agreement() -> dict[str, Any]:
    """Return the shipped agreement, a draft that nobody has signed."""
    return _read(_DEFAULT)


def template(code: str, starts_on: date | None = None) -> dict[str, Any]:
    """Return the agreement for a trade: the shipped one with what its file changes; KeyError for no trade.

    With a start its review is due as late as may be.
    """
    if code not in TEMPLATES:
        raise KeyError(code)
    data, changed = default_agreement(), _read(_FOLDER / f"{code}.json")
    terms = changed.pop("commitments")
    data |= changed
    data["commitments"] = [one | terms.get(one["code"], {}) for one in data["commitments"]]
    return data if starts_on is None else starting(data, starts_on)


def starting(data: dict[str, Any], starts_on: date) -> dict[str, Any]:
    """Return a document that starts on another day, with its review six months later."""
    dates = {"starts_on": starts_on, "review_due_on": latest_review(starts_on)}
    return {**data, **{key: day.isoformat() for key, day in dates.items()}, "is_baseline": False}


def commitment(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return a commitment of a kind as the shipped agreement has it, fit to be added to a document.

    It gives every priority the same time: that of its last allowance.
    """
    found: dict[str, Any] = next(one for one in default_agreement()["commitments"] if one["kind"] == kind)
    taken = {one["code"] for one in data["commitments"]}
    codes = (kind, *(f"{kind}_{number}" for number in range(2, len(taken) + 3)))
    found["code"] = next(code for code in codes if code not in taken)
    sides = {leg["leg"]: (leg["from_side"], leg["to_side"]) for leg in data["legs"]}
    found["side"] = kinds.owed_by(kind, found["leg"], sides)
    if "allowances" in found:
        found["allowances"] = [{**found["allowances"][-1], "tier": None}]
    return found


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data
