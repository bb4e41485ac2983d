"""What was counted by day, so that a period is a sum of its days; see docs/decisions/060."""

from django.db import models

from sla.models.agreements import AgreementVersion


class TallyMark(models.Model):
    """A part of a day that has to be counted anew, written by triggers with the change itself.

    Clocks name the day they fall due, offers the moment they were made; both null: history without a date.
    `part` is the lead's id modulo PARTS: one change has a small part of a day counted again.
    """

    book = models.CharField(max_length=8)
    day = models.DateField(null=True)
    at = models.DateTimeField(null=True)
    part = models.SmallIntegerField()

    def __str__(self) -> str:
        return f"{self.book} of {self.day or self.at}, part {self.part}"


class TallyPart(models.Model):
    """What one part of a day was counted as, by cell: taken off the sums again when it is counted anew."""

    book = models.CharField(max_length=8)
    day = models.DateField()
    part = models.SmallIntegerField()
    cells = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["book", "day", "part"], name="tally_part_once"),)

    def __str__(self) -> str:
        return f"{self.book} of {self.day}, part {self.part}"


class TallyDay(models.Model):
    """The counts of one day and version: of everything, of one team, source or tier, or of one of each.

    `grain` says which; what it leaves open is blank. `times` counts whole minutes by name.
    """

    book = models.CharField(max_length=8)
    grain = models.CharField(max_length=8)
    team = models.BigIntegerField(default=0)
    source = models.CharField(max_length=120, blank=True)
    tier = models.CharField(max_length=24, blank=True)
    day = models.DateField()
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    counts = models.JSONField()
    times = models.JSONField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["book", "grain", "team", "source", "tier", "day", "version"], name="tally_day_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.book} of {self.day}, {self.grain}"


class TallyState(models.Model):
    """How often a book was brought up to date, and the zone in which its days begin; locked meanwhile."""

    book = models.CharField(max_length=8, primary_key=True)
    revision = models.PositiveBigIntegerField(default=0)
    zone = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.book} {self.revision}"
