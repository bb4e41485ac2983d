"""Comparing one known value with what a leaf asks for."""

import math
import operator
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

#: True, False, or None where the value is blank or cannot be compared.
Comparison: TypeAlias = Callable[[Any], bool | None]

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def comparison(op: str, value: Any) -> Comparison:
    """Return the test of a fact, never None itself, against a leaf's value."""
    if op in _ORDER:
        return _ordering(_ORDER[op], value)
    wanted = value if isinstance(value, tuple) else (value,)
    if op == "contains":
        return _containing(tuple(plain(text) for text in wanted))
    among = _membership(wanted)
    if op in ("=", "in"):
        return among
    return lambda fact: None if (hit := among(fact)) is None else not hit


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Fold case and blanks, so that “Chief  executive” equals “chief executive”."""
    return " ".join(text.split()).casefold()


def is_blank(value: Any) -> bool:
    """Tell whether a fact says nothing: null, a blank text or an empty list."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], ())


def number_of(value: Any) -> float | Decimal | None:
    """Return a number or a text that is one; None for everything else."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return value if math.isfinite(value) else None


def _ordering(compare: Callable[[Any, Any], bool], bar: Any) -> Comparison:
    def ordered(fact: Any) -> bool | None:
        number = fact if type(fact) is int else number_of(fact)
        return None if number is None else compare(number, bar)

    return ordered


def _containing(wanted: tuple[str, ...]) -> Comparison:
    def contains(fact: Any) -> bool | None:
        if isinstance(fact, list | tuple):
            return any(contains(one) for one in fact) if fact else None
        text = plain(fact) if isinstance(fact, str) else _as_text(fact)
        return any(piece in text for piece in wanted) if text else None

    return contains


def _membership(wanted: tuple[Any, ...]) -> Comparison:
    """Test for equality with any wanted value; a number equals the text that spells it."""
    texts = {plain(one) for one in wanted if isinstance(one, str)}
    texts |= {plain(str(one)) for one in wanted if isinstance(one, bool)}
    numbers = {
        number for one in wanted if not isinstance(one, str) and (number := number_of(one)) is not None
    }
    spelled = numbers | {number for one in wanted if (number := number_of(one)) is not None}

    def among(fact: Any) -> bool | None:
        if isinstance(fact, str):
            text = plain(fact)
            if text in texts:
                return True
            return (bool(numbers) and number_of(text) in numbers) if text else None
        if isinstance(fact, list | tuple):
            return any(among(one) for one in fact) if fact else None
        if isinstance(fact, bool):
            return plain(str(fact)) in texts
        number = number_of(fact)
        return None if number is None else number in spelled

    return among


def _as_text(fact: Any) -> str | None:
    if isinstance(fact, bool | int | float | Decimal | str):
        return plain(str(fact)) or None
    return None
