"""A slow second opinion on gates: reads the JSON criterion directly and counts in the plainest way."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from sla.readiness import EVIDENCE, Facts

HALF_LIFE_DAYS = 7
POINTS = {"visited": 5, "attended": 15, "replied": 9}
_BANT = {"budget": "budget", "authority": "met_role", "need": "need", "timing": "timing_on"}
_RANK = {False: 0, None: 1, True: 2}


def verdict(criterion: dict[str, Any], facts: Facts, at: datetime) -> bool | None:
    """Judge by ranking missed < unknown < met: a group is worth its n-th best part."""
    for key in ("all", "any", "of"):
        if key in criterion:
            parts = sorted((verdict(part, facts, at) for part in criterion[key]), key=_RANK.get, reverse=True)
            return parts[{"all": len(parts), "any": 1}.get(key, criterion.get("at_least")) - 1]
    value = leaf_value(criterion, facts, at)
    if value is None:
        return {"missed": False, "met": True, "unknown": None}[criterion.get("unknown", "unknown")]
    return value


def leaf_value(leaf: dict[str, Any], facts: Facts, at: datetime) -> bool | None:
    """Return the bare value of one leaf."""
    if "touches" in leaf:
        return _touches(leaf, facts, at)
    if "score" in leaf:
        return _score(leaf, facts, at)
    if "within_days" in leaf:
        if facts.timing_on is None:
            return None
        return (facts.timing_on - at.astimezone(UTC).date()).days < leaf["within_days"]
    if leaf.get("currency") not in (None, facts.budget_currency) and leaf["op"] != "known":
        return None
    return _compare(_known(leaf, facts), leaf["op"], leaf.get("value"))


def score(facts: Facts, at: datetime) -> float:
    """Sum the decayed points of all touches so far."""
    return sum(
        POINTS.get(touch.kind, 0) * 2 ** (-((at - touch.at) / timedelta(days=HALF_LIFE_DAYS)))
        for touch in facts.touches or ()
        if touch.at <= at
    )


def _known(leaf: dict[str, Any], facts: Facts) -> Any:
    if "bant" in leaf:
        return getattr(facts, _BANT[leaf["bant"]])
    name = leaf["fact"]
    if name.startswith("attributes."):
        return facts.attributes.get(name.partition(".")[2])
    return getattr(facts, name)


def _compare(fact: Any, op: str, value: Any) -> bool | None:
    if isinstance(fact, str):
        fact = " ".join(fact.lower().split()) or None
    if op == "known":
        return fact is not None
    if fact is None:
        return None
    wanted = [
        one.lower() if isinstance(one, str) else one
        for one in (value if isinstance(value, list) else [value])
    ]
    if op == "contains":
        return any(one in fact for one in wanted)
    if op in ("=", "in", "!=", "not_in"):
        return (fact in wanted) == (op in ("=", "in"))
    return {
        ">": fact > value,
        ">=": fact >= value,
        "<": fact < value,
        "<=": fact <= value,
    }[op]


def _touches(leaf: dict[str, Any], facts: Facts, at: datetime) -> bool | None:
    if facts.touches is None:
        return None
    wanted = leaf["touches"]
    counted = [
        touch
        for touch in facts.touches
        if at - timedelta(days=leaf["within_days"]) < touch.at <= at
        and touch.kind in wanted.get("kinds", [touch.kind])
        and touch.side in wanted.get("sides", [touch.side])
        and touch.evidence >= EVIDENCE[wanted.get("evidence", "status")]
    ]
    return len(counted) >= leaf["at_least"]


def _score(leaf: dict[str, Any], facts: Facts, at: datetime) -> bool | None:
    known = facts.fit if leaf["score"] == "fit" else facts.engagement
    if known is None:
        return None
    exact = facts.fit if leaf["score"] == "fit" else score(facts, at)
    return _compare(math.floor(exact + 0.5), leaf["op"], leaf["value"])
