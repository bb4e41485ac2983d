"""Places in a document, written as its problems name them: `commitments[2].ladder[0].after.amount`."""

import re
from typing import Any

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def steps(place: str) -> list[str | int]:
    """Return the keys and indexes that lead to a place."""
    return [int(index) if index else key for key, index in _STEP.findall(place)]


def get(data: Any, place: str) -> Any:
    """Return what stands at a place, None where the way ends."""
    for step in steps(place):
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and step < len(data) else None
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return data


def put(data: Any, place: str, value: Any) -> None:
    """Put a value at a place; objects on the way are made, lists must be there."""
    *way, last = steps(place)
    for step in way:
        if isinstance(step, str) and not isinstance(data.get(step), dict | list):
            data[step] = {}
        data = data[step]
    data[last] = value


def join(place: str, rest: str) -> str:
    """Return the place of a part below a place."""
    return f"{place}.{rest}" if place and rest else place or rest
