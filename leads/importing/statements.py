"""Consent and BANT facts in a file: added where they say something new, as both are append-only."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models.functions import Coalesce

from leads.choices import BantKind, ConsentState
from leads.importing.drafts import LeadDraft
from leads.importing.records import Record
from leads.models import BantFact, Consent


class BantStatement(NamedTuple):
    kind: str
    amount: Decimal | None
    text: str
    on: date | None


class Statements:
    """What was stated of the leads of a chunk up to now."""

    def __init__(self, lead_ids: Sequence[int], *, has_consent: bool, has_bant: bool) -> None:
        self._consent: dict[tuple[int, str], str] = {}
        self._bant: dict[tuple[int, str], tuple[datetime, BantStatement]] = {}
        if has_consent and lead_ids:
            rows = Consent.objects.filter(lead_id__in=lead_ids).order_by(
                Coalesce("happened_at", "recorded_at"), "id"
            )
            for lead_id, channel, state in rows.values_list("lead_id", "channel", "state"):
                self._consent[lead_id, channel] = state
        if has_bant and lead_ids:
            facts = BantFact.objects.filter(lead_id__in=lead_ids).order_by("known_at", "id")
            for row in facts.values_list("lead_id", "known_at", "kind", "amount", "text", "on"):
                self._bant[row[0], row[2]] = row[1], BantStatement(*row[2:])

    def add(self, lead: LeadDraft, record: Record, known_at: datetime) -> bool:
        """Note what is new in a record; return whether anything is.

        A file that does not tell when consent was given never undoes a withdrawal.
        """
        before = len(lead.consent) + len(lead.bant)
        for channel, state in record.consent:
            held = self._consent.get((lead.id, channel))
            if state != held and held != ConsentState.WITHDRAWN:
                self._consent[lead.id, channel] = state
                lead.consent.append((channel, state))
        for kind, value in record.bant.items():
            statement = _statement(kind, value)
            since, last = self._bant.get((lead.id, kind), (None, None))
            if statement != last and (since is None or since <= known_at):
                self._bant[lead.id, kind] = known_at, statement
                lead.bant.append((statement, known_at))
        return before < len(lead.consent) + len(lead.bant)


def _statement(kind: str, value: Any) -> BantStatement:
    if kind == BantKind.BUDGET:
        return BantStatement(kind, value, "", None)
    if kind == BantKind.TIMING:
        return BantStatement(kind, None, "", value)
    return BantStatement(kind, None, value, None)
