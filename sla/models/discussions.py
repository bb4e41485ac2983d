"""What both sides say about an agreement: comments on clauses, and reviews with their minutes."""

from django.db import models

from leads.models import User
from sla.choices import ReviewKind, ReviewOutcome
from sla.models.agreements import Agreement, AgreementVersion


class Comment(models.Model):
    """What a person says to one clause of a version; open until somebody settles it."""

    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="comments")
    clause = models.CharField(max_length=200, help_text="Anchor of the clause; blank for the whole text.")
    text = models.TextField(max_length=2000)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.clause}: {self.text[:40]}"


class Review(models.Model):
    """One review of an agreement that was held, with its agenda and minutes.

    A definition review that confirms the text names the next day of review and the hash of what both
    sides sign for it; it counts from the second signature on.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=12, choices=ReviewKind.choices)
    held_on = models.DateField()
    attendees = models.TextField(max_length=1000)
    minutes = models.TextField(max_length=10_000)
    agenda = models.JSONField(default=list, help_text="What the data asked about, as shown then.")
    outcome = models.CharField(max_length=12, choices=ReviewOutcome.choices, blank=True)
    next_due_on = models.DateField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["agreement", "kind", "held_on"], name="review_by_day"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.held_on}"
