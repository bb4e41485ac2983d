"""Companies and what they bought."""

from django.db import models

from leads.choices import DealState
from leads.models.imports import ImportRun
from leads.models.people import User


class Account(models.Model):
    """One company; several leads of it form a buying committee."""

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200)
    domain = models.CharField(max_length=200, blank=True)
    industry = models.CharField(max_length=120, blank=True)
    employees = models.PositiveIntegerField(null=True)
    country = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=120, blank=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    attributes = models.JSONField(default=dict)
    origins = models.JSONField(default=dict, help_text="Which import said what, see `leads.origins`.")
    created_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["domain"], name="account_by_domain", condition=~models.Q(domain="")),
            models.Index(fields=["name_key"], name="account_by_name"),
        )

    def __str__(self) -> str:
        return self.name


class AccountExternalId(models.Model):
    """The name by which another system knows an account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="external_ids")
    system = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["system", "external_id"], name="account_external_id_once"),
        )

    def __str__(self) -> str:
        return f"{self.system}:{self.external_id}"


class Deal(models.Model):
    """One opportunity of an account; won or lost with amount and margin (share of the amount)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="deals")
    lead = models.ForeignKey("leads.Lead", on_delete=models.SET_NULL, null=True, related_name="deals")
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=DealState.choices, default=DealState.OPEN)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    margin = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    opened_at = models.DateTimeField(null=True)
    proposed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    is_elsewhere = models.BooleanField(default=False, help_text="Bought elsewhere: from somebody else.")
    system = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField()
    import_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["system", "external_id"],
                condition=~models.Q(external_id=""),
                name="deal_external_id_once",
            ),
            models.CheckConstraint(
                condition=models.Q(margin__isnull=True) | models.Q(margin__gte=-1, margin__lte=1),
                name="deal_margin_is_share",
            ),
        )
        indexes = (models.Index(fields=["closed_at"], name="deal_by_close"),)

    def __str__(self) -> str:
        return self.name or f"Deal {self.pk}"
