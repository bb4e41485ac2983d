"""What was counted by day and by account, so that nobody waits for a recount; see docs/decisions/060."""

from django.db import models

from sla.models.agreements import AgreementVersion


class TallyMark(models.Model):
    """A part of a day that has to be counted anew, written by triggers with the change itself.

    Clocks name the day they fall due, offers, ends and leads a moment; both null: history without a date.
    `part` is the lead's id modulo PARTS: one change has a small part of a day counted again.
    New leads may be told by their ids instead, from `first_lead` to `last_lead`: then the parts of days in
    which these stand are meant.
    """

    book = models.CharField(max_length=8)
    day = models.DateField(null=True)
    at = models.DateTimeField(null=True)
    part = models.SmallIntegerField()
    first_lead = models.BigIntegerField(null=True)
    last_lead = models.BigIntegerField(null=True)

    class Meta:
        indexes = (models.Index(fields=["book", "id"], name="tally_mark_of_book"),)

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


#: What names the sums there are once.
_ONCE = ["book", "grain", "team", "source", "tier", "day", "version"]


class _Sums(models.Model):
    """The counts under one version: of everything, of one team, source or tier, or of one of each.

    `grain` says which; what it leaves open is blank. `times` counts whole minutes by name.
    Version 0 is none: no version judges the ways of leads.
    """

    book = models.CharField(max_length=8)
    grain = models.CharField(max_length=8)
    team = models.BigIntegerField(default=0)
    source = models.CharField(max_length=120, blank=True)
    tier = models.CharField(max_length=24, blank=True)
    day = models.DateField()
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    counts = models.JSONField()
    times = models.JSONField()

    class Meta:
        abstract = True


class TallyDay(_Sums):
    """The counts of one day."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=_ONCE, name="tally_day_once"),)

    def __str__(self) -> str:
        return f"{self.book} of {self.day}, {self.grain}"


class TallyMonth(_Sums):
    """The days of a calendar month added up, by its first day, in every grain but the finest.

    How long things took is seldom asked of a day, and has many different values.
    """

    class Meta:
        constraints = (models.UniqueConstraint(fields=_ONCE, name="tally_month_once"),)

    def __str__(self) -> str:
        return f"{self.book} of {self.day:%Y-%m}, {self.grain}"


class TallyState(models.Model):
    """How often a book was brought up to date, and the zone in which its days begin; locked meanwhile."""

    book = models.CharField(max_length=8, primary_key=True)
    revision = models.PositiveBigIntegerField(default=0)
    zone = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.book} {self.revision}"


class AccountMark(models.Model):
    """An account that has to be told anew, written by triggers with the change itself."""

    account = models.BigIntegerField()

    def __str__(self) -> str:
        return f"account {self.account}"


class TallyAccount(models.Model):
    """What one version's first offers to an account came to: of all, or of one team, source or tier.

    `worked_at` is the first offer that Sales followed up, null: none. `amount` and `earned` (amount times
    margin) are of won deals in `currency` of which both are known. An account that bought in several
    currencies has a row for each, of which one is counted.
    """

    account = models.BigIntegerField(db_index=True)
    version = models.BigIntegerField()
    grain = models.CharField(max_length=8)
    team = models.BigIntegerField(default=0)
    source = models.CharField(max_length=120, blank=True)
    tier = models.CharField(max_length=24, blank=True)
    first_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)
    is_won = models.BooleanField()
    is_elsewhere = models.BooleanField()
    is_counted = models.BooleanField(default=True)
    currency = models.CharField(max_length=3, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    earned = models.DecimalField(max_digits=24, decimal_places=6)

    class Meta:
        # All that a question asks for, so that it reads nothing but these indexes.
        indexes = (
            models.Index(
                fields=[
                    *("version", "grain", "team", "source", "tier", "first_at"),
                    *("worked_at", "is_won", "is_elsewhere", "account"),
                ],
                condition=models.Q(is_counted=True),
                name="tally_account_counted",
            ),
            models.Index(
                fields=[
                    *("version", "grain", "team", "source", "tier", "first_at"),
                    *("worked_at", "currency", "amount", "earned", "account"),
                ],
                condition=models.Q(is_won=True),
                name="tally_account_bought",
            ),
        )

    def __str__(self) -> str:
        return f"account {self.account} under version {self.version}, {self.grain}"


class TallyRegret(models.Model):
    """A lead that bought after Sales refused it: the refusal, and the deal."""

    account = models.BigIntegerField(db_index=True)
    lead = models.BigIntegerField()
    handoff = models.BigIntegerField()
    deal = models.BigIntegerField()
    offered_at = models.DateTimeField(null=True)
    version = models.BigIntegerField()
    team = models.BigIntegerField()
    source = models.CharField(max_length=120, blank=True)
    tier = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        indexes = (models.Index(fields=["offered_at"], name="tally_regret_by_offer"),)

    def __str__(self) -> str:
        return f"lead {self.lead} refused, and bought later"
