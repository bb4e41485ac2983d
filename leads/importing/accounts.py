"""The accounts of a chunk: found by id or company, made, told facts, and changed by a lead."""

from collections.abc import Sequence

from leads import keys, origins
from leads.importing import lookups
from leads.importing.drafts import AccountDraft, LeadDraft, first_origins
from leads.importing.recognizing import Keys, graded
from leads.importing.records import Key, Record
from leads.origins import Origin


class Accounts:
    """The accounts that some records speak of, found in three queries."""

    def __init__(self, records: Sequence[Record], system: str) -> None:
        self._system = system
        self.found: dict[int, AccountDraft] = {}
        self.made: list[AccountDraft] = []
        by_name = lookups.account_ids({record.said.keys.company for record in records} - {""})
        ids = {key for record in records if (key := self._key(record))}
        by_id = lookups.accounts_by_external_id(ids) if ids else {}
        lookups.load_accounts({*by_name.values(), *by_id.values()}, self.found)
        self._by_company = {name: self.found[row] for name, row in by_name.items()}
        self._by_id = {key: self.found[row] for key, row in by_id.items()}

    def of(self, record: Record, own: Keys) -> AccountDraft | None:
        """Return the account a record names by its id or its company, made if need be."""
        key = self._key(record)
        account = self._by_id.get(key) if key else None
        if account is None and own.company:
            account = self._by_company.get(own.company)
        if account is None and (key or own.company):
            account = self.make(own.company)
        if account is None:
            return None
        if own.company:
            self._by_company.setdefault(own.company, account)
        if key and key not in self._by_id:
            account.external_ids.append(key)
            self._by_id[key] = account
        return account

    def make(self, name_key: str = "") -> AccountDraft:
        """Return a new account; without a name it belongs to one lead alone."""
        account = AccountDraft(-len(self.made) - 1, {}, "{}", name_key, is_new=True)
        self.made.append(account)
        return account

    def learn(
        self, account: AccountDraft, record: Record, own: Keys, origin: Origin, *, fills_only: bool = False
    ) -> bool:
        """Take what a record says of the account of its lead; return whether anything changed."""
        told = record.account
        if account.is_new and not account.origins:
            account.values.update(told)
            account.begin(first_origins(told, record.account_coarse, origin))
            account.name_key = account.name_key or own.company
            return bool(told)
        if account.stands(told, origin):
            return False
        is_changed = False
        for name, value in told.items():
            if name == "name" and account.name_key and account.name_key != own.company:
                continue  # Another company: `move` decides whether the lead goes there.
            stated = graded(origin, value, is_coarse=name in record.account_coarse)
            if account.learn(name, value, stated, fills_only=fills_only):
                is_changed = True
                account.name_key = account.name_key or own.company
        return is_changed

    def move(self, lead: LeadDraft, record: Record, own: Keys, origin: Origin, *, fills_only: bool) -> bool:
        """Let a lead change its company where the record knows better; return whether it did."""
        name, old = record.account.get("name"), lead.account
        if not name:
            return False
        stated = graded(origin, name, is_coarse="name" in record.account_coarse)
        held = origins.of(lead.origins, "company")
        if old.name and (fills_only or not origins.replaces(name, stated, old.name, held)):
            return False
        lead.hold("company", stated)
        if old.name_key == own.company:
            return False
        if _is_spoilt(old) and own.company not in self._by_company:
            old.rename(name, stated)
            self._by_company[own.company] = old
            return True
        account = self.of(record, own)
        if account is None or account is old:
            return False
        if _is_spoilt(old):
            account.absorb(old)
        lead.account = account
        return True

    def _key(self, record: Record) -> Key | None:
        told = record.values.get("company_id")
        return (self._system, keys.external_id_key(self._system, told)) if told else None


def _is_spoilt(account: AccountDraft) -> bool:
    return not account.name or origins.precision_of(account.name) == origins.LOSSY
