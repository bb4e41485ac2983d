"""Form of the company: its name and the zone in which its people read times."""

from zoneinfo import available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.forms import selects


class CompanyForm(forms.Form):
    """Name and zone of the company."""

    name = forms.CharField(label=_("Name"), max_length=120)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("People who have not set another one read their times in it.")
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as they came
        zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc"))
        selects.choice(self, "time_zone").choices = [(name, name) for name in ("UTC", *zones)]
        self.fields["time_zone"].initial = timezone.get_current_timezone_name()
