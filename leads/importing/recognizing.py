"""By what a record is recognized besides its ids, and which source its statements carry."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from leads import keys, origins
from leads.importing.drafts import LeadDraft
from leads.importing.records import Record
from leads.origins import Origin

Triple = tuple[str, str, str]
#: Many people of a file work at one company.
company_key = lru_cache(maxsize=20_000)(keys.company_key)


class Keys:
    """The normal forms of a record's name, company, address and number."""

    __slots__ = ("company", "email", "name", "phone")

    def __init__(self, values: Mapping[str, Any], account: Mapping[str, Any]) -> None:
        country = values.get("country") or account.get("country") or ""
        self.name = keys.name_key(values["name"]) if "name" in values else ""
        self.company = company_key(account["name"]) if "name" in account else ""
        self.email = keys.email_key(values["email"]) if "email" in values else ""
        self.phone = keys.phone_key(values["phone"], country) if "phone" in values else ""

    def triple(self) -> Triple | None:
        """Return name, company and phone where all three are told."""
        return (self.name, self.company, self.phone) if self.name and self.company and self.phone else None


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
