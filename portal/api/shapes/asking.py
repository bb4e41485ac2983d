"""What lists may be asked: a closed set of filters, each with an index."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from leads.choices import Stage
from leads.queries import SHORTEST_TERM
from portal.api.shapes.values import Flag, Number
from portal.forms.results import PERIODS
from sla.choices import HandoffState
from sla.queries import leads as queries
from sla.scoring import CELLS


class Pair(serializers.Serializer[Any]):
    """The name by which another system knows a thing: both parts or neither."""

    system = serializers.CharField(max_length=40, required=False)
    external_id = serializers.CharField(max_length=120, required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if ("system" in asked) != ("external_id" in asked):
            raise serializers.ValidationError(_("Give the system and its id, both."))
        return asked


class LeadsAsked(Pair):
    """Which leads: what the page's list is narrowed by, by the same names and more."""

    view = serializers.ChoiceField(choices=[(code, code) for code in queries.VIEWS], required=False)
    stage = serializers.ChoiceField(choices=Stage.choices, required=False)
    owner = Number(required=False)
    team = Number(required=False)
    account = Number(required=False)
    email = serializers.CharField(max_length=254, required=False)
    source = serializers.CharField(max_length=120, required=False, help_text="As it is written.")
    grade = serializers.ChoiceField(choices=[(cell, cell) for cell in CELLS], required=False)
    ready = Flag(help_text="Whether the agreement in force calls it sales-ready.")
    late = Flag(help_text="Whether a commitment to it is late.")
    q = serializers.CharField(
        min_length=SHORTEST_TERM,
        max_length=200,
        required=False,
        help_text="In name, company or e-mail, or the end of a phone number.",
    )


class AccountsAsked(Pair):
    """Which accounts."""

    domain = serializers.CharField(max_length=200, required=False)


class HandoffsAsked(serializers.Serializer[Any]):
    """Which handoffs."""

    lead = Number(required=False)
    rep = Number(required=False)
    team = Number(required=False)
    state = serializers.ChoiceField(choices=HandoffState.choices, required=False)
    is_open = Flag()
    late = Flag(help_text="Whether a commitment on it is late.")


class ResultsAsked(serializers.Serializer[Any]):
    """Which period, whose leads; as the form of the pages."""

    period = serializers.ChoiceField(choices=PERIODS, required=False)
    first_on = serializers.DateField(required=False)
    last_on = serializers.DateField(required=False)
    team = Number(required=False)
    source = serializers.CharField(max_length=120, required=False)
    segment = serializers.SlugField(required=False, help_text="Key of an agreement.")
    tier = serializers.CharField(max_length=24, required=False)
