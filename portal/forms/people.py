"""Forms of operations: who works here, in which team, with how much."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.choices import SIDE_OF_ROLE, Role, Side
from leads.models import Team, User
from portal.forms import selects
from sla.models import Agreement
from sla.scoring import CELLS


def _stored(cells: list[str]) -> dict[str, Any]:
    """Return cells as a person's bar; every cell, or none, is no bar."""
    return {"grid": cells} if 0 < len(cells) < len(CELLS) else {}


class BarForm(forms.Form):
    """The cells of the grid whose leads somebody takes."""

    grid = forms.MultipleChoiceField(
        label=gettext_lazy("Cells of the grid"),
        choices=[(cell, cell) for cell in CELLS],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "cells"}),
        required=False,
        help_text=gettext_lazy("A is the best fit, 1 the most engaged."),
    )

    def value(self) -> dict[str, Any]:
        """Return the bar as a person keeps it."""
        return _stored(self.cleaned_data["grid"])


class PersonForm(forms.ModelForm):
    """One person: role, team, hours, and how many leads they take."""

    bar = forms.MultipleChoiceField(
        label=gettext_lazy("Takes only leads of"),
        choices=[(cell, cell) for cell in CELLS],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "cells"}),
        required=False,
        help_text=gettext_lazy(
            "Cells of the grid, above what the agreement asks. None ticked: every sales-ready lead."
        ),
    )

    class Meta:
        model = User
        fields = (
            *("name", "email", "role", "team", "is_active", "calendar"),
            *("max_open", "max_per_day", "max_per_week", "max_per_month", "weight"),
        )
        labels = {
            "name": gettext_lazy("Name"),
            "email": gettext_lazy("E-mail"),
            "role": gettext_lazy("Role"),
            "team": gettext_lazy("Team"),
            "is_active": gettext_lazy("May log in and take leads"),
            "calendar": gettext_lazy("Working hours"),
            "max_open": gettext_lazy("Most leads held at once"),
            "max_per_day": gettext_lazy("Most new leads in a day"),
            "max_per_week": gettext_lazy("… in a week"),
            "max_per_month": gettext_lazy("… in a month"),
            "weight": gettext_lazy("Weight"),
        }
        help_texts = {
            "email": gettext_lazy("The login."),
            "calendar": "",
            "max_open": gettext_lazy("Blank: no limit."),
            "max_per_day": "",
            "max_per_week": "",
            "max_per_month": "",
            "weight": gettext_lazy(
                "Twice the weight, twice the leads, where the agreement gives them out by weight."
            ),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("bar", self.instance.personal_bar.get("grid", []))
        selects.choice(self, "role").choices = [("", selects.TO_CHOOSE), *Role.choices]
        selects.rows(self, "calendar").empty_label = _("Those of the team")
        selects.rows(self, "team").empty_label = _("No team")

    def clean_email(self) -> str:
        """Compare addresses without case, as logging in does."""
        email = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Somebody already logs in with this address."))
        return email

    def clean(self) -> dict[str, Any]:
        """Refuse a team of the other side."""
        data = super().clean() or {}
        side, team = SIDE_OF_ROLE.get(data.get("role", "")), data.get("team")
        if side and team and team.side != side:
            self.add_error("team", _("This team stands on the other side."))
        if data.get("role") in (Role.REP, Role.QUALIFIER) and not team:
            self.add_error("team", _("Who takes leads needs a team."))
        return data

    def _post_clean(self) -> None:
        """Leave the instance as it is: the domain compares and writes."""

    def values(self) -> dict[str, Any]:
        """Return what was entered, by field of the model."""
        found = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**found, "personal_bar": _stored(self.cleaned_data["bar"])}


class TeamForm(forms.ModelForm):
    """One team: whose side, which leads, whose hours."""

    segment_key = forms.ChoiceField(label=gettext_lazy("Takes leads of"), required=False)

    class Meta:
        model = Team
        fields = ("name", "side", "leg", "segment_key", "calendar")
        labels = {
            "name": gettext_lazy("Name"),
            "side": gettext_lazy("Side"),
            "leg": gettext_lazy("Leg on which it takes leads"),
            "calendar": gettext_lazy("Working hours"),
        }
        help_texts = {
            "leg": gettext_lazy("1 from Marketing to Sales, 2 from qualifiers to closers."),
            "calendar": "",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = Agreement.objects.order_by("segment_rank").values_list("key", "name")
        selects.choice(self, "segment_key").choices = [("", _("Any agreement")), *known]
        selects.choice(self, "side").choices = [("", selects.TO_CHOOSE), *Side.choices]
        selects.rows(self, "calendar").empty_label = _("Those of the agreement")

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name: str = self.cleaned_data["name"]
        if Team.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a team of this name."))
        return name

    def _post_clean(self) -> None:
        """Leave the instance as it is: the domain compares and writes."""

    def values(self) -> dict[str, Any]:
        """Return what was entered, by field of the model."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class FindForm(forms.Form):
    """Which people are listed."""

    q = forms.CharField(label=gettext_lazy("Name or e-mail"), required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), required=False)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label=gettext_lazy("All teams"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        selects.choice(self, "role").choices = [("", _("All roles")), *Role.choices]
