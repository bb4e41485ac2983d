"""The form of a repair: which calendar's clocks are counted again."""

from datetime import UTC, date, datetime, time

from django import forms
from django.utils.translation import gettext_lazy

from leads.models import Calendar
from portal.forms import selects


class RepairForm(forms.Form):
    """A calendar, and from which start on its clocks are counted again."""

    calendar = forms.ModelChoiceField(
        queryset=Calendar.objects.order_by("name"),
        to_field_name="key",
        label=gettext_lazy("Calendar"),
        empty_label=selects.TO_CHOOSE,
    )
    since = forms.DateField(
        label=gettext_lazy("Only clocks that started on or after"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    @property
    def since_at(self) -> datetime | None:
        day: date | None = self.cleaned_data["since"]
        return datetime.combine(day, time.min, UTC) if day else None
