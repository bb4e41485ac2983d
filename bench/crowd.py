"""Fill the tables of clocks with millions of rows by a few statements, all made after one true handoff."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection, models

from leads.models import Lead
from sla.models import Clock, ClockEvent, Handoff, TallyState

#: Of all clocks in the table this many are open and wait; the others ended long ago.
OPEN = 150_000
CHUNK = 1_000_000
WARNED_AFTER = timedelta(minutes=90)


def fill(template: Handoff, count: int) -> None:
    """Load clocks until there are `count`: open ones on handoffs of their own, ended ones beside them."""
    put_away(template)
    waiting = min(OPEN, count // 2)
    make_waiting(template, waiting)
    first = _greatest(Handoff) - waiting
    place = f"{first} + 1 + n.i % {waiting}"
    clock = _clock_of(template)
    ended = {
        "state": "'met'",
        "seq": "2",
        "next_at": "NULL",
        "next_step": "0",
        "ended_at": "t.started_at",
        "running_since": "NULL",
        "handoff_id": place,
        "error": "''",
    }
    for start in range(0, count - waiting, CHUNK):
        _multiply(Clock, clock.pk, min(CHUNK, count - waiting - start), ended)
    _analyze()


def put_away(template: Handoff) -> None:
    """Set the template's clocks aside for good, so that no sweep changes what is copied."""
    far = template.lead.recorded_at + timedelta(days=3650)
    Clock.objects.filter(lead=template.lead).update(error="A template for copies.", next_at=far)


def make_waiting(template: Handoff, count: int) -> int:
    """Load open offers whose clock is due in a week; return the id after which they stand."""
    return make_open(template, count, timedelta(days=7))


def make_due(template: Handoff, count: int) -> int:
    """Load open offers whose clock is due as the template's is; return the clock id they stand after."""
    after = _greatest(Clock)
    make_open(template, count, timedelta(0))
    return after


def make_open(template: Handoff, count: int, later: timedelta) -> int:
    """Load open offers whose clock runs so much later than the template's; return the id they stand after."""
    clock = _clock_of(template)
    leads = _multiply(Lead, template.lead_id, count, {"email": "''", "email_key": "''"})
    offers = _multiply(Handoff, template.pk, count, {"lead_id": f"{leads} + n.i"})
    on = {"lead_id": f"{leads} + n.i", "handoff_id": f"{offers} + n.i", "error": "''"}
    moved = {
        name: _in_turn(getattr(clock, name) + later) for name in ("started_at", "running_since", "due_at")
    }
    moved["next_at"] = _in_turn(clock.started_at + later + WARNED_AFTER)
    clocks = _multiply(Clock, clock.pk, count, {**on, **moved})
    started = ClockEvent.objects.get(clock=clock, seq=1)
    times = {name: getattr(started, name) for name in ("happened_at", "noticed_at", "due_after")}
    told = {name: _in_turn(at + later) for name, at in times.items() if at}
    _multiply(ClockEvent, started.pk, count, {"clock_id": f"{clocks} + n.i", **told})
    return offers


def _clock_of(template: Handoff) -> Clock:
    return Clock.objects.filter(handoff=template, kind="decide").earliest("pk")


def _multiply(model: type[models.Model], pk: int, count: int, changes: Mapping[str, str]) -> int:
    """Copy a row and return the id the copies stand after; `changes` are SQL, `n.i` counts from 1."""
    table, base = model._meta.db_table, _reserved(model, count)
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = {"id": f"{base} + n.i", **changes}
    picked = ", ".join(values.get(name, f"t.{name}") for name in columns)
    counting = f"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {count})"
    series = (
        f"generate_series(1, {count}) AS n(i)"
        if connection.vendor == "postgresql"
        else f"({counting} SELECT i FROM s) n"
    )
    rows = f"SELECT {picked} FROM {series}, {table} t WHERE t.id = {pk}"
    sql = f"INSERT INTO {table} ({', '.join(columns)}) {rows}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Loading is not what is measured: foreign keys and triggers rest meanwhile.
            cursor.execute("SET session_replication_role = replica; SET statement_timeout = 0")
            cursor.execute(sql)
            cursor.execute("SET session_replication_role = DEFAULT")
            # Nothing marked what came past the triggers: counts of days begin anew.
            TallyState.objects.all().delete()
        else:
            cursor.execute(sql)
    return base


def _reserved(model: type[models.Model], count: int) -> int:
    """Take so many ids out of the sequence, which others use meanwhile; return the one before them."""
    if connection.vendor != "postgresql":
        return _greatest(model)
    sequence = f"pg_get_serial_sequence('{model._meta.db_table}', 'id')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval({sequence}, nextval({sequence}) + {count}) - {count}")
        return int(cursor.fetchone()[0])


def _greatest(model: type[models.Model]) -> int:
    found = model._default_manager.aggregate(greatest=models.Max("pk"))["greatest"]
    return int(found or 0)


def _in_turn(moment: datetime) -> str:
    """Return the SQL of a moment a millisecond later for each row: true clocks share none."""
    literal = f"'{connection.ops.adapt_datetimefield_value(moment)}'"
    if connection.vendor == "postgresql":
        return f"{literal}::timestamptz + n.i * interval '1 millisecond'"
    return f"strftime('%Y-%m-%d %H:%M:%f', {literal}, (n.i / 1000.0) || ' seconds')"


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
