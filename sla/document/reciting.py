"""Criteria in full words: nothing is left out that a signature covers, unlike the short form on a dossier."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sla import readiness
from sla.wording import Sentence, gettext_noop, listed

_SEMICOLON = gettext_noop("%(first)s; %(rest)s")
_COMMA = gettext_noop("%(first)s, %(rest)s")
_OR = gettext_noop("%(first)s or %(rest)s")
_GROUPS = {
    "all": gettext_noop("all of these %(count)s: %(parts)s"),
    "any": gettext_noop("any of these %(count)s: %(parts)s"),
    "at_least": gettext_noop("at least %(needed)s of these %(count)s: %(parts)s"),
}
#: The usual case is said once, with the gate: what is not known stays open.
_UNKNOWN = {
    "missed": gettext_noop("%(text)s (unknown counts as missed)"),
    "met": gettext_noop("%(text)s (unknown counts as met)"),
}
_ATTRIBUTE = "attributes."


def recite(criterion: readiness.Criterion | None) -> Sentence:
    """Say a tree with every value, label and rule for the unknown; no criterion means every lead."""
    if criterion is None:
        return Sentence(gettext_noop("every lead"))
    if isinstance(criterion, readiness.Group):
        return _labeled(criterion.label, _group(criterion))
    said = _leaf(criterion)
    if criterion.unknown in _UNKNOWN:
        said = Sentence(_UNKNOWN[criterion.unknown], {"text": said})
    return _labeled(criterion.label, said)


def lead_in(group: readiness.Group) -> Sentence:
    """Say how many of a group's parts must hold."""
    templates = {
        "all": gettext_noop("All of these %(count)s must hold."),
        "any": gettext_noop("Any one of these %(count)s is enough."),
        "at_least": gettext_noop("At least %(needed)s of these %(count)s must hold."),
    }
    if group.needed == len(group.parts) == 2:
        return Sentence(gettext_noop("Both of these must hold."))
    values = {"count": len(group.parts), "needed": group.needed}
    return _filled(templates[group.kind], values)


def chained(items: Sequence[Any], pair: str = _COMMA, last: str = "") -> Any:
    """Chain words with commas; the last pair may have its own template."""
    return listed(list(items), pair, last) if items else ""


def _group(group: readiness.Group) -> Sentence:
    if len(group.parts) == 1:
        # All, any or one of one part is that part.
        return recite(group.parts[0])
    parts = [_nested(part) for part in group.parts]
    if group.needed == len(parts) == 2:
        return Sentence(gettext_noop("both of these: %(parts)s"), {"parts": chained(parts, _SEMICOLON)})
    values = {"count": len(parts), "needed": group.needed, "parts": chained(parts, _SEMICOLON)}
    return _filled(_GROUPS[group.kind], values)


def _filled(template: str, values: dict[str, Any]) -> Sentence:
    return Sentence(template, {name: value for name, value in values.items() if f"%({name})" in template})


def _nested(part: readiness.Criterion) -> Sentence:
    said = recite(part)
    return Sentence("(%(text)s)", {"text": said}) if isinstance(part, readiness.Group) else said


def _labeled(label: str, said: Sentence) -> Sentence:
    if not label:
        return said
    return Sentence(gettext_noop("“%(label)s”: %(text)s"), {"label": label, "text": said})


def _leaf(leaf: readiness.Leaf) -> Sentence:
    if isinstance(leaf, readiness.TouchLeaf):
        return _touches(leaf)
    if isinstance(leaf, readiness.FactLeaf) and leaf.fact.startswith(_ATTRIBUTE):
        values = {"name": leaf.fact.removeprefix(_ATTRIBUTE), "need": readiness.need(leaf)}
        return Sentence(gettext_noop("own attribute “%(name)s”: %(need)s"), values)
    return readiness.describe(replace(leaf, label=""))


def _touches(leaf: readiness.TouchLeaf) -> Sentence:
    values = {
        "count": leaf.at_least,
        "days": leaf.within_days,
        "kinds": _words(leaf.kinds) or Sentence(gettext_noop("of any kind")),
        "sides": _words(leaf.sides) or Sentence(gettext_noop("any side")),
        "evidence": readiness.word(leaf.evidence) if leaf.evidence else Sentence(gettext_noop("any")),
    }
    if leaf.at_least == 1:
        del values["count"]
        template = gettext_noop("a touch within %(days)s days (%(kinds)s; by %(sides)s; proof: %(evidence)s)")
    else:
        template = gettext_noop(
            "at least %(count)s touches within %(days)s days (%(kinds)s; by %(sides)s; proof: %(evidence)s)"
        )
    return Sentence(template, values)


def _words(codes: Sequence[str]) -> Any:
    return chained([readiness.word(code) for code in codes], _COMMA, _OR)
