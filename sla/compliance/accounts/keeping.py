"""Bringing what is kept of accounts up to date, and asking whether it is what the rows say."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator
from time import perf_counter
from typing import Any

from django.db import models, transaction

from leads import setbased
from sla.compliance import tallies
from sla.compliance.accounts import marked, opportunities, regretted
from sla.models import AccountMark, Handoff, TallyAccount, TallyRegret, TallyState

#: So many marks are looked at in one transaction.
MARKS_AT_ONCE = 2_000
_KEPT: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (TallyAccount, opportunities.Opportunity._fields),
    (TallyRegret, regretted.Case._fields),
)


def keep(*, until: float = math.inf) -> int:
    """Tell anew the accounts that are marked; return how many.

    No round begins after `until`, a moment of `perf_counter`, but for the first. One process at a time.
    """
    done = 0
    while not done or perf_counter() < until:
        with transaction.atomic():
            state = tallies.locked(marked.BOOK)
            if state is None:
                break
            if not state.revision:
                _begin()
            # Marks first, rows after: what changes in between has a mark of its own.
            marks = dict(AccountMark.objects.order_by("pk").values_list("pk", "account")[:MARKS_AT_ONCE])
            accounts = set(marks.values())
            _write(accounts)
            AccountMark.objects.filter(pk__in=list(marks)).delete()
            TallyState.objects.filter(pk=marked.BOOK).update(revision=state.revision + 1)
        done += len(accounts)
        if len(marks) < MARKS_AT_ONCE:
            break
    return done


def is_behind() -> bool:
    """Tell whether an account waits to be told."""
    return AccountMark.objects.exists() or not TallyState.objects.filter(pk=marked.BOOK).exists()


def apart() -> Iterator[str]:
    """Yield the accounts of which something else is kept than their rows say, but for those that wait."""
    if not TallyState.objects.filter(pk=marked.BOOK).exists():
        return
    waiting = set(AccountMark.objects.values_list("account", flat=True))
    there = set(_accounts())
    for model, _columns in _KEPT:
        there |= set(model._default_manager.values_list("account", flat=True))
    for chunk in tallies.chunks(sorted(there - waiting), MARKS_AT_ONCE):
        told = _told(chunk)
        for model, columns in _KEPT:
            kept = model._default_manager.filter(account__in=chunk).values_list(*columns)
            yield from (f"account {odd}" for odd in _odd(told[model], kept))


def _odd(told: list[Any], kept: Any) -> list[int]:
    """Return the accounts of which two lists of rows differ."""
    found: dict[int, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for place, rows in enumerate((told, kept)):
        for row in rows:
            found[row[0]][place].append(tuple(row))
    return [
        account for account, (one, other) in found.items() if sorted(one, key=str) != sorted(other, key=str)
    ]


def _begin() -> None:
    """Forget what was kept, and mark every account that was ever offered."""
    for model in (TallyAccount, TallyRegret, AccountMark):
        model._default_manager.all().delete()
    for chunk in tallies.chunks(_accounts(), 20_000):
        setbased.copy_rows(AccountMark, ["account"], ((account,) for account in chunk))


def _accounts() -> Iterator[int]:
    return iter(Handoff.objects.order_by().values_list("lead__account", flat=True).distinct().iterator())


def _write(accounts: Collection[int]) -> None:
    told = _told(accounts)
    for model, columns in _KEPT:
        model._default_manager.filter(account__in=accounts).delete()
        if told[model]:
            setbased.copy_rows(model, columns, told[model])


def _told(accounts: Collection[int]) -> dict[type[models.Model], list[Any]]:
    offers = opportunities.first_offers().filter(lead__account__in=accounts)
    return {
        TallyAccount: list(opportunities.tell(offers, opportunities.everywhere)),
        TallyRegret: list(regretted.tell(accounts)),
    }
