"""Leads, the names other systems have for them, and what is known about them."""

from typing import ClassVar

from django.db import models

from leads.choices import PARTS, BantKind, ConsentChannel, ConsentState, Stage
from leads.models.accounts import Account
from leads.models.imports import ImportRun
from leads.models.people import Team, User
from leads.models.querysets import LeadQuerySet


class Lead(models.Model):
    """One person at an account, with the facts Marketing and Sales know."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="leads")
    name = models.CharField(max_length=200, blank=True)
    name_key = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    seniority = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=254, blank=True, help_text="As it came, valid or not.")
    email_key = models.CharField(
        max_length=254, blank=True, help_text="Normalized; blank when not a valid address."
    )
    phone = models.CharField(max_length=60, blank=True)
    phone_key = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=120, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    first_identified = models.CharField(
        max_length=200, blank=True, help_text="How this person was first known."
    )
    is_sales_generated = models.BooleanField(default=False)
    attributes = models.JSONField(default=dict)
    origins = models.JSONField(default=dict, help_text="Which import said what, see `leads.origins`.")
    search_text = models.CharField(max_length=600, blank=True)

    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.INQUIRY)
    stage_since = models.DateTimeField(null=True)
    stage_seq = models.PositiveIntegerField(default=0)
    # Found by the partial indexes below: a second index of each would only slow writing.
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    next_step_on = models.DateField(null=True)
    next_step = models.CharField(max_length=200, blank=True)

    created_at = models.DateTimeField(null=True, help_text="When the person was first known; null: unknown.")
    recorded_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    erased_at = models.DateTimeField(null=True, help_text="Nothing personal is left; ids and counts stay.")
    # The run is written with its rows, in one transaction: to look it up for each would only slow that.
    import_run = models.ForeignKey(
        ImportRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )

    objects: ClassVar[LeadQuerySet] = LeadQuerySet.as_manager()  # type: ignore[assignment]  # a manager answers as its queryset

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["email_key"],
                condition=~models.Q(email_key="") & models.Q(merged_into__isnull=True),
                name="lead_email_once",
            ),
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="lead_stage_known"),
        )
        indexes = (
            models.Index(fields=["phone_key"], name="lead_by_phone", condition=~models.Q(phone_key="")),
            models.Index(fields=["name_key"], name="lead_by_name", condition=~models.Q(name_key="")),
            # By team as well: whose leads are all their team's is seen without looking at these leads.
            models.Index(
                fields=["owner", "team", "stage"],
                name="lead_by_owner_and_team",
                condition=models.Q(owner__isnull=False),
            ),
            # Says also who is alive: among leads known by id the team's are found without looking at them.
            models.Index(
                fields=["team", "id"],
                name="lead_by_team_and_id",
                condition=models.Q(team__isnull=False, merged_into__isnull=True, erased_at__isnull=True),
            ),
            models.Index(
                fields=["team", "stage"],
                name="lead_in_pool",
                condition=models.Q(team__isnull=False, owner__isnull=True),
            ),
            models.Index(
                fields=["merged_into"], name="lead_merged", condition=models.Q(merged_into__isnull=False)
            ),
            models.Index(fields=["stage", "id"], name="lead_by_stage_and_id"),
            models.Index(fields=["source", "id"], name="lead_by_source_and_id"),
            # Parts of the days on which leads were first seen, counted anew when one of them changes.
            models.Index(models.F("id") % models.Value(PARTS), models.F("created_at"), name="lead_of_part"),
        )

    def __str__(self) -> str:
        return self.name or self.email or f"Lead {self.pk}"


class DistinctPair(models.Model):
    """Two leads that look alike and are two people, as somebody said; the lower id stands first."""

    first = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="+")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["first", "second"], name="distinct_pair_once"),)

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"


class ExternalId(models.Model):
    """The name by which another system knows a lead; each alone identifies it."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="external_ids")
    system = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    row_digest = models.BigIntegerField(
        null=True, help_text="Of the row last imported under this id: the same again changes nothing."
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=["system", "external_id"], name="external_id_once"),)

    def __str__(self) -> str:
        return f"{self.system}:{self.external_id}"


class ErasedMark(models.Model):
    """Keyed hash of something by which an erased person was known; kept while an older file waits."""

    digest = models.CharField(max_length=64)
    erased_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["erased_at"], name="erased_mark_in_order"),)

    def __str__(self) -> str:
        return f"somebody erased at {self.erased_at}"


class BantFact(models.Model):
    """What became known of budget, authority, need or timing; the newest of a kind holds, none is changed."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="bant_facts", db_index=False)
    kind = models.CharField(max_length=12, choices=BantKind.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    text = models.CharField(max_length=200, blank=True, help_text="Role met, need named, or a note.")
    on = models.DateField(null=True, help_text="Timing: when it must run.")
    known_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=80, blank=True)
    import_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["lead", "kind", "-known_at"], name="bant_newest"),)

    def __str__(self) -> str:
        return f"{self.kind} of lead {self.lead_id}"


class Consent(models.Model):
    """Consent given or withdrawn on a channel; the newest of a channel holds, none is changed."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="consents", db_index=False)
    channel = models.CharField(max_length=8, choices=ConsentChannel.choices)
    state = models.CharField(max_length=12, choices=ConsentState.choices)
    happened_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=120, blank=True)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    import_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["lead", "channel", "-id"], name="consent_newest"),)

    def __str__(self) -> str:
        return f"{self.channel} {self.state} by lead {self.lead_id}"


class StageChange(models.Model):
    """One step of a lead from stage to stage (append-only)."""

    # Found by its unique lead and number.
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="stage_changes", db_index=False)
    seq = models.PositiveIntegerField()
    from_stage = models.CharField(max_length=16, blank=True)
    to_stage = models.CharField(max_length=16, choices=Stage.choices)
    happened_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    cause = models.CharField(max_length=40, help_text="The move, `history` for imported stages.")
    import_run = models.ForeignKey(
        ImportRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=["lead", "seq"], name="stage_change_once"),)

    def __str__(self) -> str:
        return f"{self.from_stage or '–'} → {self.to_stage}"


class FactChange(models.Model):
    """Mark that a lead's facts changed and wait to be judged; deleted by the drain."""

    # Written in the transaction of the lead's facts; one left behind is cleared like any other.
    lead = models.OneToOneField(
        Lead, on_delete=models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    since = models.DateTimeField(help_text="Earliest moment at which a changed fact became true.")
    is_history = models.BooleanField(
        default=False, help_text="Only imported history changed: judge without notices."
    )
    marks = models.PositiveIntegerField(
        default=1, help_text="Raised by each change; the drain deletes what it saw."
    )
    # Counted beside the others, so that a writer who knows nothing of them still tells of a change.
    renewals = models.PositiveIntegerField(
        default=0,
        db_default=0,
        help_text="How many of the marks tell of a new agreement and of no changed fact.",
    )
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often judging it failed.")
    retry_at = models.DateTimeField(null=True, help_text="Set aside until then; a new change takes it up.")
    error = models.TextField(blank=True)

    class Meta:
        # A new version marks every lead at one moment: in the order of both none of them is sorted.
        indexes = (models.Index(fields=["since", "lead"], name="fact_change_in_order"),)

    def __str__(self) -> str:
        return f"lead {self.lead_id} since {self.since}"
