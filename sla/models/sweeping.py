"""How far the sweep has come, and when it was not at work."""

from django.db import models


class SweepMark(models.Model):
    """The last regular sweep (one row); `clocks_at` is the moment up to which every clock was looked at."""

    name = models.CharField(max_length=40, primary_key=True)
    clocks_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    report = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class Outage(models.Model):
    """A stretch in which no sweep ran, written by the first one after it: nobody was warned meanwhile."""

    from_at = models.DateTimeField(unique=True)
    to_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(to_at__gt=models.F("from_at")), name="outage_lasts"),
        )

    def __str__(self) -> str:
        return f"Outage {self.pk}"
