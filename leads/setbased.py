"""Writing many rows in one statement: as one JSON text on both databases, by COPY where it pays."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.backends.postgresql.base import ServerBindingCursor

from leads import copying, pipeline, recordsets
from leads.recordsets import quoted

Row = Mapping[str, Any]
#: Fewer rows than this travel faster in statements than by COPY into a table made for it.
WORTH_COPYING = 200
#: No more rows than one person's act touches.
FEW = 10


def update_rows(
    model: type[models.Model], rows: Sequence[Row], *, key: str = "id", guard: str | None = None
) -> list[int]:
    """Update rows by `key` and return the keys that were changed.

    Every row names the key and the same columns (foreign keys as `rep_id`). With `guard` a
    row also carries `expected`: it is changed only while its guard column still has that value.
    """
    return update_ahead(model, rows, key=key, guard=guard)()


def update_ahead(
    model: type[models.Model], rows: Sequence[Row], *, key: str = "id", guard: str | None = None
) -> Callable[[], list[int]]:
    """Send what `update_rows` does, and return what gives the keys; see `pipeline.together`."""
    if not rows:
        return list
    is_few = len(rows) <= FEW
    sql, recordset = _updating(connection.vendor, model, tuple(rows[0]), key, guard, is_few)
    cursor = bound_cursor(len(rows))
    cursor.execute(sql, [recordset.text(rows)])
    changed = pipeline.rows_of(cursor)
    return lambda: [row[0] for row in changed()]


def insert_rows(model: type[models.Model], rows: Sequence[Row], *, ignore_conflicts: bool = False) -> int:
    """Insert rows in their order and return how many; columns not named get the field's default.

    Within `pipeline.together` nobody knows yet how many.
    """
    if len(rows) >= WORTH_COPYING and not ignore_conflicts:
        copy_rows(model, *_as_lists(model, rows))
        return len(rows)
    return _insert(model, rows, "ON CONFLICT DO NOTHING" if ignore_conflicts else "")


def insert_returning(model: type[models.Model], rows: Sequence[Row]) -> list[int]:
    """Insert rows as `insert_rows` does and return their ids, in the same order."""
    if not rows:
        return []
    with bound_cursor(len(rows)) as cursor:
        cursor.execute(*_inserting(model, rows, f"RETURNING {quoted(model._meta.pk.column)}"))
        return [row[0] for row in cursor.fetchall()]


def upsert_rows(
    model: type[models.Model], rows: Sequence[Row], *, key: str, merge: Mapping[str, str] | None = None
) -> int:
    """Insert rows or overwrite those of the same `key`, which must not occur twice in `rows`.

    `merge` names by column what happens to a row that is there: `new` (default), `least`,
    `increment`, `both` (true only if both are), `keep`.
    """
    if not rows:
        return 0
    how = tuple((name, (merge or {}).get(name, "new")) for name in rows[0] if name != key)
    return _insert(model, rows, _overwriting(connection.vendor, model, key, how))


def upsert_copied(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], *, key: str
) -> None:
    """Do as `upsert_rows` does, for rows that are sequences in the order of `columns` (attnames).

    Many of them travel to PostgreSQL by COPY, which is cheaper for both.
    """
    if connection.vendor != "postgresql" or len(rows) < WORTH_COPYING:
        upsert_rows(model, [dict(zip(columns, row, strict=True)) for row in rows], key=key)
        return
    fields, rest = _completed(model, columns)
    jsons = [
        place for place, field in enumerate(fields[: len(columns)]) if isinstance(field, models.JSONField)
    ]
    table, names = quoted(model._meta.db_table), ", ".join(quoted(field.column) for field in fields)
    fresh = quoted(f"fresh_{model._meta.db_table}")
    target = quoted(_field(model, key).column)
    changes = ", ".join(
        _merged(table, quoted(field.column), "new")
        for field in fields[: len(columns)]
        if field.attname != key
    )
    with transaction.atomic(), connection.cursor() as cursor:
        like = f"{fresh} (LIKE {table} INCLUDING DEFAULTS)"
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {like} ON COMMIT DELETE ROWS")
        cursor.execute(f"TRUNCATE {fresh}")
        _copy(cursor, fresh, fields, (_as_text(row, jsons) + rest for row in rows))
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {fresh} ORDER BY {target}"  # noqa: S608 (names only)
            f" ON CONFLICT ({target}) DO UPDATE SET {changes}"
        )


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Load new rows, each a sequence in the order of `columns` (attnames), the fastest way there is.

    Columns not named get the field's default; JSON comes as text. A row that breaks a
    constraint fails all of them.
    """
    fields, rest = _completed(model, columns)
    rows = ((*row, *rest) for row in rows) if rest else rows
    names = ", ".join(quoted(field.column) for field in fields)
    table = quoted(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, table, fields, rows)
            return
        marks = ", ".join(["%s"] * len(fields))
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 (names only)
            copying.prepared(fields, rows),  # type: ignore[arg-type]  # Django's stub asks for a list, an iterator will do
        )


def as_json(value: Any) -> str | None:
    """Return what a JSON column holds as the text that `copy_rows` takes; None stays unknown."""
    if value == {}:  # most lines of a log say no more
        return "{}"
    return None if value is None else recordsets.as_json(value)


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """Reserve that many ids, for rows that must name each other before they are written.

    On SQLite they are reserved only within the running transaction, which shuts out other writers.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "WITH s AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name)"
                " SELECT nextval(name) FROM s, generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    last = found[0] if found else 0
    return list(range(last + 1, last + 1 + count))


def least() -> str:
    """Return the name of the function that picks the smaller of two values."""
    return "LEAST" if connection.vendor == "postgresql" else "MIN"


def _completed(
    model: type[models.Model], columns: Sequence[str]
) -> tuple[list[models.Field], tuple[Any, ...]]:
    """Return the fields to write, named ones first, and the defaults of the others."""
    others = [field for field in model._meta.concrete_fields if field.attname not in columns]
    others = [field for field in others if not field.primary_key and field.get_default() is not None]
    defaults = (field.get_default() for field in others)
    rest = tuple(json.dumps(value) if isinstance(value, dict | list) else value for value in defaults)
    return [*(_field(model, name) for name in columns), *others], rest


def _copy(cursor: Any, table: str, fields: Sequence[models.Field], rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(quoted(field.column) for field in fields)
    with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for block in copying.blocks(fields, rows):
            copy.write(block)


def _as_lists(model: type[models.Model], rows: Sequence[Row]) -> tuple[list[str], Iterator[list[Any]]]:
    """Return the names of the columns, and each row in their order with its JSON as text."""
    ways = [(name, isinstance(_field(model, name), models.JSONField)) for name in rows[0]]
    cells = ([as_json(row[name]) if is_json else row[name] for name, is_json in ways] for row in rows)
    return list(rows[0]), cells


def _as_text(row: Sequence[Any], jsons: Sequence[int]) -> tuple[Any, ...]:
    cells = list(row)
    for place in jsons:
        cells[place] = as_json(cells[place])
    return tuple(cells)


def _merged(table: str, column: str, merge: str) -> str:
    old, new = f"{table}.{column}", f"excluded.{column}"
    how = {
        "new": new,
        "least": f"{least()}({old}, {new})",
        "increment": f"{old} + 1",
        "both": f"{old} AND {new}",
    }
    return f"{column} = {how[merge]}"


def _insert(model: type[models.Model], rows: Sequence[Row], conflict: str) -> int:
    if not rows:
        return 0
    with bound_cursor(len(rows)) as cursor:
        cursor.execute(*_inserting(model, rows, conflict))
        return int(cursor.rowcount)


def _inserting(model: type[models.Model], rows: Sequence[Row], rest: str) -> tuple[str, list[str]]:
    """Return the statement that inserts rows, and the JSON text it reads."""
    sql, recordset, defaulted = _insertion(connection.vendor, model, tuple(rows[0]))
    defaults = {field.attname: field.get_default() for field in defaulted}
    return f"{sql} {rest}", [recordset.text([{**defaults, **row} for row in rows])]


# What such a statement says depends on names alone, and to put it together costs more than a row of it.
@lru_cache(maxsize=256)
def _updating(
    vendor: str, model: type[models.Model], names: tuple[str, ...], key: str, guard: str | None, is_few: bool
) -> tuple[str, recordsets.Recordset]:
    fields = {name: _field(model, guard if name == "expected" and guard else name) for name in names}
    table, name = quoted(model._meta.db_table), quoted
    changed = [one for one in names if one not in (key, "expected")]
    assignments = ", ".join(f"{name(fields[one].column)} = r.{name(one)}" for one in changed)
    returned = f"{table}.{name(fields[key].column)}"
    where = f"{returned} = r.{name(key)}"
    if guard:
        where += f" AND {table}.{name(fields['expected'].column)} = r.expected"
    recordset = recordsets.Recordset(fields)
    source = recordset.item
    if is_few and vendor == "postgresql":  # else it expects a hundred, and goes through all of a small table
        source = f"(SELECT * FROM {source} LIMIT {FEW}) AS r"  # noqa: S608 (names only)
    sql = f"UPDATE {table} SET {assignments} FROM {source} WHERE {where} RETURNING {returned}"  # noqa: S608 (names only)
    return sql, recordset


@lru_cache(maxsize=256)
def _insertion(
    vendor: str, model: type[models.Model], names: tuple[str, ...]
) -> tuple[str, recordsets.Recordset, list[models.Field]]:
    """Return the statement, its source, and the fields that the rows leave to their defaults."""
    given = set(names)
    fields = {f.attname: f for f in model._meta.concrete_fields if f.attname in given or not f.primary_key}
    recordset = recordsets.Recordset(fields)
    table = quoted(model._meta.db_table)
    columns = ", ".join(quoted(field.column) for field in fields.values())
    values = ", ".join(f"r.{quoted(name)}" for name in fields)
    # SQLite would read ON CONFLICT after a bare FROM as the ON of a join.
    sql = f"INSERT INTO {table} ({columns}) SELECT {values} FROM {recordset.item} WHERE true"  # noqa: S608 (names only)
    return sql, recordset, [field for name, field in fields.items() if name not in given]


@lru_cache(maxsize=256)
def _overwriting(vendor: str, model: type[models.Model], key: str, how: tuple[tuple[str, str], ...]) -> str:
    table, target = quoted(model._meta.db_table), quoted(_field(model, key).column)
    changes = [
        _merged(table, quoted(_field(model, name).column), merge) for name, merge in how if merge != "keep"
    ]
    return f"ON CONFLICT ({target}) DO UPDATE SET {', '.join(changes)}"


class _PlannedAnew(ServerBindingCursor):
    """Sends values beside the statement and has it planned for them."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        options["prepare"] = False
        return super().execute(query, params, **options)  # type: ignore[misc]  # Django's stub leaves it out


def bound_cursor(rows: int) -> Any:
    """Return a cursor that sends values beside the statement, great texts unquoted.

    For a few `rows` PostgreSQL keeps its plan. One for many is made anew: a plan of a time when tables were
    small would go through them whole for each row.
    """
    here: Any = connections[DEFAULT_DB_ALIAS]  # through `connection` each word of it is looked up anew
    if here.vendor != "postgresql":
        return here.cursor()
    here.ensure_connection()
    raw: Any = ServerBindingCursor if rows <= FEW else _PlannedAnew
    return here._prepare_cursor(raw(here.connection))  # as Django does


def _field(model: type[models.Model], name: str) -> models.Field:
    for field in model._meta.concrete_fields:
        if field.attname == name:
            return field
    raise KeyError(f"{model.__name__} has no column {name}")
