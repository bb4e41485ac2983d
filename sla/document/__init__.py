"""The agreement as a document: read strictly, written back without loss, hashed and put into words."""

from sla.document.canonical import canonical_text, sha256
from sla.document.clauses import explain_clause
from sla.document.consequences import consequences
from sla.document.crosschecks import latest_review
from sla.document.differences import Change, Difference, Figure, Pieces, compare, words_changed
from sla.document.dumping import dump
from sla.document.files import LARGEST, Unreadable, as_json, as_yaml, read
from sla.document.kinds import KINDS, Kind, owed_by
from sla.document.parsing import InvalidDocument, parse
from sla.document.reciting import recite
from sla.document.saying import Chapter, Clause, chapters, clauses
from sla.document.schema import schema
from sla.document.shape import (
    FORMAT,
    Allowance,
    Commitment,
    Document,
    Expiry,
    FitRule,
    Leg,
    Matching,
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
from sla.document.starting import TEMPLATES, commitment, default_agreement, starting, template
from sla.reading import Problem

__all__ = [
    "FORMAT",
    "KINDS",
    "LARGEST",
    "TEMPLATES",
    "Allowance",
    "Change",
    "Chapter",
    "Clause",
    "Commitment",
    "Difference",
    "Document",
    "Expiry",
    "Figure",
    "FitRule",
    "InvalidDocument",
    "Kind",
    "Leg",
    "Matching",
    "Pieces",
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
    "Unreadable",
    "Valve",
    "as_json",
    "as_yaml",
    "canonical_text",
    "chapters",
    "clauses",
    "commitment",
    "compare",
    "consequences",
    "default_agreement",
    "dump",
    "explain_clause",
    "latest_review",
    "owed_by",
    "parse",
    "read",
    "recite",
    "schema",
    "sha256",
    "starting",
    "template",
    "words_changed",
]
