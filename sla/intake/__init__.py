"""The one door for facts: write them, then judge the lead again and let what follows happen."""

from leads.facts import (
    ACCOUNT_FACTS,
    LEAD_FACTS,
    ChangedMeanwhile,
    DuplicateEmail,
    DuplicateExternalId,
    UnknownFact,
)
from leads.touches import InvalidTouch, NewTouch, Written
from sla.intake.door import (
    add_touch,
    add_touches,
    close_deal,
    consent,
    create_account,
    create_lead,
    deal,
    edit,
    edit_account,
    learn,
    next_step,
    take_step,
)
from sla.intake.draining import drain, drain_lead, drain_leads
from sla.intake.people import add_absence, change_person, remove_absence, save_team
from sla.intake.valve import RETRY_REFUSED, held

__all__ = [
    "ACCOUNT_FACTS",
    "LEAD_FACTS",
    "RETRY_REFUSED",
    "ChangedMeanwhile",
    "DuplicateEmail",
    "DuplicateExternalId",
    "InvalidTouch",
    "NewTouch",
    "UnknownFact",
    "Written",
    "add_absence",
    "add_touch",
    "add_touches",
    "change_person",
    "close_deal",
    "consent",
    "create_account",
    "create_lead",
    "deal",
    "drain",
    "drain_lead",
    "drain_leads",
    "edit",
    "edit_account",
    "held",
    "learn",
    "next_step",
    "remove_absence",
    "save_team",
    "take_step",
]
