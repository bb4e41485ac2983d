"""Finding the rows that a chunk speaks of: a constant number of queries for any number of keys."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from leads import among
from leads.importing.drafts import AccountDraft, LeadDraft, flat, is_told, unpacked
from leads.importing.records import Key
from leads.models import Account, AccountExternalId, ExternalId, Lead

LEAD_COLUMNS = (
    *("name", "title", "seniority", "email", "phone", "language", "country", "source", "campaign"),
    *(
        "first_identified",
        "is_sales_generated",
        "created_at",
        "owner_id",
        "stage",
        "next_step",
        "next_step_on",
    ),
)
#: JSON as the text it is stored as: read only where somebody asks.
_PACKED = {
    "packed_origins": Cast("origins", TextField()),
    "packed_attributes": Cast("attributes", TextField()),
}
ACCOUNT_COLUMNS = ("name", "domain", "industry", "employees", "country", "region", "city")


class Known(NamedTuple):
    """What is stored under an external id: its row, the lead and the digest of the row last taken."""

    id: int
    lead_id: int
    digest: int | None


def by_external_id(wanted: Iterable[Key]) -> dict[Key, Known]:
    """Return what is stored under these ids; a lead that was merged is answered by the one it is in."""
    found: dict[Key, Known] = {}
    for system, texts in _grouped(wanted).items():
        condition, parameter = among.texts_in(texts)
        # One table at a time: a join of a fresh table, of which the planner knows nothing yet, can
        # compare every lead with every id.
        rows = _query(
            f"SELECT external_id, id, lead_id, row_digest FROM {ExternalId._meta.db_table} "  # noqa: S608 (names only)
            f"WHERE system = %s AND external_id {condition}",
            [system, parameter],
        )
        found.update({(system, text): Known(*rest) for text, *rest in rows})
    merged = _merged({known.lead_id for known in found.values()}) if found else {}
    for key, known in found.items() if merged else ():
        found[key] = known._replace(lead_id=merged.get(known.lead_id, known.lead_id))
    return found


def _merged(lead_ids: Iterable[int]) -> dict[int, int]:
    """Return for leads that were merged the ones they are in."""
    condition, parameter = among.ids_in(lead_ids)
    rows = _query(
        f"SELECT id, merged_into_id FROM {Lead._meta.db_table} "  # noqa: S608 (names only)
        f"WHERE id {condition} AND merged_into_id IS NOT NULL",
        [parameter],
    )
    return dict(rows)


def by_email(wanted: Iterable[str]) -> dict[str, int]:
    """Return the living leads of these addresses (normal form)."""
    condition, parameter = among.texts_in(wanted)
    rows = _query(
        f"SELECT email_key, id FROM {Lead._meta.db_table} "  # noqa: S608 (names only)
        f"WHERE email_key {condition} AND email_key <> '' AND merged_into_id IS NULL",
        [parameter],
    )
    return dict(rows)


def by_phone(wanted: Iterable[str]) -> list[int]:
    """Return the living leads with these numbers (normal form), the oldest first."""
    condition, parameter = among.texts_in(wanted)
    rows = _query(
        f"SELECT id FROM {Lead._meta.db_table} "  # noqa: S608 (names only)
        f"WHERE phone_key {condition} AND phone_key <> '' AND merged_into_id IS NULL ORDER BY id",
        [parameter],
    )
    return [row[0] for row in rows]


def account_ids(names: Iterable[str]) -> dict[str, int]:
    """Return the oldest account of each company name (normal form)."""
    condition, parameter = among.texts_in(names)
    rows = _query(
        f"SELECT name_key, MIN(id) FROM {Account._meta.db_table} "  # noqa: S608 (names only)
        f"WHERE name_key {condition} GROUP BY name_key",
        [parameter],
    )
    return dict(rows)


def accounts_by_external_id(wanted: Iterable[Key]) -> dict[Key, int]:
    """Return the accounts under these ids."""
    found: dict[Key, int] = {}
    for system, texts in _grouped(wanted).items():
        rows = AccountExternalId.objects.filter(system=system, external_id__in=texts)
        found.update({(system, text): row for text, row in rows.values_list("external_id", "account_id")})
    return found


def load_leads(ids: Sequence[int], accounts: dict[int, AccountDraft]) -> list[LeadDraft]:
    """Load leads as drafts, their accounts into `accounts`; the oldest lead comes first."""
    if not ids:
        return []
    fields = ("id", "account_id", "stage_seq", "recorded_at")
    keys = ("name_key", "email_key", "phone_key")
    rows = list(
        Lead.objects.filter(pk__in=ids).order_by("id").values(*fields, *keys, *LEAD_COLUMNS, **_PACKED)
    )
    load_accounts({row["account_id"] for row in rows} - set(accounts), accounts)
    drafts = []
    for row in rows:
        found = unpacked(row["packed_origins"])
        told = {name: row[name] for name in LEAD_COLUMNS if is_told(name, row[name], found)}
        values = flat(told, row["packed_attributes"])
        account, since = accounts[row["account_id"]], row["recorded_at"]
        draft = LeadDraft(row["id"], values, row["packed_origins"], account, is_new=False, since=since)
        draft.stage_seq, draft.was_in_stage = row["stage_seq"], row["stage"]
        draft.name_key, draft.email_key, draft.phone_key = (row[name] for name in keys)
        drafts.append(draft)
    return drafts


def load_accounts(ids: Iterable[int], accounts: dict[int, AccountDraft]) -> None:
    """Load accounts as drafts into `accounts`."""
    wanted = list(ids)
    if not wanted:
        return
    condition, parameter = among.ids_in(wanted)
    rows = _query(
        f"SELECT id, CAST(origins AS text), CAST(attributes AS text), name_key, {', '.join(ACCOUNT_COLUMNS)} "  # noqa: S608 (names only)
        f"FROM {Account._meta.db_table} WHERE id {condition}",
        [parameter],
    )
    for row_id, found, attributes, name_key, *told in rows:
        values = flat(dict(zip(ACCOUNT_COLUMNS, told, strict=True)), attributes)
        accounts[row_id] = AccountDraft(row_id, values, found, name_key, is_new=False)


def _grouped(wanted: Iterable[Key]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for system, text in wanted:
        groups.setdefault(system, []).append(text)
    return groups


def _query(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
