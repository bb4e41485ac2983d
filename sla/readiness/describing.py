"""Criteria in plain words: what a leaf is about, what it needs, a whole tree as one sentence."""

from collections.abc import Sequence
from typing import Any

from sla.readiness.criteria import BantLeaf, Criterion, FactLeaf, Group, Leaf, ScoreLeaf, TouchLeaf
from sla.readiness.facts import ATTRIBUTE
from sla.wording import Sentence, gettext_noop, listed

_SUBJECTS = {
    "industry": gettext_noop("Industry"),
    "employees": gettext_noop("Employees"),
    "country": gettext_noop("Country"),
    "region": gettext_noop("Region"),
    "city": gettext_noop("City"),
    "language": gettext_noop("Language"),
    "title": gettext_noop("Title"),
    "seniority": gettext_noop("Seniority"),
    "source": gettext_noop("Source"),
    "campaign": gettext_noop("Campaign"),
    "consent": gettext_noop("Consent"),
    "budget": gettext_noop("Budget"),
    "authority": gettext_noop("Authority"),
    "need": gettext_noop("Need"),
    "timing": gettext_noop("Timing"),
    "fit": gettext_noop("Fit score"),
    "engagement": gettext_noop("Engagement score"),
    "touches": gettext_noop("Touches"),
}
_NEEDS = {
    "=": gettext_noop("%(value)s"),
    "!=": gettext_noop("not %(value)s"),
    ">": gettext_noop("more than %(value)s"),
    ">=": gettext_noop("%(value)s or more"),
    "<": gettext_noop("less than %(value)s"),
    "<=": gettext_noop("%(value)s or less"),
    "in": gettext_noop("%(value)s"),
    "not_in": gettext_noop("not %(value)s"),
    "contains": gettext_noop("contains %(value)s"),
    "known": gettext_noop("known"),
}
_WORDS = {
    "prospect": gettext_noop("prospect"),
    "marketing": gettext_noop("Marketing"),
    "sales": gettext_noop("Sales"),
    "opened": gettext_noop("opened"),
    "clicked": gettext_noop("clicked"),
    "downloaded": gettext_noop("downloaded"),
    "attended": gettext_noop("attended"),
    "visited": gettext_noop("visited"),
    "submitted": gettext_noop("sent a form"),
    "replied": gettext_noop("replied"),
    "mail": gettext_noop("mail"),
    "event": gettext_noop("event"),
    "nurture_step": gettext_noop("nurture step"),
    "call": gettext_noop("call"),
    "meeting": gettext_noop("meeting"),
    "voicemail": gettext_noop("voicemail"),
    "status": gettext_noop("status"),
    "logged": gettext_noop("logged"),
    "synced": gettext_noop("synced"),
    "two_way": gettext_noop("two-way"),
    "given": gettext_noop("given"),
    "withdrawn": gettext_noop("withdrawn"),
}
_COMMA = gettext_noop("%(first)s, %(rest)s")
_OR = gettext_noop("%(first)s or %(rest)s")
_SEMICOLON = gettext_noop("%(first)s; %(rest)s")


def quoted(text: str) -> Sentence:
    """Wrap a person's own words, so that they are never taken for a template."""
    return Sentence("%(text)s", {"text": text})


def word(code: str) -> Sentence:
    """Return the word for a side, kind or grade of a touch."""
    return Sentence(_WORDS[code]) if code in _WORDS else quoted(code)


def spoken_fact(text: str) -> Sentence:
    """Return the word for the state of a consent; every other text is somebody's own."""
    return word(text) if text in ("given", "withdrawn") else quoted(text)


def subject(leaf: Leaf) -> Sentence:
    """Name what a leaf is about: its own label, else the fact."""
    if leaf.label:
        return quoted(leaf.label)
    if isinstance(leaf, TouchLeaf):
        return Sentence(_SUBJECTS["touches"])
    if isinstance(leaf, FactLeaf) and leaf.fact.startswith(ATTRIBUTE):
        return quoted(leaf.fact.removeprefix(ATTRIBUTE))
    if isinstance(leaf, ScoreLeaf):
        return Sentence(_SUBJECTS[leaf.score])
    return Sentence(_SUBJECTS[leaf.bant if isinstance(leaf, BantLeaf) else leaf.fact])


def need(leaf: Leaf) -> Sentence:
    """Say what a leaf asks for, without its subject: “50 or more”."""
    if isinstance(leaf, TouchLeaf):
        return _touches_needed(leaf)
    if isinstance(leaf, BantLeaf) and leaf.within_days is not None:
        return Sentence(gettext_noop("in less than %(days)s days"), {"days": leaf.within_days})
    if leaf.op == "known":
        return Sentence(_NEEDS["known"])
    value = _spoken(leaf.value)
    if isinstance(leaf, BantLeaf) and leaf.currency:
        value = money(leaf.value, leaf.currency)
    return Sentence(_NEEDS[leaf.op], {"value": value})


def money(amount: Any, currency: str | None) -> Sentence:
    """Write an amount with its currency, where it has one."""
    if not currency:
        return Sentence("%(amount)s", {"amount": amount})
    return Sentence("%(amount)s %(currency)s", {"amount": amount, "currency": currency})


def describe(criterion: Criterion | None) -> Sentence:
    """Say a whole tree in one sentence; no criterion means every lead."""
    if criterion is None:
        return Sentence(gettext_noop("every lead"))
    if not isinstance(criterion, Group):
        return Sentence(
            gettext_noop("%(subject)s: %(need)s"), {"subject": subject(criterion), "need": need(criterion)}
        )
    parts = [_inside(part) for part in criterion.parts]
    if len(parts) == 1:
        return describe(criterion.parts[0])
    chained = _chained(parts, _SEMICOLON)
    if criterion.kind == "all":
        return Sentence(gettext_noop("all of these: %(parts)s"), {"parts": chained})
    if criterion.kind == "any":
        return Sentence(gettext_noop("any of these: %(parts)s"), {"parts": chained})
    return Sentence(
        gettext_noop("at least %(needed)s of these %(count)s: %(parts)s"),
        {"needed": criterion.needed, "count": len(parts), "parts": chained},
    )


def _inside(part: Criterion) -> Sentence:
    if not isinstance(part, Group):
        return describe(part)
    if part.label:
        return Sentence(gettext_noop("%(label)s (%(text)s)"), {"label": part.label, "text": describe(part)})
    return Sentence("(%(text)s)", {"text": describe(part)})


def _touches_needed(leaf: TouchLeaf) -> Sentence:
    params = {
        "count": leaf.at_least,
        "days": leaf.within_days,
        "which": _chained([word(code) for code in leaf.kinds or leaf.sides], _COMMA, _OR),
        "evidence": word(leaf.evidence),
    }
    if leaf.evidence and (leaf.kinds or leaf.sides):
        template = gettext_noop("at least %(count)s (%(which)s, %(evidence)s) in %(days)s days")
    elif leaf.evidence:
        template = gettext_noop("at least %(count)s (%(evidence)s) in %(days)s days")
    elif leaf.kinds or leaf.sides:
        template = gettext_noop("at least %(count)s (%(which)s) in %(days)s days")
    else:
        template = gettext_noop("at least %(count)s in %(days)s days")
    return Sentence(template, {name: value for name, value in params.items() if f"%({name})" in template})


def _spoken(value: Any) -> Any:
    if isinstance(value, tuple):
        return _chained([_spoken(one) for one in value], _COMMA, _OR)
    return spoken_fact(value) if isinstance(value, str) else value


def _chained(items: Sequence[Any], pair: str, last: str = "") -> Any:
    return listed(list(items), pair, last) if items else ""
