"""The form in which a manager tries other rules of giving out leads on a past day."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms import days
from portal.forms.drafts.words import choices_of
from portal.forms.facts import DayInput
from sla.document import kinds


class RehearsalForm(forms.Form):
    """A past day, and the rules to try on its leads."""

    day = forms.DateField(label=_("Day"), widget=DayInput(), validators=[days.check_reach])
    method = forms.ChoiceField(label=_("Who gets a lead"), choices=choices_of(kinds.METHODS))
    hours = forms.ChoiceField(label=_("Outside their working hours"), choices=choices_of(kinds.HOURS))

    @property
    def rules(self) -> dict[str, Any]:
        """The rules as the agreement's document has them."""
        return {name: self.cleaned_data[name] for name in ("method", "hours")}
