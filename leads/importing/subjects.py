"""Finding the lead that a row of touches, handoffs or deals speaks of."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from leads.importing import lookups
from leads.importing.recognizing import keys_of
from leads.importing.records import Record, Rejected

Found = int | Rejected


def find(records: Sequence[Record]) -> list[Found]:
    """Return the lead of each record, by an id or by its address, or why there is none."""
    known = lookups.by_external_id({key for record in records for key in record.lead_ids})
    emails = [keys_of(record.lead, {}).email for record in records]
    by_email = lookups.by_email(set(emails) - {""})
    found: list[Found] = []
    for record, email in zip(records, emails, strict=True):
        ids = {known[key].lead_id for key in record.lead_ids if key in known}
        ids = ids or ({by_email[email]} if email in by_email else set())
        found.append(_one(ids, record))
    return found


def _one(ids: set[int], record: Record) -> Found:
    if len(ids) == 1:
        return ids.pop()
    if ids:
        return Rejected(_("Its ids belong to different leads: merge these first."))
    named = ", ".join([*(text for _system, text in record.lead_ids), *map(str, record.lead.values())])
    if not named:
        return Rejected(_("The row names no lead."))
    return Rejected(_("There is no lead “%s”; import the leads first.") % named)
