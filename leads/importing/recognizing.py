"""By what a record is recognized besides its ids, and which source its statements carry."""

from typing import Any

from leads import keys, origins
from leads.importing.drafts import LeadDraft
from leads.importing.records import Record
from leads.origins import Origin

Triple = tuple[str, str, str]


class Keys:
    """The normal forms of a record's name, company, address and number."""

    __slots__ = ("company", "email", "name", "phone")

    def __init__(self, values: dict[str, Any]) -> None:
        country = values.get("country") or values.get("company_country") or ""
        self.name = keys.name_key(values["name"]) if "name" in values else ""
        self.company = keys.company_key(values["company"]) if "company" in values else ""
        self.email = keys.email_key(values["email"]) if "email" in values else ""
        self.phone = keys.phone_key(values["phone"], country) if "phone" in values else ""

    def triple(self) -> Triple | None:
        """Return name, company and phone where all three are told."""
        return (self.name, self.company, self.phone) if self.name and self.company and self.phone else None


def triple_of(lead: LeadDraft) -> Triple | None:
    """Return name, company and phone of a lead where it has all three."""
    triple = lead.name_key, keys.company_key(lead.account.name), lead.phone_key
    return triple if all(triple) else None


def origin_of(record: Record, system: str, rank: int) -> Origin:
    """Return where the statements of a record come from."""
    created, modified = record.values.get("created_at"), record.values.get("modified_at")
    return Origin(
        rank=rank,
        created=created.isoformat() if created else "",
        key=":".join(record.ids[0]) if record.ids else f"{system}:",
        modified=modified.isoformat() if modified else "",
    )


def graded(origin: Origin, name: str, value: Any, record: Record) -> Origin:
    """Return the origin of one value of a record, with its precision."""
    precision = origins.precision_of(value, is_coarse=name in record.coarse)
    return origin if precision == origins.FULL else origin._replace(precision=precision)
