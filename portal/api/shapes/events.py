"""The shapes of signed messages."""

from typing import Any

from rest_framework import serializers

from portal.api.shapes.facts import DealOutcome
from portal.api.shapes.values import Currency, Moment, Money, Number, Text


class Event(serializers.Serializer[Any]):
    """`touches` with what the batch of touches takes, or one `deal`."""

    type = serializers.ChoiceField(choices=["touches", "deal"])
    data = serializers.DictField()


class EventDeal(serializers.Serializer[Any]):
    """A deal by its id in the sending system, and how it ended if it did."""

    lead = Number()
    external_id = serializers.CharField(max_length=120)
    name = Text(200)
    opened_at = Moment(required=False)
    proposed_at = Moment(required=False)
    amount = Money(required=False)
    currency = Currency(required=False)
    outcome = DealOutcome(required=False)


class EventTaken(serializers.Serializer[Any]):
    is_replay = serializers.BooleanField()
    result = serializers.DictField()
