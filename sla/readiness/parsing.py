"""From JSON to a tree of criteria, every fault kept with its path."""

from collections.abc import Callable
from typing import Any

from sla.readiness.criteria import UNKNOWN, BantLeaf, Criterion, FactLeaf, Group, Leaf, ScoreLeaf, TouchLeaf
from sla.readiness.facts import (
    ATTRIBUTE,
    EVIDENCE,
    LONGEST_WINDOW_DAYS,
    NUMBER_FACTS,
    TEXT_FACTS,
    TOUCH_KINDS,
)
from sla.reading import Problem, Reader, is_number, open_object, shown, text_fault
from sla.wording import gettext_noop

DEEPEST = 10
GROUPS = ("all", "any", "of")
ORDER = (">", ">=", "<", "<=")
SAME = ("=", "!=")
AMONG = ("in", "not_in")
OPS = (*SAME, *ORDER, *AMONG, "contains", "known")
NUMBER_OPS = (*SAME, *ORDER, *AMONG, "known")
TEXT_OPS = (*SAME, *AMONG, "contains", "known")
CONSENTS = ("given", "withdrawn")


def parse_criterion(data: Any, path: str, problems: list[Problem], depth: int = 1) -> Criterion | None:
    """Read one criterion; None when it cannot be read, with the reasons added to `problems`."""
    reader = open_object(data, path, problems)
    if reader is None:
        return None
    form = next((form for form in (*GROUPS, *_LEAVES) if form in reader.data), None)
    if form is None:
        forms = ", ".join((*GROUPS, *_LEAVES))
        reader.complain("", gettext_noop("A criterion needs one of %(forms)s."), forms=forms)
        return None
    if depth > DEEPEST:
        reader.complain("", gettext_noop("Criteria are nested deeper than %(most)s."), most=DEEPEST)
        return None
    if form in GROUPS:
        return _group(reader, form, depth)
    before = len(problems)
    leaf = _LEAVES[form](reader)
    reader.finish()
    return leaf if len(problems) == before else None


def _group(reader: Reader, form: str, depth: int) -> Group | None:
    before = len(reader.problems)
    values = reader.raw(form)
    label = reader.text("label", "")
    if not isinstance(values, list) or not values:
        reader.complain(form, gettext_noop("This must be a list of at least one criterion."))
        return None
    parts = [
        parse_criterion(value, f"{reader.at(form)}[{index}]", reader.problems, depth + 1)
        for index, value in enumerate(values)
    ]
    needed = {"all": len(values), "any": 1}.get(form) or reader.whole("at_least", 1, len(values))
    reader.finish()
    if len(reader.problems) > before:
        return None
    kind = "at_least" if form == "of" else form
    return Group(kind, tuple(part for part in parts if part), needed, label)


def _common(reader: Reader) -> dict[str, Any]:
    return {"unknown": reader.choice("unknown", UNKNOWN, "unknown"), "label": reader.text("label", "")}


def _fact(reader: Reader) -> Leaf:
    fact = reader.text("fact")
    is_attribute = fact.startswith(ATTRIBUTE) and len(fact) > len(ATTRIBUTE)
    if fact and not is_attribute and fact not in (*TEXT_FACTS, *NUMBER_FACTS):
        reader.complain("fact", gettext_noop("No fact is called “%(name)s”."), name=shown(fact))
    if is_attribute:
        op = reader.choice("op", OPS)
        kinds: tuple[type, ...] = (str, bool, int, float)
    elif fact in NUMBER_FACTS:
        op, kinds = reader.choice("op", NUMBER_OPS), (int, float)
    else:
        op, kinds = reader.choice("op", TEXT_OPS), (str,)
    value = _value(reader, op, kinds)
    if fact == "consent" and op in (*SAME, *AMONG):
        _check_consent(reader, value)
    return FactLeaf(fact, op, value, **_common(reader))


def _check_consent(reader: Reader, value: Any) -> None:
    for one in value if isinstance(value, tuple) else (value,):
        if one not in CONSENTS:
            reader.complain("value", gettext_noop("Consent is either given or withdrawn."))


def _value(reader: Reader, op: str, kinds: tuple[type, ...]) -> Any:
    """Read what a fact is compared with, as its operator needs it."""
    if not op:
        return reader.raw("value", None)
    if op == "known":
        if "value" in reader.data and reader.raw("value") is not None:
            reader.complain("value", gettext_noop("The operator “known” takes no value."))
        return None
    value = reader.raw("value")
    if op in AMONG or (op == "contains" and isinstance(value, list)):
        if not isinstance(value, list) or not value or not all(_fits(one, kinds) for one in value):
            reader.complain("value", gettext_noop("This must be a list of values that fit the fact."))
            return ()
        return tuple(value)
    wanted = (int, float) if op in ORDER else (str,) if op == "contains" else kinds
    if not _fits(value, wanted):
        reader.complain("value", gettext_noop("This value does not fit the fact and its operator."))
    return value


def _fits(value: Any, kinds: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return bool in kinds
    if isinstance(value, str):
        return str in kinds and not text_fault(value) and bool(value.strip())
    return int in kinds and is_number(value)


def _bant(reader: Reader) -> Leaf:
    bant = reader.choice("bant", ("budget", "authority", "need", "timing"))
    if bant == "timing":
        if "within_days" in reader.data:
            days = reader.whole("within_days", 1, 3650)
            return BantLeaf(bant, within_days=days, **_common(reader))
        return BantLeaf(bant, reader.choice("op", ("known",)), **_common(reader))
    if bant == "budget":
        op = reader.choice("op", (*SAME, *ORDER, "known"))
        value = _value(reader, op, (int, float))
        currency = reader.text("currency", "")
        if currency and not (len(currency) == 3 and currency.isascii() and currency.isupper()):
            reader.complain("currency", gettext_noop("A currency is three capital letters."))
        return BantLeaf(bant, op, value, currency, **_common(reader))
    op = reader.choice("op", TEXT_OPS)
    return BantLeaf(bant, op, _value(reader, op, (str,)), **_common(reader))


def _touches(reader: Reader) -> Leaf:
    sides: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    evidence = ""
    wanted = reader.child("touches")
    if wanted is not None:
        sides = wanted.choices("sides", TOUCH_KINDS, ())
        known = dict.fromkeys(kind for side in (sides or TOUCH_KINDS) for kind in TOUCH_KINDS.get(side, ()))
        kinds = wanted.choices("kinds", known, ())
        evidence = wanted.choice("evidence", EVIDENCE, "")
        wanted.finish()
    at_least = reader.whole("at_least", 1, 1000)
    within_days = reader.whole("within_days", 1, LONGEST_WINDOW_DAYS)
    return TouchLeaf(at_least, within_days, sides, kinds, evidence, **_common(reader))


def _score(reader: Reader) -> Leaf:
    score = reader.choice("score", ("fit", "engagement"))
    op = reader.choice("op", ORDER)
    # Scores are compared as shown, so a fraction would never mean what it says.
    value = reader.whole("value", 0, 1_000_000)
    return ScoreLeaf(score, op, value, **_common(reader))


_LEAVES: dict[str, Callable[[Reader], Leaf]] = {
    "touches": _touches,
    "fact": _fact,
    "bant": _bant,
    "score": _score,
}
