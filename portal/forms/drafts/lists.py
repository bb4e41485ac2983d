"""Rows among posted names (`reasons[2].label`): added, removed and moved by buttons, without a script."""

import re
from collections.abc import Mapping

from portal import numbers

Posted = dict[str, list[str]]
#: A row is there as long as this name is.
MARK = "row"
#: More rows than any agreement has; whoever posts a greater number is not believed.
MOST = 200


def count(posted: Mapping[str, list[str]], path: str) -> int:
    """Return how many rows a list has."""
    row = _row(path)
    places = (int(found[1]) + 1 for name in posted if (found := row.match(name)))
    return max((place for place in places if place <= MOST), default=0)


def change(posted: Mapping[str, list[str]], do: str) -> Posted:
    """Do what a button says, `add:reasons`, `remove:reasons:2`, `up:reasons:2` or `down:reasons:2`.

    What no list knows changes nothing.
    """
    verb, _, rest = do.partition(":")
    path, _, place = rest.partition(":")
    rows = _rows(posted, path)
    index = numbers.whole(place)
    if verb == "add":
        rows.append({f".{MARK}": [""]})
    elif index is not None and index < len(rows):
        _move(rows, verb, index)
    return _replaced(posted, path, rows)


def _move(rows: list[Posted], verb: str, index: int) -> None:
    if verb == "remove":
        del rows[index]
    elif verb == "up" and index > 0:
        rows.insert(index - 1, rows.pop(index))
    elif verb == "down":
        rows.insert(index + 1, rows.pop(index))


def _row(path: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(path)}\[(\d{{1,4}})\](.*)$", re.DOTALL)


def _rows(posted: Mapping[str, list[str]], path: str) -> list[Posted]:
    rows: list[Posted] = [{} for _ in range(count(posted, path))]
    for name, values in posted.items():
        if (found := _row(path).match(name)) and int(found[1]) < len(rows):
            rows[int(found[1])][found[2]] = values
    return rows


def _replaced(posted: Mapping[str, list[str]], path: str, rows: list[Posted]) -> Posted:
    others = {name: values for name, values in posted.items() if not _row(path).match(name)}
    for index, row in enumerate(rows):
        others |= {f"{path}[{index}]{rest}": values for rest, values in row.items()}
    return others
