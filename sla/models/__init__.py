"""The tables of judgements."""

from sla.models.agreements import Agreement, AgreementVersion, Commitment, Signature
from sla.models.clocks import ActionRow, Clock, ClockEvent
from sla.models.handoffs import Handoff, Question, Refusal, Snapshot, Standing, Verdict
from sla.models.sweeping import Outage, SweepMark

__all__ = [
    "ActionRow",
    "Agreement",
    "AgreementVersion",
    "Clock",
    "ClockEvent",
    "Commitment",
    "Handoff",
    "Outage",
    "Question",
    "Refusal",
    "Signature",
    "Snapshot",
    "Standing",
    "SweepMark",
    "Verdict",
]
