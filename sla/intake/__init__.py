"""The one door for facts: write them, then judge the lead again and let what follows happen."""

from sla.intake.door import (
    add_touch,
    close_deal,
    consent,
    create_lead,
    deal,
    edit,
    edit_account,
    learn,
    next_step,
)
from sla.intake.draining import drain, drain_lead

__all__ = [
    "add_touch",
    "close_deal",
    "consent",
    "create_lead",
    "deal",
    "drain",
    "drain_lead",
    "edit",
    "edit_account",
    "learn",
    "next_step",
]
