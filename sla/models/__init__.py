"""The tables of judgements."""

from sla.models.agreements import Agreement, AgreementVersion, Commitment, Signature
from sla.models.clocks import ActionRow, Clock, ClockEvent, Dispute
from sla.models.discussions import Comment, Review
from sla.models.handoffs import Handoff, NurtureStep, Question, Refusal
from sla.models.judgements import Snapshot, Standing, Verdict
from sla.models.lab import FrozenColumn, LabRun
from sla.models.letters import AlignmentLetter
from sla.models.sweeping import Outage, SweepMark
from sla.models.tallies import (
    AccountMark,
    TallyAccount,
    TallyDay,
    TallyMark,
    TallyMonth,
    TallyPart,
    TallyRegret,
    TallyState,
)

__all__ = [
    "AccountMark",
    "ActionRow",
    "Agreement",
    "AgreementVersion",
    "AlignmentLetter",
    "Clock",
    "ClockEvent",
    "Comment",
    "Commitment",
    "Dispute",
    "FrozenColumn",
    "Handoff",
    "LabRun",
    "NurtureStep",
    "Outage",
    "Question",
    "Refusal",
    "Review",
    "Signature",
    "Snapshot",
    "Standing",
    "SweepMark",
    "TallyAccount",
    "TallyDay",
    "TallyMark",
    "TallyMonth",
    "TallyPart",
    "TallyRegret",
    "TallyState",
    "Verdict",
]
