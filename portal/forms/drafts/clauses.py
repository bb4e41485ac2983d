"""The forms of the clauses, each in the words of the agreement."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.drafts import fields, places
from portal.forms.drafts.parts import PartForm
from portal.forms.drafts.words import choices_of, word
from sla import document, readiness, scoring
from sla.document import kinds


class BasicsForm(PartForm):
    """Title, preamble and dates."""

    title = fields.Words(label=_("Title"), max_length=200)
    preamble = fields.Words(label=_("Preamble"), rows=5, required=False)
    starts_on = fields.Day(label=_("Starts on"))
    review_due_on = fields.Day(
        label=_("Review due on"), required=False, help_text=_("Six months after the start at the latest.")
    )


class CommitmentForm(PartForm):
    """One commitment; only the terms that its kind has are asked for."""

    is_on = forms.BooleanField(label=_("Switched on"), required=False)
    target = fields.Percent(label=_("Kept in at least (%)"), required=False)
    amount = fields.Number(label=_("How many"), required=False)
    per = fields.Choice(label=_("Each"), required=False, choices=choices_of(kinds.PERIODS, blank="–"))
    whose_hours = fields.Choice(
        label=_("In whose hours"), choices=[("team", _("the team's")), ("rep", _("the rep's own"))]
    )
    evidence = fields.Choice(
        label=_("Proof at least"),
        choices=choices_of(readiness.EVIDENCE),
        help_text=_("Which touches count: a status set by hand, logged, synced from a system, answered."),
    )
    warn_at = fields.Percent(label=_("Warn after (% of the time)"), required=False)

    def shape(self, values: Mapping[str, Any]) -> None:
        """Keep the fields of the kind and add its parameters."""
        kind = document.KINDS[values["kind"]]
        unwanted: tuple[str, ...] = (
            ("amount", "per") if kind.is_timed else ("whose_hours", "evidence", "warn_at")
        )
        if kind.measure in ("stale", "share"):
            unwanted += ("amount",)
        if kind.code == "definition_review":
            unwanted += ("amount", "per", "target")
        for name in unwanted:
            self.fields.pop(name, None)
        for name, param in kind.params.items():
            place = f"params.{name}"
            self.fields[place] = _param(name, param, name in kind.optional)
            self.initial[place] = places.get(values, place)


def _param(name: str, param: kinds.Param, is_optional: bool) -> forms.Field:
    label = str(word(name))
    if isinstance(param, tuple):
        return fields.Choice(label=label, choices=choices_of(param))
    if param == "flag":
        return forms.BooleanField(label=label, required=False)
    if param == "share":
        return fields.Percent(label=label)
    return fields.Whole(label=label, min_value=1, required=not is_optional)


class OnLegForm(CommitmentForm):
    """A commitment of an agreement with several legs: it also says on which."""

    leg = fields.Choice(label=_("On the leg"), required=False)
    field_order = ("is_on", "leg")

    def written(self, values: dict[str, Any]) -> dict[str, Any]:
        """Write the number of the leg, null for every one."""
        written = super().written(values)
        return {**written, "leg": int(written["leg"]) if written["leg"] else None}


class SpanForm(PartForm):
    """An amount of time in its unit."""

    amount = fields.Whole(label=_("Within"), min_value=1)
    unit = fields.Choice(label=_("Unit"), choices=fields.UNIT_CHOICES)


class AllowanceForm(SpanForm):
    """The time allowed to one tier, or to all others."""

    tier = fields.Choice(label=_("Priority"), required=False)
    field_order = ("tier", "amount", "unit")


class RungForm(PartForm):
    """What happens so long after the due time."""

    action = fields.Choice(label=_("What happens"), choices=choices_of(kinds.ACTIONS))
    field_order = ("after.amount", "after.unit", "action")
    nested = {
        "after.amount": fields.Whole(label=_("After"), min_value=1),
        "after.unit": fields.Choice(label=_("Unit"), choices=fields.UNIT_CHOICES),
    }


class StageForm(PartForm):
    """Where the buyer is: whose, what the buyer thinks, feels and needs, when a lead is stale."""

    code = fields.Choice(label=_("Stage"), choices=choices_of(kinds.STAGES))
    label = fields.Words(label=_("Name"), max_length=60)
    owner = fields.Choice(label=_("Owned by"), choices=choices_of(kinds.SIDES))
    thinks = fields.Words(label=_("The buyer thinks"), required=False)
    feels = fields.Words(label=_("The buyer feels"), required=False)
    needs = fields.Words(label=_("The buyer needs"), required=False)
    stale_after_business_days = fields.Whole(
        label=_("Stale after (business days)"), min_value=1, required=False
    )
    nested = {
        "signifier.label": fields.Words(
            label=_("Key signifier"), required=False, help_text=_("The behavior that moves a lead in.")
        ),
    }


class ReasonForm(PartForm):
    """Why Sales says no, and what follows."""

    label = fields.Words(label=_("Reason"), max_length=100)
    group = fields.Words(label=_("Group"), max_length=60)
    disposition = fields.Choice(label=_("What follows"), choices=choices_of(kinds.DISPOSITIONS))
    side_to_act = fields.Choice(label=_("Whose turn"), choices=choices_of(("nobody", *kinds.SIDES)))
    recycle_days = fields.Whole(label=_("Back after (days)"), min_value=1, required=False)
    track = fields.Choice(label=_("Nurture track"), required=False)
    needs_attempts = fields.Whole(label=_("Only after attempts"), min_value=1, required=False)
    asks = fields.Several(label=_("Asks the rep for"), required=False, choices=choices_of(kinds.ASKS))


class TrackForm(PartForm):
    """A nurture track."""

    label = fields.Words(label=_("Track"), max_length=100)


class StepForm(PartForm):
    """One step of a track."""

    after_days = fields.Whole(label=_("On day"), min_value=0)
    kind = fields.Choice(label=_("Kind"), choices=choices_of(readiness.TOUCH_KINDS["marketing"]))
    label = fields.Words(label=_("What"), max_length=200)


class FitForm(PartForm):
    """Points for a trait of the ideal customer."""

    label = fields.Words(label=_("Trait"), max_length=100)
    points = fields.Number(label=_("Points"), min_value=-100, max_value=100)


class PointsForm(PartForm):
    """Points for one kind of touch."""

    side = fields.Choice(label=_("Side"), choices=choices_of(readiness.TOUCH_KINDS))
    kind = fields.Choice(
        label=_("Kind"),
        choices=choices_of(dict.fromkeys(kind for found in readiness.TOUCH_KINDS.values() for kind in found)),
    )
    points = fields.Number(label=_("Points"), min_value=0.01)
    cap = fields.Number(label=_("At most at a time"), required=False)


class TierForm(PartForm):
    """A priority and the cells of the grid it takes."""

    label = fields.Words(label=_("Priority"), max_length=60)
    grid = fields.Several(
        label=_("Cells"),
        required=False,
        choices=[(cell, cell) for cell in scoring.CELLS],
        help_text=_("The last priority takes all that is left: tick nothing there."),
    )
    worth = fields.Number(
        label=_("Counts by value as"),
        min_value=0,
        max_value=1000,
        required=False,
        help_text=_("As how many leads. Blank: one."),
    )

    def written(self, values: dict[str, Any]) -> dict[str, Any]:
        """Write a priority without cells as the one for all that is left."""
        written = super().written(values)
        return {**written, "grid": written["grid"] or None}


class ScoresForm(PartForm):
    """Half-life of engagement and the cuts of the grid."""

    nested = {
        "engagement.half_life_days": fields.Number(label=_("Half-life (days)"), min_value=1),
        "grid.fit.A": fields.Whole(label=_("Fit A from"), min_value=0),
        "grid.fit.B": fields.Whole(label=_("Fit B from"), min_value=0),
        "grid.engagement.1": fields.Whole(label=_("Engagement 1 from"), min_value=0),
        "grid.engagement.2": fields.Whole(label=_("Engagement 2 from"), min_value=0),
    }


class RecordsForm(PartForm):
    """What makes a dossier complete and what Sales must record."""

    dossier = fields.Several(
        label=_("A complete dossier holds"), required=False, choices=choices_of(kinds.DOSSIER)
    )
    record = fields.Several(label=_("Sales records"), required=False, choices=choices_of(kinds.RECORD))


class HoursForm(PartForm):
    """Calendars, referee and when the definition is judged."""

    maturity_days = fields.Whole(
        label=_("Leads count for the definition after (days)"),
        min_value=1,
        required=False,
        help_text=_("Blank: after the time that nine in ten wins take."),
    )
    nested = {
        "calendars.marketing": fields.Choice(label=_("Hours of Marketing")),
        "calendars.sales": fields.Choice(label=_("Hours of Sales")),
        "calendars.referee": fields.Choice(label=_("Hours of the referee")),
        "referee.email": fields.Choice(
            label=_("Referee"),
            required=False,
            help_text=_(
                "Rules on contested declines. Somebody outside the decliner's team and outside Marketing."
            ),
        ),
    }

    def written(self, values: dict[str, Any]) -> dict[str, Any]:
        """Write nobody as null."""
        written = super().written(values)
        if not written["referee"]["email"]:
            written["referee"] = None
        return written
