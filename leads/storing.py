"""New objects written together: as `bulk_create` does, at a third of what that costs."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from leads import setbased


def store(objects: Sequence[models.Model]) -> None:
    """Insert new objects of one model; those without a key get their ids. Call it in a transaction."""
    if not objects:
        return
    model = type(objects[0])
    fields = model._meta.concrete_fields
    is_keyed = objects[0].pk is not None
    if len(objects) >= setbased.WORTH_COPYING:
        if not is_keyed:
            _give_ids(objects, setbased.take_ids(model, len(objects)))
        ways = [(field.attname, isinstance(field, models.JSONField)) for field in fields]
        setbased.copy_rows(model, [name for name, _is_json in ways], (_cells(one, ways) for one in objects))
    else:
        names = [field.attname for field in fields if is_keyed or not field.primary_key]
        rows = [{name: getattr(one, name) for name in names} for one in objects]
        ids = setbased.insert_returning(model, rows)
        if not is_keyed:
            _give_ids(objects, ids)
    for one in objects:
        one._state.adding = False


def _give_ids(objects: Sequence[models.Model], ids: Sequence[int]) -> None:
    for one, pk in zip(objects, ids, strict=True):
        one.pk = pk


def _cells(one: models.Model, ways: Sequence[tuple[str, bool]]) -> list[Any]:
    return [setbased.as_json(getattr(one, name)) if is_json else getattr(one, name) for name, is_json in ways]
