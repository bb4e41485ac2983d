"""Bringing the counts of days up to date, and asking whether they are what the rows say."""

import math
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice
from time import perf_counter
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from leads import setbased
from sla.choices import Book, Grain
from sla.compliance.tallies import cells
from sla.compliance.tallies.reading import by_lead, place_of, places_of, places_of_leads
from sla.compliance.tallies.telling import Counting, Place, add, by_day
from sla.models import TallyDay, TallyMark, TallyMonth, TallyPart, TallyState

#: So many marks are looked at in one transaction, or of many leads each, and so many parts of days counted.
MARKS_AT_ONCE, SPANS_AT_ONCE, PARTS_AT_ONCE = 5_000, 10, 512
Key = tuple[str, int, str, str, date, int]
Sums = tuple[Counter[str], dict[str, Counter[str]]]
_COLUMNS = ("grain", "team", "source", "tier", "day", "version_id")


def keep(counting: Counting, zone: str, *, until: float = math.inf) -> int:
    """Count anew what is marked; return how many parts of days were counted.

    No round begins after `until`, a moment of `perf_counter`, but for the first.

    One process at a time: whoever finds the book taken leaves it.
    """
    done = 0
    while not done or perf_counter() < until:
        with transaction.atomic():
            state = locked(counting.book)
            if state is None:
                break
            if state.zone != zone:
                _begin(counting, state, zone)
            # Marks first, rows after: what changes in between has a mark of its own.
            is_unfolded = _unfold(counting.book, zone)
            marks, places, is_last = _taken(counting.book, zone)
            if not marks and is_unfolded:
                break
            _recount(counting, places, zone)
            TallyMark.objects.filter(pk__in=marks).delete()
            TallyState.objects.filter(pk=counting.book).update(revision=state.revision + 1)
        done += len(places)
        if is_last and is_unfolded:
            break
    return done


def behind(zone: str) -> set[str]:
    """Return the books in which something waits to be counted: marked, of another zone or never begun."""
    is_marked = Exists(TallyMark.objects.filter(book=OuterRef("pk")))
    kept = TallyState.objects.filter(~is_marked, zone=zone)
    return set(Book.values) - set(kept.values_list("pk", flat=True))


def apart(counting: Counting) -> Iterator[str]:
    """Yield the days whose counts are not those of their rows, but for those that wait to be counted."""
    state = TallyState.objects.filter(pk=counting.book).first()
    if state is None:
        return
    waiting = places_of(counting.book, state.zone)
    kept = {
        (day, part) for day, part in TallyPart.objects.filter(book=counting.book).values_list("day", "part")
    }
    there = set(counting.places(state.zone))
    days = by_day((kept | there) - waiting)
    for day, parts in days.items():
        places = [(day, part) for part in parts]
        told = _told(counting.book, places)
        raw = _raw(counting, places, state.zone)
        odd = [part for part in parts if told.get((day, part), {}) != _plain(raw.get((day, part), {}))]
        if odd:
            yield f"{counting.book} of {day}, parts {', '.join(str(part) for part in odd)}"
    yield from _sums_apart(counting.book)


def _unfold(book: str, zone: str) -> bool:
    """Let marks of many leads become marks of the parts of days in which these stand; say whether all did."""
    found = list(by_lead(book)[:SPANS_AT_ONCE])
    _mark(book, places_of_leads(found, zone))
    TallyMark.objects.filter(pk__in=found).delete()
    return len(found) < SPANS_AT_ONCE


def _taken(book: str, zone: str) -> tuple[list[int], list[Place], bool]:
    """Return the oldest marks, the parts of days they name, and whether these were all."""
    found: dict[Place, list[int]] = defaultdict(list)
    # Marks of many leads that wait to be unfolded name no part of a day yet.
    marks = TallyMark.objects.filter(book=book, first_lead=None).order_by("pk")
    rows = marks.values_list("pk", "day", "at", "part")
    looked_at = list(rows[:MARKS_AT_ONCE])
    for pk, day, at, part in looked_at:
        found[place_of(day, at, part, zone)].append(pk)
    places = list(found)[:PARTS_AT_ONCE]
    are_all = len(looked_at) < MARKS_AT_ONCE and len(found) <= PARTS_AT_ONCE
    return [pk for place in places for pk in found[place]], places, are_all


def locked(book: str) -> TallyState | None:
    """Return the state of a book, held until the transaction ends; None where another process has it."""
    setbased.insert_rows(TallyState, [{"book": book, "revision": 0, "zone": ""}], ignore_conflicts=True)
    return TallyState.objects.select_for_update(skip_locked=True).filter(pk=book).first()


def _begin(counting: Counting, state: TallyState, zone: str) -> None:
    """Forget what was counted in another zone, and mark every part of a day in which there are rows."""
    for model in (TallyDay, TallyMonth, TallyPart, TallyMark):
        model.objects.filter(book=counting.book).delete()
    _mark(counting.book, counting.places(zone))
    state.zone, state.revision = zone, state.revision + 1
    state.save(update_fields=["zone", "revision"])


def _mark(book: str, places: Iterable[Place]) -> None:
    for chunk in chunks(sorted(places), 5_000):
        rows = [{"book": book, "day": day, "at": None, "part": part} for day, part in chunk]
        setbased.insert_rows(TallyMark, rows)


def _recount(counting: Counting, places: Collection[Place], zone: str) -> None:
    """Count parts of days from their rows; what they were counted as before is taken off the sums."""
    before, now = _told(counting.book, places), _raw(counting, places, zone)
    changes = _no_sums()
    for place in places:
        _add_cells(changes, place[0], before.get(place, {}), -1)
        _add_cells(changes, place[0], now.get(place, {}), 1)
    _write_parts(counting.book, places, before, now)
    _write_sums(TallyDay, counting.book, changes)
    _write_sums(TallyMonth, counting.book, _by_month(changes))


def _no_sums() -> dict[Key, Sums]:
    return defaultdict(lambda: (Counter(), defaultdict(Counter)))


def _by_month(days: dict[Key, Sums]) -> dict[Key, Sums]:
    """Add days up to their months, but for the finest grain."""
    found = _no_sums()
    for (grain, team, source, tier, day, version), (counts, times) in days.items():
        if grain != Grain.CELL:
            own, spans = found[grain, team, source, tier, day.replace(day=1), version]
            add(own, counts)
            for name, values in times.items():
                add(spans[name], values)
    return found


def _raw(counting: Counting, places: Collection[Place], zone: str) -> dict[Place, dict[str, Any]]:
    return cells.of_rows(counting.rows(places, zone))


def _told(book: str, places: Collection[Place]) -> dict[Place, dict[str, Any]]:
    rows = TallyPart.objects.filter(cells.of_places(places), book=book).values_list("day", "part", "cells")
    return {(day, part): told for day, part, told in rows}


def _write_parts(book: str, places: Collection[Place], before: Any, now: Any) -> None:
    """Write what parts are counted as now; one that holds nothing any more is gone."""
    gone = [place for place in places if place in before]
    TallyPart.objects.filter(cells.of_places(gone), book=book).delete()
    rows = [{"book": book, "day": day, "part": part, "cells": told} for (day, part), told in now.items()]
    setbased.insert_rows(TallyPart, rows)


def _write_sums(model: type[TallyDay] | type[TallyMonth], book: str, found: dict[Key, Sums]) -> None:
    """Add changes to the sums of days or months."""
    changes = {key: sums for key, sums in found.items() if _is_change(sums)}
    days = sorted({key[4] for key in changes})
    there: dict[Key, tuple[int, Any, Any]] = {}
    grains = sorted({key[0] for key in changes})
    rows = model._default_manager.filter(book=book, day__in=days, grain__in=grains)
    for pk, counts, times, *key in rows.values_list("pk", "counts", "times", *_COLUMNS).iterator():
        if tuple(key) in changes:
            there[tuple(key)] = (pk, counts, times)
    new, changed, empty = [], [], []
    for key, sums in changes.items():
        pk, counts, times = there.get(key, (0, {}, {}))
        row = {"counts": _sum(counts, sums[0]), "times": _spans(times, sums[1])}
        if not pk:
            new.append({"book": book, **dict(zip(_COLUMNS, key, strict=True)), **row})
        elif row["counts"]:
            changed.append({"id": pk, **row})
        else:
            empty.append(pk)
    model._default_manager.filter(pk__in=empty).delete()
    setbased.update_rows(model, changed)
    setbased.insert_rows(model, new)


def _sums_apart(book: str) -> Iterator[str]:
    """Yield the days whose sums are not those of their parts, and the months that are not those of days."""
    for day in sorted(set(TallyDay.objects.filter(book=book).values_list("day", flat=True))):
        if _kept(TallyDay, book, day, day) != _written(_of_parts(book, day)):
            yield f"{book} of {day}, sums"
    for month in sorted(set(TallyMonth.objects.filter(book=book).values_list("day", flat=True))):
        days = _kept(TallyDay, book, month, month.replace(day=monthrange(month.year, month.month)[1]))
        if _kept(TallyMonth, book, month, month) != _written(_by_month(days)):
            yield f"{book} of {month:%Y-%m}, sums"


def _of_parts(book: str, day: date) -> dict[Key, Sums]:
    """Add the parts of a day up."""
    found = _no_sums()
    for told in TallyPart.objects.filter(book=book, day=day).values_list("cells", flat=True):
        _add_cells(found, day, told, 1)
    return found


def _add_cells(sums: dict[Key, Sums], day: date, told: Any, sign: int) -> None:
    """Add what a part is counted as to the sums of its day, or take it off."""
    for cell, counts, times in cells.read(told):
        for grain in cells.grains(cell):
            own, spans = sums[(*grain, day, cell[0])]
            add(own, counts, sign)
            for name, values in times.items():
                add(spans[name], values, sign)


def _kept(
    model: type[TallyDay] | type[TallyMonth], book: str, first_on: date, last_on: date
) -> dict[Key, Any]:
    found = model._default_manager.filter(book=book, day__range=(first_on, last_on))
    rows = found.values_list("counts", "times", *_COLUMNS)
    return {tuple(key): (counts, times) for counts, times, *key in rows.iterator()}


def _written(sums: dict[Key, Sums]) -> dict[Key, Any]:
    """Return sums as they come back from the database."""
    return {key: (dict(own), _plain(spans)) for key, (own, spans) in sums.items()}


def _is_change(sums: Sums) -> bool:
    return any(sums[0].values()) or any(any(values.values()) for values in sums[1].values())


def _sum(counts: dict[str, int], change: Counter[str]) -> dict[str, int]:
    found = Counter(counts)
    add(found, change)
    return {key: n for key, n in found.items() if n}


def _spans(times: Any, change: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    found = {name: _sum(times.get(name, {}), change.get(name, Counter())) for name in {*times, *change}}
    return {name: values for name, values in found.items() if values}


def _plain(told: Any) -> Any:
    """Return counts as they come back from the database."""
    if isinstance(told, dict):
        return {key: _plain(value) for key, value in told.items()}
    return [_plain(one) for one in told] if isinstance(told, list) else told


def chunks(things: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield things in lists of a size, the last one shorter."""
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk
