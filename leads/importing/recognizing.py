"""By what a record is recognized besides its ids, and which source its statements carry."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from leads import keys, origins
from leads.importing.drafts import LeadDraft, first_origins, packed
from leads.importing.records import Record
from leads.origins import Origin

Triple = tuple[str, str, str]
#: What a lead's row says besides its facts.
_BESIDE = ("stage_since", "modified_at", "company_id")
#: Many people of a file work at one company.
company_key = lru_cache(maxsize=20_000)(keys.company_key)


class Keys(NamedTuple):
    """The normal forms of a record's name, company, address and number."""

    name: str
    company: str
    email: str
    phone: str

    def triple(self) -> Triple | None:
        """Return name, company and phone where all three are told."""
        return (self.name, self.company, self.phone) if self.name and self.company and self.phone else None


def keys_of(values: Mapping[str, Any], account: Mapping[str, Any]) -> Keys:
    """Return by what a record is recognized that says this of a person and their company."""
    country = values.get("country") or account.get("country") or ""
    return Keys(
        keys.name_key(values["name"]) if "name" in values else "",
        company_key(account["name"]) if "name" in account else "",
        keys.email_key(values["email"]) if "email" in values else "",
        keys.phone_key(values["phone"], country) if "phone" in values else "",
    )


class Said(NamedTuple):
    """What is worked out of a record ahead; `packed`, its origins as JSON, is blank where that cannot be."""

    keys: Keys
    origin: Origin
    packed: str


def said_by(record: Record, system: str, rank: int) -> Said:
    """Return by what a record is recognized, where it comes from, and the origins of a lead made of it."""
    origin = origin_of(record, system, rank)
    # Whether the owner is somebody known here, only the database tells.
    known = "" if "owner" in record.values else packed(lead_origins(record, facts_in(record), origin))
    return Said(keys_of(record.values, record.account), origin, known)


def facts_in(record: Record) -> dict[str, Any]:
    """Return what a record says of the lead itself."""
    values = record.values.copy()
    for name in _BESIDE:
        values.pop(name, None)
    return values


def lead_origins(record: Record, values: Mapping[str, Any], origin: Origin) -> dict[str, Any]:
    """Return the origins of a lead that a record makes."""
    found = first_origins(values, record.coarse, origin)
    if "name" in record.account:
        stated = graded(origin, record.account["name"], is_coarse=False)
        if stated is not origin:
            found["company"] = list(stated)
    return found


def triple_of(lead: LeadDraft) -> Triple | None:
    """Return name, company and phone of a lead where it has all three."""
    company = lead.account.name_key
    return (lead.name_key, company, lead.phone_key) if lead.name_key and company and lead.phone_key else None


def origin_of(record: Record, system: str, rank: int) -> Origin:
    """Return where the statements of a record come from."""
    created, modified = record.values.get("created_at"), record.values.get("modified_at")
    return Origin(
        rank=rank,
        created=created.isoformat() if created else "",
        key=":".join(record.ids[0]) if record.ids else f"{system}:",
        modified=modified.isoformat() if modified else "",
    )


def graded(origin: Origin, value: Any, *, is_coarse: bool) -> Origin:
    """Return the origin of one value, with its precision."""
    precision = origins.precision_of(value, is_coarse=is_coarse)
    return origin if precision == origins.FULL else origin._replace(precision=precision)
