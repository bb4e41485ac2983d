"""The shapes of handoffs and clocks, and what each move must be told."""

from typing import Any

from rest_framework import serializers

from portal.api.shapes.values import Currency, Day, Document, Money, Number, Ref, Seconds, Text
from sla.choices import Quality, ReopenReason, Ruling, WithdrawReason
from sla.models import Clock, ClockEvent, Dispute, Handoff, Question, Refusal, Snapshot, Verdict

#: Longest note, question or answer.
WORDS = 2000


class RefusalShape(serializers.ModelSerializer[Refusal]):
    class Meta:
        model = Refusal
        fields = (
            "note", "right_contact", "track", "wake_at", "wake_trigger", "woken_at", "mismatch",
            "acknowledged_at", "repaired_at", "contested_at", "contest_note", "ruled_at", "ruling",
        )  # fmt: skip


class QuestionShape(serializers.ModelSerializer[Question]):
    class Meta:
        model = Question
        fields = ("text", "asked_at", "answer", "answered_at")


class HandoffShape(serializers.ModelSerializer[Handoff]):
    lead = serializers.IntegerField(source="lead_id")
    version = serializers.IntegerField(source="version_id")
    rep = Ref(allow_null=True)
    team = Ref()
    decided_by = Ref(allow_null=True)

    class Meta:
        model = Handoff
        fields = (
            "id", "lead", "leg", "cycle", "hop", "version", "state", "rep", "team", "tier", "grid",
            "ready_at", "offered_at", "expires_at", "decided_at", "decided_by", "accepted_at",
            "qualified_at", "converted_at", "closed_at", "ended_at", "is_ended", "reason_code",
            "reason_side", "disposition", "quality", "quality_at", "exception", "undo_until", "is_history",
        )  # fmt: skip


class SnapshotShape(serializers.ModelSerializer[Snapshot]):
    class Meta:
        model = Snapshot
        fields = (
            "taken_at", "industry", "employees", "country", "region", "city", "language", "title",
            "seniority", "source", "campaign", "consent", "budget", "budget_currency", "met_role", "need",
            "timing_on", "fit", "level", "attributes", "is_complete", "missing",
        )  # fmt: skip


class VerdictShape(serializers.ModelSerializer[Verdict]):
    class Meta:
        model = Verdict
        fields = ("value", "leaves")


class HandoffDetail(HandoffShape):
    """A handoff with who was considered, the facts frozen at the offer, and how the gate judged them."""

    trace = Document()
    snapshot = SnapshotShape(allow_null=True)
    verdict = VerdictShape(allow_null=True)
    refusal = RefusalShape(allow_null=True)
    question = QuestionShape(allow_null=True)

    class Meta(HandoffShape.Meta):
        fields = (*HandoffShape.Meta.fields, "trace", "snapshot", "verdict", "refusal", "question")


class ClockShape(serializers.ModelSerializer[Clock]):
    lead = serializers.IntegerField(source="lead_id")
    handoff = serializers.IntegerField(source="handoff_id", allow_null=True)
    commitment = serializers.CharField(source="commitment.code")
    elapsed_s = Seconds(source="elapsed")
    lateness_s = Seconds(source="lateness", allow_null=True)

    class Meta:
        model = Clock
        fields = (
            "id", "lead", "handoff", "commitment", "kind", "side", "scope", "state", "started_at",
            "allowance", "unit", "elapsed_s", "due_at", "due_on", "warned_at", "breached_at", "ended_at",
            "lateness_s", "cause", "is_excused", "is_history", "calendar_key", "calendar_revision",
        )  # fmt: skip


class ClockEventShape(serializers.ModelSerializer[ClockEvent]):
    class Meta:
        model = ClockEvent
        fields = ("seq", "event", "step", "happened_at", "noticed_at", "due_before", "due_after", "cause")


class SpanShape(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="running, paused or closed")
    from_at = serializers.DateTimeField()
    to_at = serializers.DateTimeField()


class ReplayShape(serializers.Serializer[Any]):
    """Why a clock is due when it is: its log, and every stretch of its life."""

    clock = ClockShape()
    log = ClockEventShape(many=True)
    spans = SpanShape(many=True)


class DisputeShape(serializers.ModelSerializer[Dispute]):
    clock = serializers.IntegerField(source="clock_id")
    asked_by = Ref()
    answered_by = Ref(allow_null=True)

    class Meta:
        model = Dispute
        fields = (
            "clock", "reason", "asked_at", "asked_by", "answered_at", "answered_by", "is_granted", "note",
        )  # fmt: skip


# --- what a move must be told


class Nothing(serializers.Serializer[Any]):
    """This move needs no word."""


class Refused(serializers.Serializer[Any]):
    """Why, and what the reason asks for."""

    reason = serializers.CharField(max_length=40, help_text="A code of the agreement.")
    not_now = serializers.BooleanField(required=False, help_text="Switches between not now and never.")
    wake_on = Day(required=False)
    wake_trigger = Text(200, help_text="`side.kind` of the touches to wait for, with a space between.")
    track = Text(40)
    note = Text(WORDS)
    right_contact = Text(200)


class Said(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=WORDS)


class Noted(serializers.Serializer[Any]):
    note = Text(WORDS)


class Contested(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=WORDS)


class Disputed(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=WORDS, help_text="Why the breach should not count.")


class DisputeAnswered(serializers.Serializer[Any]):
    is_granted = serializers.BooleanField(help_text="Granted, the breach counts as an exception.")
    note = Text(WORDS, help_text="Needed to refuse.")


class Stepped(serializers.Serializer[Any]):
    number = Number(help_text="Of the next step of the track, from 1.")


class Passed(serializers.Serializer[Any]):
    to = Number(required=False, help_text="A rep; without one whoever is next in turn.")
    reason = Text(40)


class Given(serializers.Serializer[Any]):
    to = Number(help_text="A rep of the team.")


class Withdrawn(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=WithdrawReason.choices)
    note = Text(WORDS)


class Qualified(serializers.Serializer[Any]):
    exception = Text(200, help_text="Why it counts although a criterion is not met.")


class Won(serializers.Serializer[Any]):
    amount = Money(required=False)
    currency = Currency(required=False)
    margin = serializers.DecimalField(
        max_digits=5, decimal_places=4, min_value=-1, max_value=1, required=False, help_text="Of the amount."
    )


class Lost(serializers.Serializer[Any]):
    reason = Text(40)


class Acknowledged(serializers.Serializer[Any]):
    track = Text(40)


class Ruled(serializers.Serializer[Any]):
    ruling = serializers.ChoiceField(choices=Ruling.choices)
    note = Text(WORDS)


class Rated(serializers.Serializer[Any]):
    quality = serializers.ChoiceField(
        choices=Quality.choices, allow_blank=True, help_text="Blank takes the verdict back."
    )


class Offered(serializers.Serializer[Any]):
    lead = Number()
    leg = serializers.IntegerField(min_value=1, max_value=2, default=1)
    to = Number(required=False, help_text="A rep; without one routing decides.")


class Reopened(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=ReopenReason.choices)
