"""Fields that hold values of a document: shares as percent, blanks as null, numbers without noise."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.forms.facts import DayInput


class Number(forms.FloatField):
    """A number; blank is null, a whole one stays whole."""

    def clean(self, value: Any) -> Any:
        """Return an int where nothing is behind the point."""
        number = super().clean(value)
        return int(number) if number is not None and number == int(number) else number


class Whole(forms.IntegerField):
    """A whole number; blank is null."""


class Percent(forms.FloatField):
    """A share, written as percent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, **options)

    def prepare_value(self, value: Any) -> Any:
        """Show a share as percent, and what was typed as it was typed."""
        return f"{value * 100:.10g}" if isinstance(value, int | float) else value

    def clean(self, value: Any) -> Any:
        """Return the share."""
        percent = super().clean(value)
        return None if percent is None else _tidy(round(percent / 100, 12))


class Day(forms.DateField):
    """A date, kept as a document writes it."""

    widget = DayInput

    def clean(self, value: Any) -> Any:
        """Return YYYY-MM-DD, None for a blank."""
        day = super().clean(value)
        return day.isoformat() if isinstance(day, date) else None


class Words(forms.CharField):
    """A text as it stands; line ends as a document writes them."""

    def __init__(self, *, rows: int = 0, **options: Any) -> None:
        if rows:
            options["widget"] = forms.Textarea(attrs={"rows": rows})
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        """Return the text with plain line ends."""
        return str(super().clean(value)).replace("\r\n", "\n")


class Choice(forms.ChoiceField):
    """One of a closed list; blank is null when it may be."""

    def clean(self, value: Any) -> Any:
        """Return the code, None for a blank."""
        return super().clean(value) or None


class Lines(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **options)

    def prepare_value(self, value: Any) -> Any:
        """Show a list line by line."""
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        """Return the lines that say something."""
        return [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]


class Several(forms.MultipleChoiceField):
    """Any of a closed list, in its order."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        """Return the codes in the order of the list."""
        chosen = super().clean(value)
        order = [code for code, _label in list(self.choices)]  # type: ignore[arg-type] # pairs here
        return [code for code in order if code in chosen]


UNIT_CHOICES = [
    ("business_minutes", _("business minutes")),
    ("business_hours", _("business hours")),
    ("business_days", _("business days")),
    ("calendar_hours", _("hours, nights included")),
    ("calendar_days", _("days, weekends included")),
]


def _tidy(number: float) -> float:
    return int(number) if number == int(number) else number
