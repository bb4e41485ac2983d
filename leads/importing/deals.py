"""The target `deals`: opportunities of accounts, open, won or lost."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from leads import keys, marks
from leads.choices import DealState
from leads.importing import lookups, subjects
from leads.importing.owners import People
from leads.importing.records import Record, Rejected
from leads.importing.shapes import Field, Shape
from leads.importing.targets import CREATED, UNCHANGED, UPDATED, Context, Outcome, Target
from leads.models import Deal, Lead

SHAPE = Shape(
    target="deals",
    fields={
        "name": Field("text", 200),
        "state": Field("choice", choices=frozenset(DealState.values), is_required=True),
        "amount": Field("number"),
        "currency": Field("text", 3),
        "margin": Field("number"),
        "opened_at": Field("moment"),
        "proposed_at": Field("moment"),
        "closed_at": Field("moment"),
        "is_elsewhere": Field("flag"),
        "owner": Field("reference", 200),
        "company": Field("text", 200),
    },
    names_lead=True,
)
_FACTS = ("name", "amount", "currency", "margin", "opened_at", "proposed_at", "closed_at", "is_elsewhere")


class DealsTarget(Target):
    """Takes rows as deals of the account of a lead, or of a company that is known."""

    shape = SHAPE

    def __init__(self) -> None:
        self._people: People | None = None

    def take(self, records: Sequence[Record], context: Context) -> list[Outcome]:
        """Write the deals of accounts that are known."""
        self._people = self._people or People()
        work = _Deals(records, context, self._people)
        outcomes = [work.take(record) for record in records]
        work.write()
        return outcomes


class _Deals:
    def __init__(self, records: Sequence[Record], context: Context, people: People) -> None:
        self._context, self._people, self._horizon = context, people, context.horizon
        self._system = context.mapping.system
        self._leads = dict(zip(map(id, records), subjects.find(records), strict=True))
        ids = {lead for lead in self._leads.values() if isinstance(lead, int)}
        self._account_of = dict(Lead.objects.filter(pk__in=ids).values_list("id", "account_id"))
        companies = {keys.company_key(record.values.get("company", "")) for record in records} - {""}
        self._companies = lookups.account_ids(companies) if companies else {}
        known = [record.ids[0][1] for record in records if record.ids]
        rows = Deal.objects.filter(system=self._system, external_id__in=known)
        self._known = {deal.external_id: deal for deal in rows}
        self._new: list[Deal] = []
        self._changed: dict[int, tuple[Deal, set[str]]] = {}
        self._marked: set[int] = set()

    def take(self, record: Record) -> Outcome:
        values = {**record.values}
        problem = self._problem(record, values)
        if problem:
            return Rejected(problem)
        lead = self._leads[id(record)]
        lead_id = lead if isinstance(lead, int) else None
        account_id = self._account_of.get(lead_id or 0) or self._companies.get(
            keys.company_key(values.get("company", ""))
        )
        if account_id is None:
            return lead if isinstance(lead, Rejected) else Rejected(_("No account of this name is known."))
        deal = self._known.get(record.ids[0][1])
        if deal is None:
            self._make(record, values, lead_id, account_id)
            return CREATED
        return self._update(deal, values)

    def write(self) -> None:
        """Write what was taken and mark the leads."""
        Deal.objects.bulk_create(self._new)
        for deal, names in self._changed.values():
            deal.save(update_fields=sorted(names))
        context = self._context
        if self._marked:
            marks.mark(
                lead_ids=self._marked, since=context.now, now=context.now, is_history=context.is_history
            )

    def _problem(self, record: Record, values: dict[str, Any]) -> str:
        if not record.ids:
            return _("The row has no id by which the deal is known again.")
        if "state" not in values:
            return _("The row does not tell how the deal stands.")
        if not -1 <= values.get("margin", 0) <= 1:
            return _("A margin is a share of the amount, from -1 to 1.")
        opened, closed = values.get("opened_at"), values.get("closed_at")
        if self._horizon and opened and opened >= self._horizon:
            return _("It came after the day as of which the file is read.")
        if self._horizon and closed and closed >= self._horizon:
            values.update(state=DealState.OPEN, closed_at=None)
        return ""

    def _make(self, record: Record, values: dict[str, Any], lead_id: int | None, account_id: int) -> None:
        owner = self._people.find(self._system, values["owner"]) if "owner" in values else None
        deal = Deal(
            account_id=account_id,
            lead_id=lead_id,
            owner_id=owner,
            state=values["state"],
            system=self._system,
            external_id=record.ids[0][1],
            recorded_at=self._context.now,
            import_run=self._context.run,
            **{name: values[name] for name in _FACTS if values.get(name) is not None},
        )
        self._known[deal.external_id] = deal
        self._new.append(deal)
        self._mark(deal)

    def _update(self, deal: Deal, values: dict[str, Any]) -> Outcome:
        """Take what is new; a deal that was closed does not open again because a file knows less."""
        told = {name: values[name] for name in _FACTS if values.get(name) is not None}
        if values["state"] != DealState.OPEN:
            told["state"] = values["state"]
        changed = {name for name, value in told.items() if getattr(deal, name) != value}
        for name in changed:
            setattr(deal, name, told[name])
        if not changed:
            return UNCHANGED
        if deal.pk:
            self._changed[deal.pk] = deal, changed | self._changed.get(deal.pk, (deal, set()))[1]
        self._mark(deal)
        return UPDATED

    def _mark(self, deal: Deal) -> None:
        if deal.lead_id:
            self._marked.add(deal.lead_id)
