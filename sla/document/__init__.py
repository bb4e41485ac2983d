"""The agreement as a document: read strictly, written back without loss, hashed and put into words."""

import json
from pathlib import Path
from typing import Any

from sla.document.canonical import canonical_text, sha256
from sla.document.clauses import explain_clause
from sla.document.dumping import dump
from sla.document.kinds import KINDS, Kind
from sla.document.parsing import InvalidDocument, parse
from sla.document.shape import (
    FORMAT,
    Allowance,
    Commitment,
    Document,
    Expiry,
    FitRule,
    Leg,
    Reason,
    Routing,
    Rung,
    Segment,
    Signifier,
    Span,
    Stage,
    Step,
    Tier,
    Track,
    Valve,
)
from sla.reading import Problem

_DEFAULT = Path(__file__).parent.parent / "default_agreement.json"

__all__ = [
    "FORMAT",
    "KINDS",
    "Allowance",
    "Commitment",
    "Document",
    "Expiry",
    "FitRule",
    "InvalidDocument",
    "Kind",
    "Leg",
    "Problem",
    "Reason",
    "Routing",
    "Rung",
    "Segment",
    "Signifier",
    "Span",
    "Stage",
    "Step",
    "Tier",
    "Track",
    "Valve",
    "canonical_text",
    "default_agreement",
    "dump",
    "explain_clause",
    "parse",
    "sha256",
]


def default_agreement() -> dict[str, Any]:
    """Return the shipped agreement, a draft that nobody has signed."""
    data: dict[str, Any] = json.loads(_DEFAULT.read_text(encoding="utf-8"))
    return data
