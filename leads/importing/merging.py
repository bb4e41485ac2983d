"""The leads of a chunk: each record finds its lead or makes one, and says what it knows."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from leads.importing import lookups
from leads.importing.accounts import Accounts
from leads.importing.drafts import AccountDraft, LeadDraft, packed
from leads.importing.lookups import Known
from leads.importing.owners import People
from leads.importing.recognizing import Keys, Triple, facts_in, graded, lead_origins, triple_of
from leads.importing.records import ATTRIBUTE, Key, Record, Rejected
from leads.importing.statements import Statements
from leads.importing.targets import CREATED, UNCHANGED, UPDATED, Context, Outcome
from leads.models import StageChange
from leads.origins import Origin
from leads.transitions import HISTORY

#: Facts that are Concord's own as soon as a move was made here.
_MOVED_HERE = frozenset({"stage", "owner_id"})


class Chunk:
    """Leads and accounts of some records, found in the database or made by an earlier record."""

    def __init__(
        self, records: Sequence[Record], context: Context, known: dict[Key, Known], people: People
    ) -> None:
        mapping = context.mapping
        self._context, self._people, self._known = context, people, known
        self._horizon = context.horizon
        self._accounts = Accounts(records, mapping.system)
        self._made: list[LeadDraft] = []
        self._find(records)
        ids = [lead.id for lead in self._found]
        self._statements = Statements(ids, has_consent=bool(mapping.consent), has_bant=bool(mapping.bant))
        self._moved_here = self._moved(ids)

    @property
    def leads(self) -> list[LeadDraft]:
        """Return the leads that were found and those that were made."""
        return [*self._found, *self._made]

    @property
    def accounts(self) -> list[AccountDraft]:
        """Return the accounts that were found and those that were made."""
        return [*self._accounts.found.values(), *self._accounts.made]

    def take(self, record: Record) -> Outcome:
        """Merge one record into its lead."""
        own, origin, _packed = record.said
        created_at = record.values.get("created_at")
        if self._horizon and created_at and created_at >= self._horizon:
            return Rejected(_("The lead came after the day as of which the file is read."))
        try:
            lead = self._lead_of(record, own)
        except Rejected as rejected:
            return rejected.alone()
        if lead is None:
            self._make(record, own, origin)
            return CREATED
        return UPDATED if self._merge(lead, record, own, origin) else UNCHANGED

    def _find(self, records: Sequence[Record]) -> None:
        known = self._known
        by_email = lookups.by_email({record.said.keys.email for record in records} - {""})
        phones = set()
        for record in records:
            own = record.said.keys
            if own.email not in by_email and own.triple() and not any(key in known for key in record.ids):
                phones.add(own.phone)
        wanted = {known[key].lead_id for record in records for key in record.ids if key in known}
        wanted.update(by_email.values())
        if phones:
            wanted.update(lookups.by_phone(phones))
        self._found = lookups.load_leads(sorted(wanted), self._accounts.found)
        by_lead = {lead.id: lead for lead in self._found}
        self._by_id = {key: by_lead[one.lead_id] for key, one in known.items() if one.lead_id in by_lead}
        self._by_email: dict[str, LeadDraft] = {}
        self._by_triple: dict[Triple, LeadDraft] = {}
        for lead in self._found:
            self._remember(lead)

    @staticmethod
    def _moved(lead_ids: list[int]) -> set[int]:
        if not lead_ids:
            return set()
        moves = StageChange.objects.filter(lead_id__in=lead_ids).exclude(cause=HISTORY)
        return set(moves.values_list("lead_id", flat=True))

    def _lead_of(self, record: Record, own: Keys) -> LeadDraft | None:
        """Return the lead that the ids name, else the address, else name, company and phone together."""
        named = {draft.id: draft for key in record.ids if (draft := self._by_id.get(key))}
        if len(named) > 1:
            raise Rejected(_("Its ids belong to different leads: merge these first."))
        holder = self._by_email.get(own.email) if own.email else None
        if named:
            lead = next(iter(named.values()))
            if holder is not None and holder is not lead:
                raise Rejected(_("Its id and its address belong to different leads: merge these first."))
            return lead
        if holder is not None:
            return holder
        if not (record.ids or own.email or own.name):
            raise Rejected(_("The row names nobody: it has no id, no address and no name."))
        triple = own.triple()
        twin = self._by_triple.get(triple) if triple else None
        # Two addresses are two people, also under one name at one desk.
        return None if twin is not None and own.email and twin.email_key else twin

    def _make(self, record: Record, own: Keys, origin: Origin) -> None:
        values = self._values(record)
        known = record.said.packed or packed(lead_origins(record, values, origin))
        account = self._accounts.of(record, own) or self._accounts.make()
        since = values.get("created_at") or self._context.now
        lead = LeadDraft(-len(self._made) - 1, values, known, account, is_new=True, since=since)
        lead.values["stage_since"] = record.values.get("stage_since") or (
            values.get("created_at") if "stage" not in values else None
        )
        lead.name_key, lead.email_key, lead.phone_key = own.name, own.email, own.phone
        self._made.append(lead)
        self._accounts.learn(account, record, own, origin)
        self._attach(lead, record)
        self._remember(lead)

    def _merge(self, lead: LeadDraft, record: Record, own: Keys, origin: Origin) -> bool:
        fills_only = record.is_repeat
        is_changed = self._accounts.move(lead, record, own, origin, fills_only=fills_only)
        is_held = lead.id in self._moved_here
        for name, value in self._values(record).items():
            if is_held and name in _MOVED_HERE:
                continue
            stated = graded(origin, value, is_coarse=name in record.coarse)
            if lead.learn(name, value, stated, fills_only=fills_only):
                is_changed = True
                if name == "stage":
                    lead.values["stage_since"] = record.values.get("stage_since")
        is_changed |= self._accounts.learn(lead.account, record, own, origin, fills_only=fills_only)
        if is_changed:
            lead.set_keys()
            self._remember(lead)
        return self._attach(lead, record) or is_changed

    def _attach(self, lead: LeadDraft, record: Record) -> bool:
        """Tie the record's ids and statements to the lead; return whether any is new."""
        is_new = False
        for place, key in enumerate(record.ids):
            digest = record.digest if place == 0 else None
            if key not in self._by_id:
                lead.external_ids.append((*key, digest))
                self._by_id[key] = lead
                is_new = True
            elif digest is not None and key in self._known:
                lead.digests.append((self._known[key].id, digest))
        if record.consent or record.bant:
            values = record.values
            known_at = values.get("modified_at") or values.get("created_at") or self._context.now
            is_new |= self._statements.add(lead, record, known_at)
        return is_new

    def _remember(self, lead: LeadDraft) -> None:
        if lead.email_key:
            self._by_email.setdefault(lead.email_key, lead)
        triple = triple_of(lead)
        if triple:
            self._by_triple.setdefault(triple, lead)

    def _values(self, record: Record) -> dict[str, Any]:
        """Return what the record says of the lead itself, its owner as somebody known here."""
        values = facts_in(record)
        owner = values.pop("owner", None)
        if owner:
            owner_id = self._people.find(self._context.mapping.system, owner)
            values.update({"owner_id": owner_id} if owner_id else {ATTRIBUTE + "owner": owner})
        return values
