"""What Sales must have recorded of a worked lead, one condition for each item."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.models import BantFact, Deal
from sla.choices import REFUSED_STATES, HandoffState
from sla.models import Handoff

REFUSED = [state.value for state in REFUSED_STATES]
CLOSED = (HandoffState.WON, HandoffState.LOST)
#: Amount and margin are owed on won deals only; a next step on leads still open.
TESTS = {
    "bant": Q(knows_budget=True, knows_authority=True, knows_need=True, knows_timing=True),
    "next_step": Q(is_ended=True) | Q(lead__next_step_on__isnull=False),
    "outcome": Q(is_ended=False) | Q(state__in=[*REFUSED, *CLOSED, HandoffState.CONVERTED]),
    "amount": ~Q(state=HandoffState.WON) | Q(has_amount=True),
    "margin": ~Q(state=HandoffState.WON) | Q(has_margin=True),
}
#: One letter for each item: what was recorded of a lead is counted as the letters of what is there.
CODES = {"b": "bant", "n": "next_step", "o": "outcome", "a": "amount", "m": "margin"}


def recorded(handoffs: QuerySet[Handoff]) -> QuerySet[Handoff]:
    """Add what the conditions ask of the lead."""
    for kind in ("budget", "authority", "need", "timing"):
        known = BantFact.objects.filter(lead=OuterRef("lead"), kind=kind)
        handoffs = handoffs.annotate(**{f"knows_{kind}": Exists(known)})
    won = Deal.objects.filter(lead=OuterRef("lead"), state="won", amount__isnull=False)
    return handoffs.annotate(has_amount=Exists(won), has_margin=Exists(won.filter(margin__isnull=False)))


def has_all(letters: str, record: tuple[str, ...]) -> bool:
    """Tell whether what is there, as letters, is all that must be."""
    there = {CODES[letter] for letter in letters}
    return there.issuperset(record)
