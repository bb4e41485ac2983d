"""Indexes: each is paid for by every write, so none is kept that another one serves."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, models

OURS = ("leads", "sla", "portal")


def beginnings(model: type[models.Model]) -> Iterator[str]:
    """Yield the fields with which indexes of all rows begin."""
    for index in model._meta.indexes:
        if index.fields and index.condition is None:
            yield index.fields[0].lstrip("-")
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition is None:
            yield from constraint.fields[:1]


def served_twice(model: type[models.Model]) -> list[str]:
    own = [
        one.name for one in model._meta.local_fields if isinstance(one, models.ForeignKey) and one.db_index
    ]
    return [f"{model._meta.label}.{name}" for name in own if name in set(beginnings(model))]


def test_no_foreign_key_has_an_index_that_another_one_begins_with():
    found = [
        name
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        for name in served_twice(model)
    ]
    assert found == []


@pytest.mark.django_db
def test_the_database_has_the_indexes_that_the_models_name():
    """A migration that drops one by name must have dropped it."""
    with connection.cursor() as cursor:
        for table, column in (
            ("sla_handoff", "rep_id"),
            ("leads_touch", "lead_id"),
            ("portal_notice", "message_id"),
        ):
            found = connection.introspection.get_constraints(cursor, table)
            alone = [name for name, one in found.items() if one["index"] and one["columns"] == [column]]
            assert alone == [], table
            beside = [one for one in found.values() if one["index"] or one["unique"]]
            assert any(one["columns"][:1] == [column] for one in beside), table
