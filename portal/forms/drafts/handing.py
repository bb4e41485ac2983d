"""The forms of handing over: legs, which leads, and who gets them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.forms.drafts import fields
from portal.forms.drafts.parts import PartForm
from portal.forms.drafts.words import choices_of, subject_word
from sla import readiness
from sla.document import kinds

_OWN = "attribute"
_FACTS = [
    ("", _("a condition, set after saving")),
    *((name, subject_word(name)) for name in readiness.FACTS),
    (_OWN, _("own attribute")),
]
#: Which leads a new condition names until somebody says otherwise.
_ANY = {"fact": "source", "op": "known"}


class SegmentForm(PartForm):
    """What the leads of an agreement are called."""

    label = fields.Words(label=_("What these leads are called"), max_length=100)


class LegForm(PartForm):
    """One path from giver to receiver."""

    label = fields.Words(label=_("Name"), max_length=100)
    from_side = fields.Choice(label=_("From"), choices=choices_of(kinds.SIDES))
    to_side = fields.Choice(label=_("To"), choices=choices_of(kinds.SIDES))
    gate = fields.Choice(label=_("Opened by the definition of"), choices=choices_of(kinds.GATES))


class MatchingForm(PartForm):
    """Which people a lead fits: by one of its facts, or by a condition and the value it asks for."""

    label = fields.Words(label=_("Name of the rule"), max_length=100)
    attribute = fields.Words(
        label=_("What people are known for"),
        max_length=80,
        help_text=_("As it stands with people: languages, region, skill."),
    )
    fact = fields.Choice(label=_("Compared with"), required=False, choices=_FACTS)
    name = fields.Words(label=_("Name of the attribute"), max_length=80, required=False)
    value = fields.Words(
        label=_("Value that people need"),
        max_length=80,
        required=False,
        help_text=_("Only with a condition."),
    )

    def shape(self, values: Mapping[str, Any]) -> None:
        """Show a fact of one's own by its name."""
        _form, _dot, name = str(values.get("fact") or "").partition(".")
        if name:
            self.initial.update(fact=_OWN, name=name)

    def written(self, values: dict[str, Any]) -> dict[str, Any]:
        """Write the fact, or the condition with its value."""
        told = self.cleaned_data
        head = {"label": told["label"], "attribute": told["attribute"]}
        if told["fact"]:
            return {**head, "fact": f"attributes.{told['name']}" if told["fact"] == _OWN else told["fact"]}
        return {**head, "when": values.get("when") or dict(_ANY), "value": told["value"]}


class RoutingForm(PartForm):
    """Who gets a lead, when an offer lapses, and what happens when Sales is full."""

    nested = {
        "routing.method": fields.Choice(label=_("Who gets a lead"), choices=choices_of(kinds.METHODS)),
        "routing.max_hops": fields.Whole(label=_("Changes hands at most (times)"), min_value=1),
        "routing.max_cycles": fields.Whole(
            label=_("Handed over by itself at most (times)"), min_value=1, required=False
        ),
        "routing.hours": fields.Choice(
            label=_("Outside their working hours"), required=False, choices=choices_of(kinds.HOURS)
        ),
        "expiry.to": fields.Choice(
            label=_("An offer nobody decides"),
            required=False,
            choices=[
                ("", _("stays")),
                ("reroute", _("goes to another rep")),
                ("pool", _("goes to the pool")),
            ],
        ),
        "expiry.after.amount": fields.Whole(label=_("After"), min_value=1, required=False),
        "expiry.after.unit": fields.Choice(label=_("Unit"), required=False, choices=fields.UNIT_CHOICES),
        "valve.free_capacity_below": fields.Percent(
            label=_("Valve: when Sales has less free places than (%)"),
            required=False,
            help_text=_("Blank: every priority is offered at all times."),
        ),
        "valve.tiers": fields.Several(label=_("Then only these are offered"), required=False),
    }

    def written(self, values: dict[str, Any]) -> dict[str, Any]:
        """Write what is left blank as null."""
        written = super().written(values)
        written["routing"]["hours"] = written["routing"]["hours"] or "any"
        if not written["expiry"]["to"]:
            written["expiry"] = None
        if written["valve"]["free_capacity_below"] is None:
            written["valve"] = None
        return written
