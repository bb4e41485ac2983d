"""The one evaluator of gates: three-valued, explained by leaf, the same for one lead and for millions."""

from sla.readiness.compiling import Compiled, compile
from sla.readiness.criteria import (
    BantLeaf,
    Criterion,
    FactLeaf,
    Group,
    Leaf,
    ScoreLeaf,
    TouchLeaf,
    dump_criterion,
    leaves,
)
from sla.readiness.describing import describe, need, subject, word
from sla.readiness.facts import EVIDENCE, TOUCH_KINDS, Facts, TouchFact
from sla.readiness.history import as_known, ready_since
from sla.readiness.judging import LeafVerdict, Verdict, judge
from sla.readiness.parsing import parse_criterion
from sla.readiness.profile import compile_fit, fit

__all__ = [
    "EVIDENCE",
    "TOUCH_KINDS",
    "BantLeaf",
    "Compiled",
    "Criterion",
    "FactLeaf",
    "Facts",
    "Group",
    "Leaf",
    "LeafVerdict",
    "ScoreLeaf",
    "TouchFact",
    "TouchLeaf",
    "Verdict",
    "as_known",
    "compile",
    "compile_fit",
    "describe",
    "dump_criterion",
    "fit",
    "judge",
    "leaves",
    "need",
    "parse_criterion",
    "ready_since",
    "subject",
    "word",
]
