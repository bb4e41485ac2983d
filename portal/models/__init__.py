"""What only the pages and their machinery need to remember."""

from portal.models.delivery import Delivery, Endpoint, Feed, NoticeChoice, PasswordRequest
from portal.models.imports import ImportJob, SavedMapping
from portal.models.keys import ApiKey, IdempotentCall, IncomingEvent, IntakeSource, Scope
from portal.models.notices import Heartbeat, Notice
from portal.models.views import SavedView

__all__ = [
    "ApiKey",
    "Delivery",
    "Endpoint",
    "Feed",
    "Heartbeat",
    "IdempotentCall",
    "ImportJob",
    "IncomingEvent",
    "IntakeSource",
    "Notice",
    "NoticeChoice",
    "PasswordRequest",
    "SavedMapping",
    "SavedView",
    "Scope",
]
