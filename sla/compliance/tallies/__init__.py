"""Counts by day, kept true: a period is the sum of its days, and what has changed since is counted anew.

`telling` what a count is made of · `cells` how parts of days are kept · `reading` the days of a question
· `keeping` brings them up to date.
"""

from sla.compliance.tallies.keeping import apart, behind, chunks, keep, locked
from sla.compliance.tallies.reading import Detail, read
from sla.compliance.tallies.telling import (
    CELL,
    NO_VERSION,
    NOTHING,
    TIME,
    UNDATED,
    Counting,
    Day,
    Place,
    Row,
    by_day,
    coarse,
    in_parts,
    middle,
    minutes,
    ninetieth,
    spread,
    total,
    versions_of,
)

__all__ = [
    "CELL",
    "NOTHING",
    "NO_VERSION",
    "TIME",
    "UNDATED",
    "Counting",
    "Day",
    "Detail",
    "Place",
    "Row",
    "apart",
    "behind",
    "by_day",
    "chunks",
    "coarse",
    "in_parts",
    "keep",
    "locked",
    "middle",
    "minutes",
    "ninetieth",
    "read",
    "spread",
    "total",
    "versions_of",
]
