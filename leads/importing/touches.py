"""The target `touches`: what a prospect, Marketing or Sales did, and when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from leads import marks, setbased
from leads.choices import KINDS_OF_SIDE, Evidence, TouchKind, TouchSide
from leads.importing import subjects
from leads.importing.owners import People
from leads.importing.records import Record, Rejected
from leads.importing.shapes import Field, Shape
from leads.importing.targets import CREATED, UNCHANGED, UPDATED, Context, Outcome, Target
from leads.models import Touch

SHAPE = Shape(
    target="touches",
    fields={
        "happened_at": Field("moment", is_required=True),
        "side": Field("choice", choices=frozenset(TouchSide.values), is_required=True),
        "kind": Field("choice", choices=frozenset(TouchKind.values), is_required=True),
        "evidence": Field("choice", choices=frozenset(name.lower() for name in Evidence.names)),
        "reached": Field("flag"),
        "is_automatic": Field("flag"),
        "summary": Field("text", 200),
        "campaign": Field("text", 200),
        "actor": Field("reference", 200),
    },
    names_lead=True,
)
_COLUMNS = (
    *("lead_id", "happened_at", "recorded_at", "side", "kind", "evidence", "reached", "is_automatic"),
    *("summary", "campaign", "actor_id", "source", "external_id", "import_run_id"),
)


class TouchesTarget(Target):
    """Takes rows as touches; one that is known can only become better proved."""

    shape = SHAPE

    def __init__(self) -> None:
        self._people: People | None = None

    def take(self, records: Sequence[Record], context: Context) -> list[Outcome]:
        """Write the touches of leads that are known."""
        self._people = self._people or People()
        work = _Touches(records, context, self._people)
        found = subjects.find(records)
        outcomes = [work.take(record, lead) for record, lead in zip(records, found, strict=True)]
        work.write()
        return outcomes


class _Touches:
    def __init__(self, records: Sequence[Record], context: Context, people: People) -> None:
        self._context, self._people = context, people
        self._horizon = context.horizon
        self._new: dict[str, tuple[Any, ...]] = {}
        self._better: dict[int, dict[str, Any]] = {}
        self._since: dict[int, datetime] = {}
        keys = [self._key(record) for record in records]
        rows = Touch.objects.filter(source=self._source, external_id__in=keys)
        columns = ("external_id", "id", "lead_id", "evidence", "reached")
        self._known = {key: rest for key, *rest in rows.values_list(*columns)}

    @property
    def _source(self) -> str:
        return self._context.mapping.system

    def take(self, record: Record, lead: int | Rejected) -> Outcome:
        if isinstance(lead, Rejected):
            return lead
        values = record.values
        problem = self._problem(values)
        if problem:
            return Rejected(problem)
        key = self._key(record)
        if key in self._new:
            return UNCHANGED
        if key in self._known:
            return self._prove(key, values)
        self._new[key] = self._row(lead, key, values)
        self._mark(lead, values["happened_at"])
        return CREATED

    def write(self) -> None:
        """Write what was taken, and a mark for each lead from the touch's own time on."""
        if self._new:
            setbased.copy_rows(Touch, _COLUMNS, self._new.values())
        setbased.update_rows(Touch, list(self._better.values()))
        if self._since:
            context = self._context
            marks.mark_each(since=self._since, now=context.now, is_history=context.is_history)

    def _problem(self, values: dict[str, Any]) -> str:
        moment = values.get("happened_at")
        if moment is None:
            return _("The row does not tell when it happened.")
        if values.get("kind") not in KINDS_OF_SIDE.get(values.get("side", ""), ()):
            return _("This side knows no such touch.")
        if moment > self._context.now:
            return _("It lies in the future.")
        if self._horizon and moment >= self._horizon:
            return _("It came after the day as of which the file is read.")
        return ""

    def _prove(self, key: str, values: dict[str, Any]) -> Outcome:
        row_id, lead_id, evidence, reached = self._known[key]
        told = Evidence[values.get("evidence", "logged").upper()]
        best, known = max(evidence, told), values.get("reached") if reached is None else reached
        if (best, known) == (evidence, reached):
            return UNCHANGED
        self._known[key] = [row_id, lead_id, best, known]
        self._better[row_id] = {"id": row_id, "evidence": best, "reached": known}
        self._mark(lead_id, values["happened_at"])
        return UPDATED

    def _row(self, lead_id: int, key: str, values: dict[str, Any]) -> tuple[Any, ...]:
        actor = self._people.find(self._source, values["actor"]) if "actor" in values else None
        return (
            lead_id,
            values["happened_at"],
            self._context.now,
            values["side"],
            values["kind"],
            int(Evidence[values.get("evidence", "logged").upper()]),
            values.get("reached"),
            bool(values.get("is_automatic")),
            values.get("summary", ""),
            values.get("campaign", ""),
            actor,
            self._source,
            key,
            self._context.run.pk,
        )

    def _mark(self, lead_id: int, moment: datetime) -> None:
        self._since[lead_id] = min(moment, self._since.get(lead_id, moment))

    def _key(self, record: Record) -> str:
        """Return the id by which a touch is known again: its own, else what it says."""
        if record.ids:
            return record.ids[0][1]
        values = record.values
        said = "|".join(
            (
                *(f"{system}:{text}" for system, text in record.lead_ids),
                *map(str, record.lead.values()),
                str(values.get("happened_at")),
                values.get("side", ""),
                values.get("kind", ""),
                values.get("summary", "")[:40],
            )
        )
        return f"={said}"[:120]
