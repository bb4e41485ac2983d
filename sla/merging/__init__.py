"""Two records of one person: found by keys and near names, made one without losing history."""

from sla.merging.finding import Suspect, distinct, pair, suspects
from sla.merging.joining import AlreadyMerged, BothWithSales, MergeRefused, merge, survivor

__all__ = [
    "AlreadyMerged",
    "BothWithSales",
    "MergeRefused",
    "Suspect",
    "distinct",
    "merge",
    "pair",
    "survivor",
    "suspects",
]
