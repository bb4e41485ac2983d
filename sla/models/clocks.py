"""Clocks: timed commitments running on a lead or handoff, and their append-only log."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from leads.models import Lead, Team, User
from sla.choices import PARTS, Cause, ClockScope, ClockState
from sla.models.agreements import AgreementVersion, Commitment
from sla.models.handoffs import Handoff
from sla.models.querysets import ClockQuerySet, DisputeQuerySet


class Clock(models.Model):
    """One timed commitment at work; `next_at` is the only due index (warn, breach, rung, retry).

    Every clock names its lead, also one that runs on a handoff; one on the lead itself has no handoff.
    `due_on` is the due date in the calendar's own zone: the period in which the clock counts.
    """

    # The indexes below serve the questions asked; one more for every key would be written for nothing.
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=24)
    side = models.CharField(max_length=12)
    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, null=True, related_name="clocks")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, related_name="+")
    period_start = models.DateField(null=True)
    scope = models.CharField(max_length=8, choices=ClockScope.choices, default=ClockScope.LEAD)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    rep = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    calendar_key = models.SlugField(blank=True, db_index=False)
    calendar_revision = models.PositiveIntegerField(default=0)

    allowance = models.PositiveIntegerField(
        default=0, help_text="What was allowed when it started, in units."
    )
    unit = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=12, choices=ClockState.choices)
    seq = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    elapsed = models.DurationField(help_text="Business time kept at the last pause.")
    running_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    next_at = models.DateTimeField(null=True)
    next_step = models.PositiveSmallIntegerField(default=0)
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lateness = models.DurationField(null=True, help_text="Business time between due and met.")
    cause = models.CharField(max_length=20, choices=Cause.choices, blank=True)
    is_excused = models.BooleanField(default=False)
    is_history = models.BooleanField(default=False)
    error = models.TextField(blank=True)  # why the sweep set it aside until `next_at`
    attempts = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[ClockQuerySet] = ClockQuerySet.as_manager()  # type: ignore[assignment]  # a manager answers as its queryset

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(handoff__isnull=False) | Q(lead__isnull=False) | Q(period_start__isnull=False),
                name="clock_has_subject",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(due_at__gte=models.F("started_at")),
                name="clock_due_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(state="paused") | Q(due_at__isnull=True, ended_at__isnull=True),
                name="clock_paused_has_no_due",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(next_at__isnull=True), name="clock_ended_has_no_next"
            ),
            models.CheckConstraint(condition=Q(state__in=ClockState.values), name="clock_state_known"),
            models.UniqueConstraint(
                fields=["commitment", "handoff"],
                condition=Q(ended_at__isnull=True, scope="lead", handoff__isnull=False),
                name="clock_once_on_handoff",
            ),
            models.UniqueConstraint(
                fields=["commitment", "handoff", "rep"],
                condition=Q(ended_at__isnull=True, scope="person"),
                name="clock_once_of_person",
            ),
            models.UniqueConstraint(
                fields=["commitment", "lead"],
                condition=Q(ended_at__isnull=True, handoff__isnull=True, lead__isnull=False),
                name="clock_once_on_lead",
            ),
        )
        indexes = (
            models.Index(fields=["next_at", "id"], name="clock_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["rep", "due_at"], name="clock_of_rep", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["team", "due_at"], name="clock_of_team", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["lead"], name="clock_on_lead", condition=Q(ended_at__isnull=True)),
            models.Index(
                fields=["calendar_key", "id"], name="clock_by_calendar", condition=Q(ended_at__isnull=True)
            ),
            models.Index(fields=["commitment", "due_on"], name="clock_in_period"),
            models.Index(fields=["rep", "due_on"], name="clock_of_card", condition=Q(rep__isnull=False)),
            models.Index(
                fields=["rep", "handoff", "commitment"], name="clock_personal", condition=Q(scope="person")
            ),
            # Parts of days that are counted anew, see `sla.models.tallies`.
            models.Index(models.F("due_on"), models.F("lead") % models.Value(PARTS), name="clock_of_part"),
            models.Index(
                fields=["due_at"],
                name="clock_overdue",
                condition=Q(ended_at__isnull=True, breached_at__isnull=True),
            ),
            models.Index(
                fields=["breached_at"],
                name="clock_late",
                condition=Q(ended_at__isnull=True, breached_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} clock {self.pk}"


class ClockEvent(models.Model):
    """One line of a clock's log: when it happened and when it was noticed (append-only)."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    event = models.CharField(max_length=16)
    step = models.PositiveSmallIntegerField(null=True)
    happened_at = models.DateTimeField()
    noticed_at = models.DateTimeField()
    due_before = models.DateTimeField(null=True)
    due_after = models.DateTimeField(null=True)
    calendar_revision = models.PositiveIntegerField(default=0)
    actor_id = models.BigIntegerField(null=True)
    cause = models.CharField(max_length=20, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["clock", "seq"], name="clock_event_once"),)

    def __str__(self) -> str:
        return f"{self.event} of clock {self.clock_id}"


class ActionRow(models.Model):
    """A move that a clock or a date asks for, run afterwards by the sweep as an ordinary move."""

    key = models.CharField(max_length=120, unique=True)
    action = models.CharField(max_length=16)  # reassign, pool, expire, wake
    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=["due_at"], name="action_waiting", condition=Q(done_at__isnull=True)),)

    def __str__(self) -> str:
        return self.key


class Dispute(models.Model):
    """Why the blamed side says that a breach was not its own, and what the other side answered; once a clock.

    Who did what when also stands in the audit, and a granted one in the clock's log as `excused`.
    """

    clock = models.OneToOneField(Clock, on_delete=models.CASCADE, primary_key=True, related_name="dispute")
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    is_granted = models.BooleanField(null=True)
    note = models.TextField(blank=True)

    objects: ClassVar[DisputeQuerySet] = DisputeQuerySet.as_manager()  # type: ignore[assignment]  # a manager answers as its queryset

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, is_granted__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False, is_granted__isnull=False),
                name="dispute_answered_wholly",
            ),
        )
        indexes = (
            models.Index(fields=["asked_at"], name="dispute_waiting", condition=Q(answered_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"Dispute of clock {self.clock_id}"
