"""Whole numbers as they come in addresses and forms, where anything may stand in their place."""

#: No row has a number as long; one more digit might be too much for a column.
MOST_DIGITS = 15


def whole(text: str | None) -> int | None:
    """Return the number that a text is, None for any other text and for what no row can have."""
    # Of what Python calls a digit, `int` reads no ² and refuses thousands of them.
    is_number = text and text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if text and is_number else None
