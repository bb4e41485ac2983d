"""Signs of life of the queue, and notices to people."""

from django.db import models

from leads.models import OutboxMessage, User


class Heartbeat(models.Model):
    """When the queue last carried a message from beat through broker and worker to this row."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """One in-app notice for one person, fanned out from the outbox."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="+", db_index=False)
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message", "recipient"], name="notice_once"),)
        indexes = (models.Index(fields=["recipient", "-created_at"], name="notice_of_person"),)

    def __str__(self) -> str:
        return f"Notice {self.pk} for {self.recipient_id}"
