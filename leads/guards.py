"""Database triggers that keep append-only tables append-only, as a migration operation."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.migrations.operations.base import Operation

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION concord_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def create_statements(table: str, vendor: str) -> list[str]:
    """Return the SQL that forbids changing or removing rows of `table`."""
    if vendor == "postgresql":
        return [
            _POSTGRES_FUNCTION,
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION concord_append_only()",
            f"CREATE TRIGGER {table}_append_only_all BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION concord_append_only()",
        ]
    return [
        f"CREATE TRIGGER {table}_append_only_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def drop_statements(table: str, vendor: str) -> list[str]:
    """Return the SQL that removes the triggers of `create_statements`."""
    if vendor == "postgresql":
        names = (f"{table}_append_only", f"{table}_append_only_all")
        return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name in names]
    return [f"DROP TRIGGER IF EXISTS {table}_append_only_{verb}" for verb in ("update", "delete")]


def installed_triggers(connection: Any) -> set[str]:
    """Return the names of the triggers that exist and are enabled in this database."""
    sql = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {row[0] for row in cursor.fetchall()}


@contextmanager
def lifted(*tables: str) -> Iterator[None]:
    """Let rows of guarded tables be changed until the block ends, in one transaction.

    For erasing a person and for removing the demo company; nothing else may call it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # PostgreSQL switches triggers off, which readers need not wait for; SQLite can only drop them.
        back = _switched(cursor, tables) if connection.vendor == "postgresql" else _dropped(cursor, tables)
        yield
        for statement in back:
            cursor.execute(statement)


def _switched(cursor: Any, tables: Sequence[str]) -> list[str]:
    """Switch the triggers of tables off; return what switches them on again."""
    # A table cannot be altered while foreign keys wait to be checked.
    settle = ["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"]
    for statement in (*settle, *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables)):
        cursor.execute(statement)
    return [*settle, *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables)]


def _dropped(cursor: Any, tables: Sequence[str]) -> list[str]:
    """Drop the triggers of tables; return what creates them as they were."""
    places = ", ".join(["%s"] * len(tables))
    cursor.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({places})",  # noqa: S608 (marks only)
        list(tables),
    )
    found = cursor.fetchall()
    for name, _sql in found:
        cursor.execute(f"DROP TRIGGER {name}")
    return [sql for _name, sql in found]


class AppendOnly(Operation):
    """Forbid UPDATE, DELETE and TRUNCATE on a table; works on both databases."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: Any) -> None:
        """A trigger changes nothing in the models."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        # SQLite changes a column by building the table anew, which loses its triggers: a migration that does
        # so to a guarded table names this operation again, and PostgreSQL then still has the old ones.
        vendor = schema_editor.connection.vendor
        for statement in (*drop_statements(self.table, vendor), *create_statements(self.table, vendor)):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in drop_statements(self.table, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Keep {self.table} append-only"
