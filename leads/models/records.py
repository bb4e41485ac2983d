"""The log and the outbox; only `leads.audit` and `leads.outbox` write them."""

from django.db import models

from leads.models.leads import Lead
from leads.models.people import User


class AuditEntry(models.Model):
    """One act (append-only) of a person, a key, an import run or the ladder, chained by hash in its stream.

    Holds ids and codes only, never personal data, so that an erasure need not touch it.
    """

    stream = models.CharField(max_length=60)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["stream", "seq"], name="audit_seq_once"),)
        indexes = (models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),)

    def __str__(self) -> str:
        return f"{self.stream} {self.seq} {self.verb}"


class OutboxMessage(models.Model):
    """One effect that must reach the world, written in the transaction that caused it."""

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, related_name="+")
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    data = models.JSONField(default=dict)
    not_before = models.DateTimeField()
    created_at = models.DateTimeField()
    fanned_out_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["not_before"], name="outbox_waiting", condition=models.Q(fanned_out_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return self.key
