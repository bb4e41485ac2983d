"""Read the parts of a calendar document and refuse wrong ones by path."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = ("timezone", "hours", "holidays", "breaks", "overrides")
MINUTES_PER_DAY = 24 * 60

Block = tuple[int, int]
"""Opening and closing in minutes after local midnight, closed-open; 1440 is 24:00."""
Blocks = tuple[Block, ...]

_CLOCK = re.compile(r"(\d\d):(\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class InvalidSchedule(ValueError):
    """Tell which part of a calendar document is wrong, and why.

    `path` leads to the part (`hours.mon[0]`, empty for the whole document); `sentence` says what is wrong.
    """

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(f"{path}: {sentence}" if path else sentence)
        self.path = path
        self.sentence = sentence


def read_document(document: Any) -> Mapping[str, Any]:
    """Refuse what is no calendar document; unknown keys too: a misspelled one would be lost in silence."""
    mapping = _mapping(document, "")
    for key in mapping:
        if key not in KEYS:
            raise InvalidSchedule(str(key), f"This key is unknown; a calendar has {', '.join(KEYS)}.")
    return mapping


def read_zone(name: Any) -> ZoneInfo:
    """Find the time zone of an IANA name such as `Europe/Berlin`."""
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        raise InvalidSchedule("timezone", f"{name!r} is not the name of a time zone.") from None


def read_week(hours: Any) -> tuple[Blocks, ...]:
    """Read the blocks of Monday to Sunday; a day left out is closed, a week without hours is refused."""
    mapping = _mapping(hours, "hours")
    for day in mapping:
        if day not in WEEKDAYS:
            raise InvalidSchedule(f"hours.{day}", f"The days are {', '.join(WEEKDAYS)}.")
    week = tuple(read_blocks(mapping.get(day, []), f"hours.{day}") for day in WEEKDAYS)
    if not any(week):
        raise InvalidSchedule("hours", "A week needs at least one opening.")
    return week


def read_blocks(pairs: Any, path: str) -> Blocks:
    """Read `[["09:00", "12:00"], …]`; blocks that overlap or touch are united."""
    blocks = []
    for index, pair in enumerate(_sequence(pairs, path)):
        where = f"{path}[{index}]"
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise InvalidSchedule(where, "A block is a pair of times, opening and closing.")
        blocks.append(_block(pair[0], pair[1], where))
    return unite(blocks)


def read_dates(texts: Any, path: str) -> frozenset[date]:
    """Read a list of dates."""
    return frozenset(read_date(text, f"{path}[{index}]") for index, text in enumerate(_sequence(texts, path)))


def read_overrides(overrides: Any) -> tuple[tuple[date, Blocks], ...]:
    """Read the dates with hours of their own, in order; an empty list of blocks closes the date."""
    return tuple(
        sorted(
            (read_date(text, f"overrides.{text}"), read_blocks(pairs, f"overrides.{text}"))
            for text, pairs in _mapping(overrides, "overrides").items()
        )
    )


def read_breaks(breaks: Any) -> tuple[tuple[date, Blocks], ...]:
    """Read one-off closures within a day as blocks per date, in order."""
    by_date: dict[date, list[Block]] = {}
    for index, item in enumerate(_sequence(breaks, "breaks")):
        path = f"breaks[{index}]"
        if set(_mapping(item, path)) != {"date", "from", "to"}:
            raise InvalidSchedule(path, "A break has date, from and to.")
        day = read_date(item["date"], f"{path}.date")
        by_date.setdefault(day, []).append(_block(item["from"], item["to"], path))
    return tuple((day, unite(blocks)) for day, blocks in sorted(by_date.items()))


def read_date(text: Any, path: str) -> date:
    """Read `2026-12-25`; the other ISO spellings are refused, as one date would have several names."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except (TypeError, ValueError):
        pass
    raise InvalidSchedule(path, f"{text!r} is not a date such as 2026-12-25.")


def unite(blocks: Iterable[Block]) -> Blocks:
    """Order blocks and join those that overlap or touch."""
    united: list[Block] = []
    for opening, closing in sorted(blocks):
        if united and opening <= united[-1][1]:
            united[-1] = (united[-1][0], max(closing, united[-1][1]))
        else:
            united.append((opening, closing))
    return tuple(united)


def subtract(blocks: Blocks, closures: Blocks) -> Blocks:
    """Cut closures out of blocks."""
    for start, end in closures:
        pieces = [
            ((opening, min(closing, start)), (max(opening, end), closing)) for opening, closing in blocks
        ]
        blocks = tuple(piece for pair in pieces for piece in pair if piece[0] < piece[1])
    return blocks


def clock_text(minutes: int) -> str:
    """Write minutes after midnight as `09:00`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _block(opening: Any, closing: Any, path: str) -> Block:
    block = _minutes(opening, path), _minutes(closing, path)
    if block[0] >= block[1]:
        raise InvalidSchedule(
            path, f"{closing} is not after {opening}; write hours over midnight as two blocks."
        )
    return block


def _minutes(text: Any, path: str) -> int:
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if match:
        hour, minute = int(match[1]), int(match[2])
        if minute < 60 and hour * 60 + minute <= MINUTES_PER_DAY:
            return hour * 60 + minute
    raise InvalidSchedule(path, f"{text!r} is not a time from 00:00 to 24:00.")


def _mapping(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidSchedule(path, "This has to be an object.")
    return value


def _sequence(value: Any, path: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise InvalidSchedule(path, "This has to be a list.")
    return value
