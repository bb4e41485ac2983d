"""Values of criteria as people type them: one a line, and quoted where a text looks like a number."""

import json
from typing import Any


def typed(text: str) -> Any:
    """Read one value: a number, true, false, a text, or a text in quotes."""
    text = text.strip()
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str | bool | int | float) else text


def shown(value: Any) -> str:
    """Write one value so that `typed` reads it again."""
    if isinstance(value, str):
        is_plain = typed(value) == value and value == value.strip()
        return value if is_plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def typed_lines(text: str) -> list[Any]:
    """Read one value a line."""
    return [typed(line) for line in text.splitlines() if line.strip()]


def shown_lines(values: Any) -> str:
    """Write a value, or several one a line."""
    found = values if isinstance(values, list) else [] if values is None else [values]
    return "\n".join(shown(value) for value in found)
