"""Counts by day, kept true: a period is the sum of its days, and what has changed since is counted anew.

`telling` what a count is made of · `cells` how parts of days are kept · `reading` the days of a question
· `keeping` brings them up to date.
"""

from sla.compliance.tallies.keeping import apart, behind, keep
from sla.compliance.tallies.reading import read
from sla.compliance.tallies.telling import (
    UNDATED,
    Counting,
    Day,
    Place,
    Row,
    by_day,
    in_parts,
    middle,
    minutes,
    ninetieth,
    spread,
    total,
    versions_of,
)

__all__ = [
    "UNDATED",
    "Counting",
    "Day",
    "Place",
    "Row",
    "apart",
    "behind",
    "by_day",
    "in_parts",
    "keep",
    "middle",
    "minutes",
    "ninetieth",
    "read",
    "spread",
    "total",
    "versions_of",
]
