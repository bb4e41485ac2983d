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
    without,
)
from sla.readiness.crowds import Crowd, passing
from sla.readiness.describing import describe, need, subject, word
from sla.readiness.facts import EVIDENCE, NUMBER_FACTS, TEXT_FACTS, TOUCH_KINDS, Facts, TouchFact
from sla.readiness.history import as_known, ready_since
from sla.readiness.judging import LeafVerdict, Verdict, judge
from sla.readiness.parsing import OPS, parse_criterion
from sla.readiness.probing import days_until
from sla.readiness.profile import compile_fit

#: The facts of account and lead that a criterion may ask for, beside `attributes.<key>`.
FACTS = (*TEXT_FACTS, *NUMBER_FACTS)

__all__ = [
    "EVIDENCE",
    "FACTS",
    "NUMBER_FACTS",
    "OPS",
    "TEXT_FACTS",
    "TOUCH_KINDS",
    "BantLeaf",
    "Compiled",
    "Criterion",
    "Crowd",
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
    "days_until",
    "describe",
    "dump_criterion",
    "judge",
    "leaves",
    "need",
    "parse_criterion",
    "passing",
    "ready_since",
    "subject",
    "without",
    "word",
]
