"""How one invariant is put: a name, a sentence, and the cases in which it does not hold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

Cases = Callable[[datetime], Iterator[str]]
Rows = Callable[[datetime], QuerySet[Any]]
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Invariant:
    """One thing that must hold; `broken` yields the cases in which it does not, one by one."""

    name: str
    sentence: str
    broken: Cases


def of_rows(name: str, sentence: str, rows: Rows) -> Invariant:
    """Put an invariant as a query for the rows that break it; they are read a few at a time."""

    def broken(now: datetime) -> Iterator[str]:
        found = rows(now).order_by("pk").values_list("pk", flat=True)
        noun = found.model._meta.model_name
        return (f"{noun} {pk}" for pk in found.iterator(chunk_size=_AT_ONCE))

    return Invariant(name, sentence, broken)
