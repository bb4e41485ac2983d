"""The one text of an agreement that is signed, and its hash."""

import hashlib
import json
import math
import unicodedata
from typing import Any


def canonical_text(data: Any) -> str:
    """Write JSON data so that equal contents give equal texts.

    Keys sorted by code point, no blanks between tokens, no escapes but those
    JSON demands, every text in Unicode NFC, a number without fraction as an
    integer (1.0 is 1, −0.0 is 0) and any other as the shortest decimal that
    reads back the same. Raises ValueError for what JSON cannot say, and for
    two keys that become one.
    """
    return json.dumps(
        _normal(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256(text: str) -> str:
    """Return the SHA-256 of the text in UTF-8 as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("JSON has no infinite numbers")
        return int(value) if value.is_integer() else value
    if isinstance(value, list | tuple):
        return [_normal(one) for one in value]
    if isinstance(value, dict):
        normal = {unicodedata.normalize("NFC", key): _normal(one) for key, one in value.items()}
        if len(normal) < len(value):
            raise ValueError("two keys of an object are the same text")
        return normal
    return value
