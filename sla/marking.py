"""Triggers that mark what has to be counted anew, with the change itself, whoever makes it.

A writer that forgot its mark would leave a figure wrong for good; a trigger forgets nobody. They write one
row and lock nothing, read one table by index, and say nothing where no counted column changed. PostgreSQL
marks a table that is written by hundreds of rows once a statement, and lets new leads share marks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.migrations.operations.base import Operation

from sla.choices import PARTS

#: What marks name besides the row. A bare NULL in a UNION would be a text to PostgreSQL.
_WORDS = {"parts": PARTS, "no_day": "CAST(NULL AS date)", "no_moment": "CAST(NULL AS timestamptz)"}
_OFFER = "SELECT 'offers', {no_day}, h.offered_at, h.lead_id % {parts} FROM sla_handoff h WHERE "
_END = "SELECT 'ends', {no_day}, h.ended_at, h.lead_id % {parts} FROM sla_handoff h WHERE h.is_ended AND "
_DUE = (
    "SELECT 'clocks', c.due_on, {no_moment}, c.lead_id % {parts} FROM sla_clock c"
    " WHERE c.due_on IS NOT NULL AND c.lead_id IS NOT NULL AND "
)
_WAY = "SELECT 'ways', {no_day}, l.created_at, l.id % {parts} FROM leads_lead l WHERE "
_ACCOUNT = "SELECT l.account_id FROM leads_lead l WHERE l.id = {row}.lead_id"
_LEAD_OF_REFUSAL = "(SELECT h.lead_id FROM sla_handoff h WHERE h.id = {row}.handoff_id)"
_ACCOUNT_OF_REFUSAL = _ACCOUNT.replace("{row}.lead_id", _LEAD_OF_REFUSAL)
_DAYS, _ACCOUNTS = "sla_tallymark (book, day, at, part)", "sla_accountmark (account)"
#: New leads by spans of ids, a thousand at most: a few that lie far apart do not name all between them.
_LEADS = "sla_tallymark (book, part, first_lead, last_lead)"
_SPANS = "SELECT 'ways', 0, MIN({lead}), MAX({lead}) FROM came GROUP BY {lead} / 1000"
_OF_HANDOFF = "h.id = {row}.handoff_id"
_OF_LEAD = "h.lead_id = {row}.lead_id"


@dataclass(frozen=True)
class Watched:
    """A table, its counted columns, and the marks that a change of a row leaves; new ones may name `lead`."""

    table: str
    columns: tuple[str, ...]
    marks: tuple[str, ...]
    verbs: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")
    only: str = ""
    name: str = ""
    into: str = _DAYS
    by_hundreds: bool = False
    lead: str = ""


WATCHED = (
    Watched(
        "sla_clock",
        (
            *("commitment_id", "version_id", "handoff_id", "lead_id", "kind", "scope", "state", "due_on"),
            *("due_at", "breached_at", "ended_at", "is_excused", "cause", "elapsed"),
        ),
        (
            "SELECT 'clocks', {row}.due_on, {no_moment}, {row}.lead_id % {parts}"
            " WHERE {row}.due_on IS NOT NULL AND {row}.lead_id IS NOT NULL AND {row}.scope = 'lead'",
            _OFFER + _OF_HANDOFF + " AND {row}.kind = 'first_touch'",
        ),
        by_hundreds=True,
    ),
    Watched(
        "sla_handoff",
        (
            *("lead_id", "leg", "cycle", "hop", "version_id", "state", "team_id", "tier", "offered_at"),
            *("decided_at", "accepted_at", "ended_at", "is_ended", "reason_code", "reason_side"),
            *("disposition", "quality", "is_history"),
        ),
        (
            "SELECT 'offers', {no_day}, {row}.offered_at, {row}.lead_id % {parts}",
            "SELECT 'ends', {no_day}, {row}.ended_at, {row}.lead_id % {parts} WHERE {row}.is_ended",
        ),
    ),
    Watched(
        "sla_handoff",
        ("team_id", "tier"),
        (_DUE + "c.handoff_id = {row}.id",),
        verbs=("UPDATE",),
        name="sla_handoff_clocks",
    ),
    Watched("sla_refusal", ("handoff_id", "ruling"), (_OFFER + _OF_HANDOFF, _END + _OF_HANDOFF)),
    Watched("sla_snapshot", (), (_OFFER + _OF_HANDOFF,), verbs=("INSERT", "DELETE")),
    Watched("sla_verdict", (), (_OFFER + _OF_HANDOFF,), verbs=("INSERT", "DELETE")),
    Watched(
        "leads_lead",
        ("source", "is_sales_generated", "merged_into_id", "stage", "next_step_on"),
        (_OFFER + "h.lead_id = {row}.id",),
        verbs=("UPDATE",),
    ),
    Watched(
        "leads_lead",
        ("source",),
        (_DUE + "c.lead_id = {row}.id", _END + "h.lead_id = {row}.id"),
        verbs=("UPDATE",),
        name="leads_lead_source",
    ),
    Watched(
        "leads_lead",
        ("team_id",),
        (_DUE + "c.lead_id = {row}.id AND c.handoff_id IS NULL",),
        verbs=("UPDATE",),
        name="leads_lead_team",
    ),
    Watched(
        "leads_touch",
        ("lead_id", "happened_at", "side", "evidence", "is_automatic"),
        (_OFFER + _OF_LEAD,),
        only="{row}.side = 'sales'",
    ),
    Watched("leads_bantfact", ("lead_id", "kind"), (_OFFER + _OF_LEAD,)),
    Watched("leads_deal", ("lead_id", "state", "amount", "margin"), (_OFFER + _OF_LEAD,)),
    Watched(
        "leads_stagechange",
        (),
        (_OFFER + _OF_LEAD,),
        verbs=("INSERT", "DELETE"),
        only="{row}.to_stage = 'customer'",
    ),
    Watched(
        "leads_lead",
        ("created_at", "merged_into_id", "source", "team_id", "stage"),
        ("SELECT 'ways', {no_day}, {row}.created_at, {row}.id % {parts}",),
        name="leads_lead_way",
        lead="id",
    ),
    Watched(
        "leads_stagechange",
        (),
        (_WAY + "l.id = {row}.lead_id",),
        verbs=("INSERT", "DELETE"),
        name="leads_stagechange_way",
        lead="lead_id",
    ),
    Watched(
        "sla_handoff",
        (
            *("lead_id", "leg", "cycle", "version_id", "state", "team_id", "tier", "offered_at"),
            *("decided_at", "ended_at", "reason_code", "disposition"),
        ),
        (_ACCOUNT,),
        name="sla_handoff_account",
        into=_ACCOUNTS,
    ),
    Watched(
        "sla_refusal",
        ("handoff_id", "ruling"),
        (_ACCOUNT_OF_REFUSAL,),
        name="sla_refusal_account",
        into=_ACCOUNTS,
    ),
    Watched(
        "leads_lead",
        ("account_id", "source"),
        ("SELECT {row}.account_id",),
        verbs=("UPDATE",),
        name="leads_lead_account",
        into=_ACCOUNTS,
    ),
    Watched(
        "leads_touch",
        ("lead_id", "happened_at", "side", "evidence", "is_automatic"),
        (_ACCOUNT,),
        only="{row}.side = 'sales'",
        name="leads_touch_account",
        into=_ACCOUNTS,
    ),
    Watched(
        "leads_deal",
        ("account_id", "lead_id", "state", "amount", "currency", "margin", "closed_at", "is_elsewhere"),
        ("SELECT {row}.account_id",),
        only="{row}.state = 'won'",
        name="leads_deal_account",
        into=_ACCOUNTS,
    ),
)
_ROWS = {"INSERT": ("NEW",), "DELETE": ("OLD",), "UPDATE": ("OLD", "NEW")}
_TABLES = {"NEW": "NEW TABLE AS came", "OLD": "OLD TABLE AS gone"}


def trigger_names() -> set[str]:
    """Return the names of all these triggers, the same on both databases."""
    return {_name(one, verb) for one in WATCHED for verb in one.verbs}


def statements(vendor: str) -> Iterator[str]:
    """Yield the SQL that makes the triggers, in place of those there are."""
    yield from dropping(vendor)
    for one in WATCHED:
        for verb in one.verbs:
            if vendor != "postgresql":
                yield _on_sqlite(one, verb)
            elif one.lead and verb == "INSERT":
                yield from _by_lead(one)
            else:
                yield from _at_once(one, verb) if one.by_hundreds else _row_by_row(one, verb)


def dropping(vendor: str) -> Iterator[str]:
    """Yield the SQL that removes the triggers."""
    for one in WATCHED:
        for verb in one.verbs:
            name = _name(one, verb)
            yield f"DROP TRIGGER IF EXISTS {name}" + (f" ON {one.table}" if vendor == "postgresql" else "")
            if vendor == "postgresql":
                yield f"DROP FUNCTION IF EXISTS {name}()"


def _on_sqlite(one: Watched, verb: str) -> str:
    condition, marks = _when(one, verb, "IS NOT"), _of_row(one, verb)
    made = f"CREATE TRIGGER {_name(one, verb)} AFTER {verb} ON {one.table} {condition}"
    return f"{made} BEGIN INSERT INTO {one.into} {marks}; END"


def _row_by_row(one: Watched, verb: str) -> Iterator[str]:
    each = f"FOR EACH ROW {_when(one, verb, 'IS DISTINCT FROM')}"
    yield from _on_postgres(one, verb, _of_row(one, verb), each)


def _at_once(one: Watched, verb: str) -> Iterator[str]:
    """Mark all rows of a statement together: those that came and went, of a change those that differ."""
    names = ", ".join(("id", *one.columns))
    came, gone = (f"SELECT {names} FROM {table}" for table in ("came", "gone"))  # noqa: S608 (names only)
    rows = {
        "INSERT": came,
        "DELETE": gone,
        "UPDATE": f"({came} EXCEPT {gone}) UNION ALL ({gone} EXCEPT {came})",
    }
    of_one = " UNION ALL ".join(_marks(one, ("r",)))
    marks = f"SELECT DISTINCT m.* FROM ({rows[verb]}) AS r CROSS JOIN LATERAL ({of_one}) AS m"  # noqa: S608 (words of ours)
    yield from _of_statement(one, verb, marks)


def _by_lead(one: Watched) -> Iterator[str]:
    """Mark new rows by their leads, those whose ids lie close by each other together."""
    yield from _of_statement(replace(one, into=_LEADS), "INSERT", _SPANS.format(lead=one.lead))


def _of_statement(one: Watched, verb: str, marks: str) -> Iterator[str]:
    tables = " ".join(_TABLES[row] for row in _ROWS[verb])
    yield from _on_postgres(one, verb, marks, f"REFERENCING {tables} FOR EACH STATEMENT")


def _on_postgres(one: Watched, verb: str, marks: str, each: str) -> Iterator[str]:
    name = _name(one, verb)
    # A plan is kept: made while tables were small, it would read them whole for each row of a large import.
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS"
        f" $$ BEGIN INSERT INTO {one.into} {marks}; RETURN NULL; END $$"
    )
    yield f"CREATE TRIGGER {name} AFTER {verb} ON {one.table} {each} EXECUTE FUNCTION {name}()"


def _name(one: Watched, verb: str) -> str:
    return f"{one.name or one.table}_tally_{verb.lower()}"


def _of_row(one: Watched, verb: str) -> str:
    # Mostly both rows of a change stand in the same part of the same day: UNION leaves one mark for both.
    return " UNION ".join(_marks(one, _ROWS[verb]))


def _marks(one: Watched, rows: Sequence[str]) -> list[str]:
    return [mark.format(row=row, **_WORDS) for mark in one.marks for row in rows]


def _when(one: Watched, verb: str, apart: str) -> str:
    changed = " OR ".join(f"OLD.{column} {apart} NEW.{column}" for column in one.columns)
    only = " OR ".join(one.only.format(row=row) for row in _ROWS[verb]) if one.only else ""
    parts = [changed if verb == "UPDATE" else "", only]
    told = " AND ".join(f"({part})" for part in parts if part)
    return f"WHEN ({told})" if told else ""


class MarkTallies(Operation):
    """Let every change of what is counted leave its mark; works on both databases.

    SQLite loses triggers with a table that it builds anew: a migration that changes a column of a watched
    table there names this operation again.
    """

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """A trigger changes nothing in the models."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in statements(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in dropping(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return "Mark what has to be counted anew"
