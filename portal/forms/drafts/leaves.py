"""The forms of one criterion and of one group of criteria."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms import selects
from portal.forms.drafts import fields
from portal.forms.drafts.parts import PartForm
from portal.forms.drafts.words import choices_of, subject_word
from sla import readiness

_OPS = [
    ("=", _("is")),
    ("!=", _("is not")),
    (">", _("more than")),
    (">=", _("at least")),
    ("<", _("less than")),
    ("<=", _("at most")),
    ("in", _("one of")),
    ("not_in", _("none of")),
    ("contains", _("contains")),
    ("contains_any", _("contains any of")),
    ("known", _("is known")),
]
_SUBJECTS = [
    ("none", _("Choose a criterion")),
    *((f"fact {name}", subject_word(name)) for name in readiness.FACTS),
    ("attribute", _("own attribute")),
    *((f"bant {name}", subject_word(name)) for name in ("budget", "authority", "need")),
    ("timing", _("timing, in less than")),
    ("bant timing", _("timing is known")),
    ("touches", _("touches")),
    ("score fit", _("fit score")),
    ("score engagement", _("engagement score")),
]
#: Which fields a leaf has besides `what`, `unknown` and `label`.
_FIELDS: dict[str, tuple[str, ...]] = {
    "none": (),
    "fact": ("op", "value"),
    "attribute": ("name", "op", "value"),
    "bant": ("op", "value"),
    "budget": ("op", "value", "currency"),
    "timing": ("within_days",),
    "touches": ("at_least", "within_days", "sides", "kinds", "evidence"),
    "score": ("op", "value"),
}
_ALL_KINDS = dict.fromkeys(kind for found in readiness.TOUCH_KINDS.values() for kind in found)


class GroupForm(PartForm):
    """How many of a group's parts must hold."""

    kind = fields.Choice(
        label=_("Must hold"),
        choices=[("all", _("all")), ("any", _("any one")), ("at_least", _("at least so many"))],
    )
    needed = fields.Whole(label=_("How many"), min_value=1, required=False)
    label = fields.Words(label=_("Name"), max_length=80, required=False)

    def shape(self, values: Mapping[str, Any]) -> None:
        """Ask how many only where it is not all or one."""
        if self.is_bound and self.data.get(self.add_prefix("kind")) != "at_least":
            del self.fields["needed"]


class LeafForm(PartForm):
    """One criterion: what it asks, how, and how an unknown counts."""

    what = fields.Choice(label=_("What"), choices=_SUBJECTS)
    name = fields.Words(label=_("Name of the attribute"), max_length=80)
    op = fields.Choice(label=_("How"), choices=_OPS)
    value = forms.CharField(label=_("Value"), required=False, widget=forms.Textarea(attrs={"rows": 1}))
    currency = fields.Words(label=_("Currency"), max_length=3, required=False)
    at_least = fields.Whole(label=_("At least"), min_value=1)
    within_days = fields.Whole(label=_("Within days"), min_value=1)
    sides = fields.Several(label=_("By"), choices=choices_of(readiness.TOUCH_KINDS), required=False)
    kinds = fields.Several(label=_("Kinds"), choices=choices_of(_ALL_KINDS), required=False)
    evidence = fields.Choice(
        label=_("Proof at least"), choices=choices_of(readiness.EVIDENCE, blank=_("any")), required=False
    )
    unknown = fields.Choice(
        label=_("Unknown"),
        choices=[
            ("unknown", _("stays open")),
            ("missed", _("counts as missed")),
            ("met", _("counts as met")),
        ],
    )
    label = fields.Words(label=_("Own words"), max_length=80, required=False)

    def shape(self, values: Mapping[str, Any]) -> None:
        """Keep the fields that the chosen subject has."""
        what = (self.data.get(self.add_prefix("what")) if self.is_bound else None) or "none"
        wanted = {"what", "unknown", "label", *_fields_of(what)}
        for name in [name for name in self.fields if name not in wanted]:
            del self.fields[name]
        if "op" in self.fields:
            offered = [pair for pair in _OPS if pair[0] in _ops_of(what)]
            selects.choice(self, "op").choices = offered


def _fields_of(what: str) -> tuple[str, ...]:
    if what == "bant timing":
        return ()
    form, _blank, name = what.partition(" ")
    return _FIELDS.get("budget" if name == "budget" else form, ())


def _ops_of(what: str) -> tuple[str, ...]:
    form, _blank, name = what.partition(" ")
    if form == "score":
        return (">", ">=", "<", "<=")
    if name == "budget":
        return ("=", "!=", ">", ">=", "<", "<=", "known")
    if name in readiness.NUMBER_FACTS:
        return ("=", "!=", ">", ">=", "<", "<=", "in", "not_in", "known")
    if form == "attribute":
        return tuple(code for code, _label in _OPS)
    return ("=", "!=", "in", "not_in", "contains", "contains_any", "known")
