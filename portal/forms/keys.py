"""The forms for keys of machines and for systems that send by themselves."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.choices import Role
from leads.models import User
from portal.forms import selects
from portal.forms.facts import DayInput
from portal.models import IntakeSource, Scope

LONGEST = timedelta(days=366)
_PROPOSED = timedelta(days=365)


class KeyForm(forms.Form):
    """What a machine may do for a person, and until when."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=50,
        help_text=gettext_lazy("What uses it, such as: nightly sync."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one thing that the key may do.")},
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Ends on"),
        widget=DayInput(),
        help_text=gettext_lazy("A year from now at the latest."),
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.initial.setdefault("expires_on", today + _PROPOSED)

    def clean_expires_on(self) -> date:
        """Refuse a day that is over, and one too far ahead for a secret."""
        day: date = self.cleaned_data["expires_on"]
        if not self.today < day <= self.today + LONGEST:
            raise forms.ValidationError(_("Choose a day from tomorrow to a year from now."))
        return day


class SourceForm(forms.Form):
    """Who sends by itself, and for whom it acts."""

    name = forms.SlugField(
        label=gettext_lazy("Name"),
        max_length=40,
        help_text=gettext_lazy("Part of its address: small letters, digits and hyphens."),
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Acts for"),
        queryset=User.objects.filter(is_active=True).exclude(role=Role.LEADER).order_by("name"),
        empty_label=selects.TO_CHOOSE,
        help_text=gettext_lazy("It reaches only leads that this person sees."),
    )

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name = str(self.cleaned_data["name"]).lower()
        if IntakeSource.objects.filter(name=name).exists():
            raise forms.ValidationError(_("There is a source of this name."))
        return name
