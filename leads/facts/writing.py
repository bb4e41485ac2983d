"""What every writer of facts does: check names, hold the row, apply what differs, log it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from leads import audit, keys, origins
from leads.models import Account, AccountExternalId, ExternalId, Lead, User

ACCOUNT_FACTS = frozenset(
    {"name", "domain", "industry", "employees", "country", "region", "city", "owner_id", "attributes"}
)
LEAD_FACTS = frozenset(
    {
        "account_id",
        "name",
        "title",
        "seniority",
        "email",
        "phone",
        "language",
        "country",
        "source",
        "campaign",
        "first_identified",
        "is_sales_generated",
        "attributes",
    }
)


class UnknownFact(ValueError):
    """A change names something that is no fact of an account or lead."""


class ChangedMeanwhile(ValueError):
    """Somebody changed the row since it was read."""


class DuplicateExternalId(ValueError):
    """Another lead or account goes by this id of the same system."""


def check(names: Iterable[str], known: frozenset[str]) -> None:
    strange = sorted(set(names) - known)
    if strange:
        raise UnknownFact(f"{', '.join(strange)}: no such fact.")


def hold(row: Account | Lead, names: frozenset[str] = frozenset()) -> None:
    """Lock a row until the transaction ends; raise ChangedMeanwhile unless these are as they were read.

    What an edit is merged into is taken as it is now: whoever else added to it keeps what they added.
    """
    there = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if any(getattr(there, name) != getattr(row, name) for name in names):
        raise ChangedMeanwhile
    row.attributes, row.origins = there.attributes, there.origins


def named(
    kind: type[ExternalId] | type[AccountExternalId], ids: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Return external ids as they are stored; raise DuplicateExternalId for one that is taken."""
    named = [(system, keys.external_id_key(system, value)) for system, value in ids]
    for system, value in named:
        if kind._default_manager.filter(system=system, external_id=value).exists():
            raise DuplicateExternalId
    return list(dict.fromkeys(named))


def apply(row: Account | Lead, changes: Mapping[str, Any], known: frozenset[str]) -> list[str]:
    """Set what differs, note that no file said it, and return the names of it."""
    check(changes, known)
    changed, told = [], []
    for name, value in changes.items():
        new = _merged(row.attributes, value) if name == "attributes" else value
        if getattr(row, name) != new:
            setattr(row, name, new)
            changed.append(name)
            told += [f"attributes.{key}" for key in value] if name == "attributes" else [name]
    if told:
        row.origins = origins.by_hand(
            row.origins, ["company" if name == "account_id" else name for name in told]
        )
    return changed


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**old, **new}.items() if value is not None}


def audit_edit(
    subject: str, subject_id: int, verb: str, names: Iterable[str], actor: User | None, now: datetime
) -> None:
    """Log which facts a person entered."""
    data = {"facts": sorted(names)}
    audit.by_person(subject=subject, subject_id=subject_id, verb=verb, actor=actor, at=now, data=data)
