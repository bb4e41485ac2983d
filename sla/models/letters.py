"""The weekly letter to both sides, kept as it was written."""

from django.db import models

from sla.models.agreements import AgreementVersion


class AlignmentLetter(models.Model):
    """What both sides are told of one week; `facts` are codes and numbers, see `sla.letters`."""

    week_on = models.DateField(unique=True, help_text="Monday of the week that it tells of.")
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    facts = models.JSONField()

    def __str__(self) -> str:
        return f"Letter of {self.week_on}"
