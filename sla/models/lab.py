"""The lab: saved runs with what was asked and found, and frozen facts as the lab reads them."""

from django.db import models

from leads.models import User
from sla.choices import LabKind, LabState
from sla.models.agreements import Agreement, AgreementVersion


class LabRun(models.Model):
    """One run: a back-test, clocks under other terms, or promises against hours; kept with its draft.

    `result` names people and leads by id only, so that what is erased is not kept here. A run with a
    `reason` is a proposal: what declines for that reason ask to amend, with its back-test.
    """

    kind = models.CharField(max_length=12, choices=LabKind.choices)
    state = models.CharField(max_length=8, choices=LabState.choices, default=LabState.WAITING)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="+", db_index=False)
    version = models.ForeignKey(
        AgreementVersion,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="The draft this run is attached to.",
    )
    sha256 = models.CharField(max_length=64, blank=True, help_text="The draft's text as it was then.")
    asked = models.JSONField(default=dict)
    reason = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["agreement", "-created_at"], name="lab_run_newest"),
            models.Index(
                fields=["created_at"],
                name="lab_run_waiting",
                condition=models.Q(state__in=["waiting", "running"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class FrozenColumn(models.Model):
    """One column of the frozen facts of a span of handoffs, packed; made of snapshots, which never change.

    It may be thrown away at any time. Of what is emptied when a person is forgotten there is none.
    """

    span = models.PositiveBigIntegerField(help_text="Of so many ids of handoffs each, see `sla.lab.frozen`.")
    name = models.CharField(max_length=40)
    packed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["span", "name"], name="frozen_column_once"),)

    def __str__(self) -> str:
        return f"{self.name} of span {self.span}"
