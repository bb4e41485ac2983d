"""The tables of facts."""

from leads.models.accounts import Account, AccountExternalId, Deal
from leads.models.calendars import Calendar, CalendarRevision
from leads.models.imports import ImportReject, ImportRun
from leads.models.leads import (
    BantFact,
    Consent,
    DistinctPair,
    ErasedMark,
    ExternalId,
    FactChange,
    Lead,
    StageChange,
)
from leads.models.people import Absence, Company, Team, User
from leads.models.records import AuditEntry, OutboxMessage
from leads.models.touches import Touch

__all__ = [
    "Absence",
    "Account",
    "AccountExternalId",
    "AuditEntry",
    "BantFact",
    "Calendar",
    "CalendarRevision",
    "Company",
    "Consent",
    "Deal",
    "DistinctPair",
    "ErasedMark",
    "ExternalId",
    "FactChange",
    "ImportReject",
    "ImportRun",
    "Lead",
    "OutboxMessage",
    "StageChange",
    "Team",
    "Touch",
    "User",
]
