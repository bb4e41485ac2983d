"""What the version in force says of each lead now: ready or not, since when, how good, until when."""

from sla.standings.dossiers import missing as dossier_missing
from sla.standings.freezing import facts_from_snapshot, freeze_at, frozen
from sla.standings.gathering import facts_of, scored
from sla.standings.judgement import Judged, Judgement, place
from sla.standings.judging import Explanation, due_rechecks, explain, hold, judge, judged_at, to_recheck

__all__ = [
    "Explanation",
    "Judged",
    "Judgement",
    "dossier_missing",
    "due_rechecks",
    "explain",
    "facts_from_snapshot",
    "facts_of",
    "freeze_at",
    "frozen",
    "hold",
    "judge",
    "judged_at",
    "place",
    "scored",
    "to_recheck",
]
