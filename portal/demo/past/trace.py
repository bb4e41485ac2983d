"""Touches as plain rows: there are tens of thousands of them."""

from datetime import datetime
from typing import NamedTuple


class Trace(NamedTuple):
    """A touch as it is written: the columns of its row."""

    id: int
    lead_id: int
    happened_at: datetime
    recorded_at: datetime
    side: str
    kind: str
    evidence: int
    reached: bool | None
    is_automatic: bool
    summary: str
    campaign: str
    actor_id: int | None
