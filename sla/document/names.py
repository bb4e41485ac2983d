"""The word for each code of an agreement."""

from collections.abc import Mapping
from typing import Any

from sla.wording import gettext_noop

WORDS = {
    "marketing": gettext_noop("Marketing"),
    "sales": gettext_noop("Sales"),
    "referee": gettext_noop("Referee"),
    "both": gettext_noop("Both sides"),
    "nobody": gettext_noop("Nobody"),
    "prospect": gettext_noop("Prospect"),
    "readiness": gettext_noop("Sales-ready"),
    "qualification": gettext_noop("Qualified"),
    "month": gettext_noop("month"),
    "quarter": gettext_noop("quarter"),
    "hours_team": gettext_noop("the team"),
    "hours_rep": gettext_noop("the rep"),
    "notify_owner": gettext_noop("the owner is told"),
    "notify_manager": gettext_noop("the manager is told"),
    "reassign": gettext_noop("another rep gets the lead"),
    "pool": gettext_noop("the lead goes to the team's pool"),
    "reroute": gettext_noop("Another rep gets it"),
    "recycle": gettext_noop("Not now"),
    "disqualify": gettext_noop("Never"),
    "repair": gettext_noop("Marketing puts the data right"),
    "note": gettext_noop("a note"),
    "contact": gettext_noop("contact data"),
    "source": gettext_noop("the source"),
    "first_identified": gettext_noop("how it was first identified"),
    "touches": gettext_noop("what it was sent and did"),
    "score": gettext_noop("the score"),
    "consent": gettext_noop("consent"),
    "bant": gettext_noop("budget, authority, need and timing"),
    "next_step": gettext_noop("the next step"),
    "outcome": gettext_noop("the outcome"),
    "amount": gettext_noop("the amount"),
    "margin": gettext_noop("the margin"),
    "round_robin": gettext_noop("Reps take turns"),
    "weighted": gettext_noop("Reps take turns by their weight"),
    "shift_prefer": gettext_noop("People within their working hours come first."),
    "shift_only": gettext_noop("Only people within their working hours get leads."),
    "least_busy": gettext_noop("The rep with the fewest open leads"),
}
COMMITMENTS = {
    "decide": gettext_noop("Decide"),
    "first_touch": gettext_noop("First touch"),
    "persistence": gettext_noop("Persistence"),
    "qualify_or_return": gettext_noop("Qualify or return"),
    "upkeep": gettext_noop("Upkeep"),
    "hand_over": gettext_noop("Hand over"),
    "acknowledge": gettext_noop("Acknowledge"),
    "nurture": gettext_noop("First nurture touch"),
    "nurture_stale": gettext_noop("Nurture upkeep"),
    "answer": gettext_noop("Answer"),
    "repair": gettext_noop("Repair"),
    "rule": gettext_noop("Rule"),
    "feedback": gettext_noop("Feedback"),
    "records": gettext_noop("Records complete"),
    "volume": gettext_noop("Volume"),
    "quality": gettext_noop("Quality"),
    "readiness": gettext_noop("Readiness"),
    "close_rate": gettext_noop("Close rate"),
    "pipeline_review": gettext_noop("Pipeline review"),
    "definition_review": gettext_noop("Definition review"),
}


def commitment_name(kind: str, params: Mapping[str, Any]) -> str:
    """Return the name of a kind of commitment; the first touch that counts from the offer says so."""
    if kind == "first_touch" and params.get("from") == "offer":
        return gettext_noop("First touch after offer")
    return COMMITMENTS[kind]
