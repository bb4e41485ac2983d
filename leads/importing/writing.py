"""Writing a chunk of leads and accounts: one load or one update per table, in the order of their keys."""

from collections.abc import Sequence
from typing import Any

from leads import keys, marks, setbased
from leads.choices import Stage
from leads.importing.drafts import KEYED, AccountDraft, Draft, LeadDraft, packed
from leads.importing.owners import People
from leads.importing.targets import Context
from leads.models import (
    Account,
    AccountExternalId,
    BantFact,
    Consent,
    ExternalId,
    FactChange,
    Lead,
    StageChange,
)
from leads.transitions import HISTORY

_ACCOUNT_TEXTS = ("domain", "industry", "country", "region", "city")
_ACCOUNT_COLUMNS = (
    *("id", "name", "name_key", *_ACCOUNT_TEXTS, "employees", "attributes", "origins", "recorded_at"),
)
_TEXTS = (
    *("name", "title", "seniority", "email", "phone", "language", "country", "source", "campaign"),
    *("first_identified", "next_step"),
)
_FACTS = ("next_step_on", "created_at")
_STAGE = ("stage", "stage_since", "stage_seq")
_HOLDER = ("owner_id", "team_id")
_KEYS = ("name_key", "email_key", "phone_key", "search_text")
_LEAD_COLUMNS = (
    *("id", "account_id", *_TEXTS, *_FACTS, "is_sales_generated", *_KEYS, *_STAGE, *_HOLDER),
    *("attributes", "origins", "recorded_at", "import_run_id"),
)


def write(
    leads: Sequence[LeadDraft], accounts: Sequence[AccountDraft], context: Context, people: People
) -> None:
    """Write what is new or changed; the caller's transaction holds it together."""
    new_accounts = [account for account in accounts if account.is_new]
    new_leads = [lead for lead in leads if lead.is_new]
    _number(Account, new_accounts)
    _number(Lead, new_leads)
    _insert_accounts(new_accounts, context)
    renamed = _update_accounts([account for account in accounts if not account.is_new])
    changed = [lead for lead in leads if not lead.is_new and (lead.has_news or lead.has_new_origins)]
    _insert_leads(new_leads, context, people)
    _update_leads(changed, people)
    _insert_stages(leads, context)
    _insert_ids(leads, accounts)
    _insert_statements(leads, context)
    _update_digests(leads)
    _mark(new_leads, [lead for lead in changed if lead.has_news], accounts, context)
    _refresh_search(renamed)
    _drop_deserted(changed)


def _number(model: type[Account] | type[Lead], drafts: Sequence[Draft]) -> None:
    if drafts:
        for draft, row_id in zip(drafts, setbased.take_ids(model, len(drafts)), strict=True):
            draft.id = row_id


def _insert_accounts(accounts: Sequence[AccountDraft], context: Context) -> None:
    now = context.now
    rows = [(*_account_row(one), packed(one.attributes()), one.packed_origins, now) for one in accounts]
    if accounts:
        setbased.copy_rows(Account, _ACCOUNT_COLUMNS, rows)


def _update_accounts(accounts: Sequence[AccountDraft]) -> list[AccountDraft]:
    """Write changed accounts and return those that have a new name."""
    changed = [account for account in accounts if account.changed or account.has_new_origins]
    rows = [
        dict(zip(_ACCOUNT_COLUMNS, (*_account_row(one), one.attributes(), one.origins), strict=False))
        for one in changed
    ]
    setbased.update_rows(Account, rows)
    return [account for account in changed if "name" in account.changed]


def _account_row(account: AccountDraft) -> tuple[Any, ...]:
    """Return the columns of an account up to its JSON."""
    get = account.values.get
    texts = [get(name) or "" for name in _ACCOUNT_TEXTS]
    return account.id, account.name, account.name_key, *texts, get("employees")


def _insert_leads(leads: Sequence[LeadDraft], context: Context, people: People) -> None:
    run_id, now = context.run.pk, context.now
    rows = (
        (*_lead_row(lead, people), packed(lead.attributes()), lead.packed_origins, now, run_id)
        for lead in leads
    )
    if leads:
        setbased.copy_rows(Lead, _LEAD_COLUMNS, rows)


def _lead_row(lead: LeadDraft, people: People) -> tuple[Any, ...]:
    """Return the columns of a lead up to its JSON."""
    get = lead.values.get
    if lead.changed and lead.changed & KEYED:
        lead.set_keys()
    owner_id = get("owner_id")
    return (
        lead.id,
        lead.account.id,
        *[get(name) or "" for name in _TEXTS],
        get("next_step_on"),
        get("created_at"),
        bool(get("is_sales_generated")),
        lead.name_key,
        lead.email_key,
        lead.phone_key,
        keys.search_text(get("name") or "", lead.account.name, get("email") or ""),
        lead.stage,
        get("stage_since"),
        lead.stage_seq + (lead.stage != (lead.was_in_stage or Stage.INQUIRY)),
        owner_id,
        people.team_of(owner_id),
    )


def _update_leads(leads: Sequence[LeadDraft], people: People) -> None:
    """Write changed leads; who holds one and in which stage it is only where the file said so."""
    rows = [
        dict(zip(_LEAD_COLUMNS, (*_lead_row(lead, people), lead.attributes(), lead.origins), strict=False))
        for lead in leads
    ]
    staged = [lead.id for lead in leads if "stage" in lead.changed and lead.stage != lead.was_in_stage]
    held = [lead.id for lead in leads if "owner_id" in lead.changed]
    for columns, ids in ((_STAGE, staged), (_HOLDER, held)):
        parts = {row["id"]: {"id": row["id"], **{name: row.pop(name) for name in columns}} for row in rows}
        setbased.update_rows(Lead, [parts[lead_id] for lead_id in ids])
    setbased.update_rows(Lead, rows)


def _insert_stages(leads: Sequence[LeadDraft], context: Context) -> None:
    """Write the steps to imported stages; a lead that begins with an inquiry has made none."""
    run_id, now = context.run.pk, context.now
    rows = [
        (
            lead.id,
            lead.stage_seq + 1,
            lead.was_in_stage,
            lead.stage,
            lead.values.get("stage_since"),
            now,
            HISTORY,
            run_id,
        )
        for lead in leads
        if lead.stage != (lead.was_in_stage or Stage.INQUIRY) and (lead.is_new or "stage" in lead.changed)
    ]
    columns = ("lead_id", "seq", "from_stage", "to_stage", "happened_at", "recorded_at", "cause")
    if rows:
        setbased.copy_rows(StageChange, (*columns, "import_run_id"), rows)


def _insert_ids(leads: Sequence[LeadDraft], accounts: Sequence[AccountDraft]) -> None:
    rows = [(lead.id, *one) for lead in leads for one in lead.external_ids]
    if rows:
        setbased.copy_rows(ExternalId, ("lead_id", "system", "external_id", "row_digest"), rows)
    names = [(account.id, *key) for account in accounts for key in account.external_ids]
    if names:
        setbased.copy_rows(AccountExternalId, ("account_id", "system", "external_id"), names)


def _insert_statements(leads: Sequence[LeadDraft], context: Context) -> None:
    run_id, now, source = context.run.pk, context.now, context.mapping.label[:80]
    consents = [
        (lead.id, channel, state, None, now, source, run_id)
        for lead in leads
        for channel, state in lead.consent
    ]
    if consents:
        columns = ("lead_id", "channel", "state", "happened_at", "recorded_at", "source", "import_run_id")
        setbased.copy_rows(Consent, columns, consents)
    facts = [
        (lead.id, fact.kind, fact.amount, "", fact.text, fact.on, known_at, now, source, run_id)
        for lead in leads
        for fact, known_at in lead.bant
    ]
    if facts:
        bant_columns = ("lead_id", "kind", "amount", "currency", "text", "on", "known_at", "recorded_at")
        setbased.copy_rows(BantFact, (*bant_columns, "source", "import_run_id"), facts)


def _update_digests(leads: Sequence[LeadDraft]) -> None:
    digests = {row_id: digest for lead in leads for row_id, digest in lead.digests}
    rows = [{"id": row_id, "row_digest": digest} for row_id, digest in digests.items()]
    setbased.update_rows(ExternalId, rows)


def _mark(
    made: Sequence[LeadDraft],
    changed: Sequence[LeadDraft],
    accounts: Sequence[AccountDraft],
    context: Context,
) -> None:
    """Leave a mark for the judge on each lead whose own facts or whose account's facts changed."""
    now, is_history = context.now, context.is_history
    rows = ((lead.id, min(lead.since, now), is_history, 1) for lead in made)
    if made:
        setbased.copy_rows(FactChange, ("lead_id", "since", "is_history", "marks"), rows)
    ids = {lead.id for lead in changed}
    touched = [account.id for account in accounts if account.changed and not account.is_new]
    if touched:
        ids |= set(_leads_of(touched)) - {lead.id for lead in made}
    if ids:
        marks.mark(lead_ids=ids, since=now, now=now, is_history=is_history)


def _leads_of(account_ids: Sequence[int]) -> list[int]:
    return list(Lead.objects.alive().filter(account_id__in=account_ids).values_list("id", flat=True))


def _refresh_search(renamed: Sequence[AccountDraft]) -> None:
    """Let a search find all leads of an account by its new name."""
    names = {account.id: account.name for account in renamed}
    rows = [
        {"id": row[0], "search_text": keys.search_text(row[1], names[row[3]], row[2])}
        for row in Lead.objects.filter(account_id__in=names).values_list("id", "name", "email", "account_id")
    ]
    setbased.update_rows(Lead, rows)


def _drop_deserted(leads: Sequence[LeadDraft]) -> None:
    """Remove accounts that were only a misspelt or unnamed stand-in for the one their lead is at now."""
    left = {lead.old_account_id for lead in leads if lead.account.id != lead.old_account_id}
    if left:
        Account.objects.filter(pk__in=left, leads=None, deals=None, external_ids=None).delete()
