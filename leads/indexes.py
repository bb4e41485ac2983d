"""Taking away the index of a field that another one serves, as a migration operation."""

from typing import Any

from django.db.migrations.operations.base import Operation


class WithoutOwnIndex(Operation):
    """Let a field be found by an index that begins with it, and keep none of its own.

    A text on PostgreSQL has two, the second for the beginnings of texts.

    `AlterField` would make the table anew on SQLite, without its triggers.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name, self.field_name = model_name, field_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Note that the field has no index."""
        field = state.models[app_label, self.model_name].fields[self.field_name].clone()
        field.db_index = False
        state.alter_field(app_label, self.model_name, self.field_name, field, preserve_default=True)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the index by the name that Django gave it."""
        model, field = self._named(app_label, from_state)
        own = schema_editor._field_indexes_sql(model, field)
        for suffix in ("", "_like")[: len(own)]:
            name = schema_editor._create_index_name(model._meta.db_table, [field.column], suffix=suffix)
            schema_editor.execute(schema_editor._delete_index_sql(model, name))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make the index again."""
        model, field = self._named(app_label, to_state)
        for statement in schema_editor._field_indexes_sql(model, field):
            schema_editor.execute(statement)

    def describe(self) -> str:
        """Say what the operation does."""
        return f"Take the own index of {self.field_name} of {self.model_name} away"

    def _named(self, app_label: str, state: Any) -> tuple[Any, Any]:
        model = state.apps.get_model(app_label, self.model_name)
        return model, model._meta.get_field(self.field_name)
