"""Writing what is known about accounts and leads; every change leaves a mark for the judge."""

from leads.facts.accounts import create_account, update_account
from leads.facts.learned import learn_bant, record_consent, set_next_step
from leads.facts.people import DuplicateEmail, create_lead, update_lead
from leads.facts.writing import (
    ACCOUNT_FACTS,
    LEAD_FACTS,
    ChangedMeanwhile,
    DuplicateExternalId,
    UnknownFact,
)

__all__ = [
    "ACCOUNT_FACTS",
    "LEAD_FACTS",
    "ChangedMeanwhile",
    "DuplicateEmail",
    "DuplicateExternalId",
    "UnknownFact",
    "create_account",
    "create_lead",
    "learn_bant",
    "record_consent",
    "set_next_step",
    "update_account",
    "update_lead",
]
