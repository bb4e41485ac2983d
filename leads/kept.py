"""Questions worded once: what every touch and every move asks costs more to word than to answer."""

from collections.abc import Callable, Collection, Iterator
from contextvars import ContextVar
from copy import copy
from datetime import date, datetime
from typing import Any, Generic, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.backends.postgresql.psycopg_any import sql
from django.db.models.query import ValuesListIterable

from leads import among, pipeline, setbased

Row = TypeVar("Row")
#: Whether a question is being worded for a single id.
_of_one: ContextVar[bool] = ContextVar("kept_of_one", default=False)


class Slot(models.Expression):
    """The place of a value that whoever asks names; never None, for that is another question in SQL."""

    def __init__(self, name: str, field: models.Field) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Stand in the statement as one parameter, which `filled` replaces."""
        return "%s", (self,)

    def filled(self, value: Any) -> Any:
        """Return a value as the database takes it here."""
        return self.output_field.get_db_prep_value(value, connection)


#: A value or its place: a condition may stand in a queryset and in a question.
Moment: TypeAlias = datetime | Slot
Day: TypeAlias = date | Slot


class _Ids(Slot):
    """The place of any number of ids, of a single one by itself.

    PostgreSQL takes an array for ten ids when it plans for any, and for the one that mostly comes it would
    rather plan anew each time: that costs ten times as much as to look the row up.
    """

    def filled(self, value: Any) -> Any:
        return super().filled(*value) if _of_one.get() else among.parameter(value)


@models.Field.register_lookup
@models.ForeignObject.register_lookup
class Among(models.Lookup):
    """`column__among=ids("place")`: as `__in`, but PostgreSQL may read many rows in the order of an index."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Compare the column with the one parameter that holds all ids, or the one id."""
        column, before = self.process_lhs(compiler, connection)
        _place, after = self.process_rhs(compiler, connection)
        return f"{column} {'= %s' if _of_one.get() else among.listed()}", (*before, *after)


def moment(name: str) -> Slot:
    """Return the place of a moment."""
    return Slot(name, models.DateTimeField())


def day(name: str) -> Slot:
    """Return the place of a date."""
    return Slot(name, models.DateField())


def number(name: str) -> Slot:
    """Return the place of an id or another whole number."""
    return Slot(name, models.BigIntegerField())


def text(name: str) -> Slot:
    """Return the place of a text."""
    return Slot(name, models.TextField())


def ids(name: str) -> Slot:
    """Return the place of any number of ids; it stands behind `__among`."""
    return _Ids(name, models.BigIntegerField())


class Question(Generic[Row]):
    """A queryset whose statement is made once for each kind of database; call it with its values to ask."""

    def __init__(self, build: Callable[[], "models.QuerySet[Any, Row]"], *, is_planned_once: bool) -> None:
        self._build, self._is_planned_once = build, is_planned_once
        self._worded: dict[tuple[str, bool], _Worded] = {}

    def __call__(self, **values: Any) -> list[Row]:
        """Return the rows, as the queryset would; `values` name every place of it."""
        return list(self._asked(values)())

    def ahead(self, **values: Any) -> Callable[[], list[Row]]:
        """Ask, and return what gives the rows once: behind `pipeline.together` they came with others."""
        answer = self._asked(values)
        return lambda: list(answer())

    def first(self, **values: Any) -> Row | None:
        """Return the first row, None without any."""
        return next(self._asked(values)(), None)

    def _asked(self, values: dict[str, Any]) -> Callable[[], Iterator[Row]]:
        sizes = {len(some) for some in values.values() if _is_many(some)}
        key = connection.vendor, sizes == {1}
        token = _of_one.set(sizes == {1})
        try:
            if key not in self._worded:
                self._worded[key] = _Worded(self._build(), self._is_planned_once)
            return self._worded[key].asked(values, max(sizes, default=1))
        finally:
            _of_one.reset(token)


class _Worded:
    """A queryset with its statement, and how its rows become what it would yield."""

    def __init__(self, queryset: Any, is_planned_once: bool) -> None:
        self._queryset, self._is_planned_once = queryset, is_planned_once
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, self._parameters = _with_constants(*compiler.as_sql())
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda expressions: converters
        self._compiler = compiler
        #: Whether the rows come from the database as the queryset would yield them.
        self._is_plain = queryset._iterable_class is ValuesListIterable and not converters

    def asked(self, values: dict[str, Any], keys: int) -> Callable[[], Iterator[Any]]:
        """Ask by this thread's connection; what comes back yields what the queryset would.

        `keys` is how many ids come.
        """
        is_within = connections[DEFAULT_DB_ALIAS].in_atomic_block
        if self._compiler.query.select_for_update and not is_within:
            raise transaction.TransactionManagementError("Rows are locked within a transaction only.")
        fetch = self._sent(values, keys)
        return (lambda: iter(fetch())) if self._is_plain else (lambda: self._made_of(fetch()))

    def _made_of(self, found: list[tuple[Any, ...]]) -> Iterator[Any]:
        # The rows are there already; what makes tuples and objects of them is Django's own.
        compiler, asked = copy(self._compiler), copy(self._compiler.query)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.execute_sql = lambda *arguments, **options: [found]
        asked.get_compiler = lambda *arguments, **options: compiler
        rows: Any = models.QuerySet(self._queryset.model, asked, DEFAULT_DB_ALIAS)
        rows._fields = self._queryset._fields
        return iter(self._queryset._iterable_class(rows))

    def _sent(self, values: dict[str, Any], keys: int) -> Callable[[], list[tuple[Any, ...]]]:
        parameters = [
            one.filled(values[one.name]) if isinstance(one, Slot) else one for one in self._parameters
        ]
        cursor = setbased.bound_cursor(keys) if self._is_planned_once else connection.cursor()
        cursor.execute(self._sql, parameters)
        return pipeline.rows_of(cursor)


def _with_constants(statement: str, parameters: Collection[Any]) -> tuple[str, list[Any]]:
    """Return a statement in which constants stand, so that PostgreSQL plans for them, and its places."""
    if connection.vendor != "postgresql":
        return statement, list(parameters)
    told = ("%s" if isinstance(one, Slot) else _literal(one) for one in parameters)
    return statement.replace("%%", "%%%%") % tuple(told), [one for one in parameters if isinstance(one, Slot)]


def _literal(value: Any) -> str:
    return sql.Literal(value).as_string().replace("%", "%%")


def _is_many(value: Any) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str)


def question(build: Callable[[], "models.QuerySet[Any, Row]"]) -> Question[Row]:
    """Word once the queryset that a function builds, with a `Slot` for what changes, and plan it once.

    For rows found by a few keys: with more of them it is planned anew, and a plan made for any moment
    would read whole tables for the latest ones.
    """
    return Question(build, is_planned_once=True)


def planned_anew(build: Callable[[], "models.QuerySet[Any, Row]"]) -> Question[Row]:
    """Word a queryset once as `question` does, but let PostgreSQL plan it for its values each time."""
    return Question(build, is_planned_once=False)
