"""The shapes of leads, accounts and what is known of them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from leads.choices import BantKind, ConsentChannel, ConsentState, DealState, TouchKind, TouchSide
from leads.models import Account, BantFact, Consent, Deal, ExternalId, Lead, Touch
from portal.api.shapes.values import (
    Attributes,
    Currency,
    Day,
    Document,
    EvidenceField,
    Listed,
    Moment,
    Money,
    Number,
    Ref,
    Text,
)
from sla.models import Clock, Handoff, Standing

DEAL_OF_WHOM = _("A deal belongs to a lead or to an account.")
LEAD_TEXTS = (
    "name", "title", "seniority", "email", "phone", "language", "country", "source", "campaign",
    "first_identified",
)  # fmt: skip
ACCOUNT_TEXTS = ("domain", "industry", "country", "region", "city")


def _texts(model: Any, names: tuple[str, ...]) -> dict[str, Text]:
    return {name: Text(model._meta.get_field(name).max_length) for name in names}


class ExternalIdShape(serializers.ModelSerializer[ExternalId]):
    class Meta:
        model = ExternalId
        fields = ("system", "external_id")
        # What makes one of them unique is the writer's business.
        validators: tuple[Any, ...] = ()


_LeadTexts: Any = type("_LeadTexts", (serializers.Serializer,), _texts(Lead, LEAD_TEXTS))
_AccountTexts: Any = type("_AccountTexts", (serializers.Serializer,), _texts(Account, ACCOUNT_TEXTS))


class LeadIn(_LeadTexts):
    """Facts of a lead, all of them optional."""

    is_sales_generated = serializers.BooleanField(required=False)
    attributes = Attributes(required=False)


class NewLead(LeadIn):
    """A lead to be created at an account."""

    account = Number()
    external_ids = ExternalIdShape(many=True, required=False)
    created_at = Moment(required=False, help_text="When the person was first known.")


class AccountIn(_AccountTexts):
    """Facts of an account."""

    name = serializers.CharField(max_length=200, required=False)
    employees = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True)
    attributes = Attributes(required=False)


class NewAccount(AccountIn):
    """An account to be created."""

    name = serializers.CharField(max_length=200)
    external_ids = ExternalIdShape(many=True, required=False)


class AccountShape(serializers.ModelSerializer[Account]):
    owner = Ref(allow_null=True)
    attributes = Attributes()

    class Meta:
        model = Account
        fields = ("id", "name", *ACCOUNT_TEXTS, "employees", "attributes", "owner", "created_at")


class LeadShape(Listed, serializers.ModelSerializer[Lead]):
    account = Ref()
    owner = Ref(allow_null=True)
    team = serializers.IntegerField(source="team_id", allow_null=True)

    class Meta:
        model = Lead
        fields = (
            "id", *LEAD_TEXTS, "is_sales_generated", "account", "owner", "team", "stage", "stage_since",
            "next_step", "next_step_on", "created_at", "recorded_at",
        )  # fmt: skip


class StandingShape(Listed, serializers.ModelSerializer[Standing]):
    class Meta:
        model = Standing
        fields = ("is_ready", "ready_since", "fit", "grid", "tier", "held_because", "judged_at")


class BriefHandoff(Listed, serializers.ModelSerializer[Handoff]):
    class Meta:
        model = Handoff
        fields = ("id", "state", "leg", "cycle", "hop", "tier", "grid", "offered_at", "expires_at")


class BriefClock(Listed, serializers.ModelSerializer[Clock]):
    class Meta:
        model = Clock
        fields = ("id", "kind", "side", "state", "due_at", "warned_at", "breached_at")


class LeadRowShape(serializers.Serializer[Any]):
    """A lead and how it stands: the verdict in force, its open handoff, the clock that is due next."""

    lead = LeadShape()
    standing = StandingShape(allow_null=True)
    handoff = BriefHandoff(allow_null=True)
    clock = BriefClock(allow_null=True)


class BantIn(serializers.Serializer[Any]):
    """What became known: budget has an amount, authority and need a text, timing a day."""

    kind = serializers.ChoiceField(choices=BantKind.choices)
    known_at = Moment(required=False)
    amount = Money(required=False)
    currency = Currency(required=False)
    text = Text(200)
    on = Day(required=False)
    source = Text(80)


class BantShape(serializers.ModelSerializer[BantFact]):
    class Meta:
        model = BantFact
        fields = ("id", "kind", "amount", "currency", "text", "on", "known_at", "source")


class ConsentIn(serializers.Serializer[Any]):
    channel = serializers.ChoiceField(choices=ConsentChannel.choices)
    state = serializers.ChoiceField(choices=ConsentState.choices)
    happened_at = Moment(required=False)
    source = Text(120)


class ConsentShape(serializers.ModelSerializer[Consent]):
    class Meta:
        model = Consent
        fields = ("id", "channel", "state", "happened_at", "recorded_at", "source")


class NextStep(serializers.Serializer[Any]):
    step = serializers.CharField(max_length=200)
    on = Day(allow_null=True)


class TouchIn(serializers.Serializer[Any]):
    """One touch of the lead that the address names."""

    side = serializers.ChoiceField(choices=TouchSide.choices)
    kind = serializers.ChoiceField(choices=TouchKind.choices)
    happened_at = Moment()
    evidence = EvidenceField(required=False)
    reached = serializers.BooleanField(required=False, allow_null=True)
    is_automatic = serializers.BooleanField(required=False)
    summary = Text(200)
    campaign = Text(200)
    source = Text(40)
    external_id = Text(120)


class TouchShape(serializers.ModelSerializer[Touch]):
    evidence = EvidenceField()
    lead = serializers.IntegerField(source="lead_id")

    class Meta:
        model = Touch
        fields = (
            "id", "lead", "side", "kind", "happened_at", "recorded_at", "evidence", "reached",
            "is_automatic", "summary", "campaign", "source", "external_id",
        )  # fmt: skip


class DealIn(serializers.Serializer[Any]):
    """An open deal of an account."""

    lead = Number(required=False)
    account = Number(required=False)
    name = Text(200)
    opened_at = Moment(required=False)
    proposed_at = Moment(required=False)
    amount = Money(required=False)
    currency = Currency(required=False)
    is_elsewhere = serializers.BooleanField(required=False)
    system = Text(40)
    external_id = Text(120)


class DealOutcome(serializers.Serializer[Any]):
    """How a deal ended."""

    state = serializers.ChoiceField(choices=[(code, code) for code in (DealState.WON, DealState.LOST)])
    closed_at = Moment()
    amount = Money(required=False)
    currency = Currency(required=False)
    margin = serializers.DecimalField(
        max_digits=5, decimal_places=4, min_value=-1, max_value=1, required=False, help_text="Of the amount."
    )


class DealShape(serializers.ModelSerializer[Deal]):
    account = serializers.IntegerField(source="account_id")
    lead = serializers.IntegerField(source="lead_id", allow_null=True)

    class Meta:
        model = Deal
        fields = (
            "id", "account", "lead", "name", "state", "amount", "currency", "margin", "opened_at",
            "proposed_at", "closed_at", "is_elsewhere", "system", "external_id",
        )  # fmt: skip


class LeadDetail(LeadRowShape):
    """Everything that is known of one lead, with the verdict that judges it now."""

    attributes = Attributes(source="lead.attributes")
    external_ids = ExternalIdShape(many=True)
    bant = BantShape(many=True)
    consents = ConsentShape(many=True)
    deals = DealShape(many=True)
    verdict = Document(allow_null=True, help_text="The gate, leaf by leaf, with its proof.")
    missing = serializers.ListField(child=serializers.CharField(), help_text="What the dossier lacks.")
