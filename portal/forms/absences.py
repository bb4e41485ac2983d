"""The form of an absence: who is away, from when to when."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import User
from portal.forms.days import check_reach
from portal.forms.facts import DayInput

LONGEST_DAYS = 366


class AbsenceForm(forms.Form):
    """Whole days on which somebody is away."""

    user = forms.ModelChoiceField(queryset=User.objects.none(), label=gettext_lazy("Who"), empty_label=None)
    first_on = forms.DateField(
        label=gettext_lazy("First day away"), widget=DayInput(), validators=[check_reach]
    )
    last_on = forms.DateField(
        label=gettext_lazy("Last day away"), widget=DayInput(), validators=[check_reach]
    )

    def __init__(self, *args: Any, people: QuerySet[User], today: date, **options: Any) -> None:
        """With one person there is nothing to choose."""
        super().__init__(*args, **options)
        self.today = today
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, days gone by and whole years."""
        data = super().clean() or {}
        first, last = data.get("first_on"), data.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", _("The last day comes before the first."))
        elif last and last < self.today:
            self.add_error("last_on", _("These days have gone by."))
        elif first and last and (last - first).days >= LONGEST_DAYS:
            self.add_error("last_on", _("That is longer than a year."))
        return data
