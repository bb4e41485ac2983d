"""Which source a fact came from, and whether a later statement of it may replace what is there.

A statement's grade is a total order, so files converge to the same values in whatever order they
come: precision first, then the rank that the mapping gives its source, then the record that was
created first. Newer statements of one and the same record replace the older ones.
See docs/decisions/020-facts-from-several-sources.md.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

LOSSY, COARSE, FULL = 0, 1, 2
#: A letter that an encoding could not hold became a question mark inside or at the end of a word.
_LOST = re.compile("\ufffd|\\w\\?|\\?\\w|\\?\\?")
#: The key under which a row's own origin stands; fields that differ from it stand beside it.
WHOLE = "*"


class Origin(NamedTuple):
    """Where a statement came from; moments are ISO texts in UTC, blank when unknown.

    `key` names the record in its system; a blank key is somebody's own hand.
    """

    precision: int = FULL
    rank: int = 0
    created: str = ""
    key: str = ""
    modified: str = ""


#: What a person wrote here, or another door brought: files only fill what it leaves blank.
HAND = Origin(rank=1_000_000)


def precision_of(value: Any, *, is_coarse: bool = False) -> int:
    """Return how exact a value is: LOSSY, COARSE or FULL."""
    if isinstance(value, str) and ("?" in value or "\ufffd" in value) and _LOST.search(value):
        return LOSSY
    return COARSE if is_coarse else FULL


def of(origins: Mapping[str, Any], name: str) -> Origin:
    """Return the origin of the value that stands under `name`."""
    stored = origins.get(name) or origins.get(WHOLE)
    return Origin(*stored) if stored else HAND


def replaces(new: Any, new_origin: Origin, old: Any, old_origin: Origin) -> bool:
    """Say whether a statement takes the place of what is there; a blank one never does.

    One that says the same from a better source takes it too, so that it stands up to the next.
    """
    if is_blank(new):
        return False
    if is_blank(old):
        return True
    if new_origin.key and new_origin.key == old_origin.key:
        return _is_newer(new, new_origin, old, old_origin)
    return _outranks(new_origin, old_origin)


def is_blank(value: Any) -> bool:
    """Say whether a value tells nothing; 0 and False do tell something."""
    return value is None or value == ""


def by_hand(origins: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the origins after a person changed the facts in `names`."""
    if not origins:
        return {}
    return {**origins, **{name: list(HAND) for name in names}}


def _is_newer(new: Any, new_origin: Origin, old: Any, old_origin: Origin) -> bool:
    """Compare two statements of one record, perhaps from two exports of one system."""
    if new_origin.precision == LOSSY and _is_copy(new, old):
        return False
    if old_origin.precision == LOSSY and _is_copy(old, new):
        return True
    if (
        COARSE in (new_origin.precision, old_origin.precision)
        and new_origin.precision != old_origin.precision
    ):
        return new_origin.precision > old_origin.precision
    if new_origin.rank != old_origin.rank:
        return new_origin.rank > old_origin.rank
    return not new_origin.modified or new_origin.modified >= old_origin.modified


def _is_copy(lossy: Any, whole: Any) -> bool:
    """Say whether `lossy` is `whole` with letters lost that its encoding did not know."""
    if not isinstance(lossy, str) or not isinstance(whole, str) or len(lossy) != len(whole):
        return False
    return all(a == b or (a in "?\ufffd" and not b.isascii()) for a, b in zip(lossy, whole, strict=True))


def _outranks(new: Origin, old: Origin) -> bool:
    """Compare two records: precision, rank, then whoever was created first speaks for the person.

    A record of unknown age comes after all that know theirs; the key decides the rest.
    """
    if (new.precision, new.rank) != (old.precision, old.rank):
        return (new.precision, new.rank) > (old.precision, old.rank)
    if new.created != old.created:
        return bool(new.created) and (not old.created or new.created < old.created)
    return bool(new.key) and bool(old.key) and new.key < old.key
