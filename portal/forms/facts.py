"""Forms for what becomes known of a lead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.choices import BantKind, TouchKind
from portal.forms.days import check_reach


@dataclass(frozen=True)
class Outcome:
    """One button of the touch form: what it says and what it makes of a touch."""

    code: str
    label: str | Promise
    hint: str | Promise
    kind: str
    reached: bool | None
    key: str


OUTCOMES: tuple[Outcome, ...] = (
    Outcome(
        "reached", gettext_lazy("Reached"), gettext_lazy("Call, spoke to them"), TouchKind.CALL, True, "1"
    ),
    Outcome(
        "message", gettext_lazy("Left message"), gettext_lazy("Voicemail"), TouchKind.VOICEMAIL, False, "2"
    ),
    Outcome(
        "no_answer", gettext_lazy("No answer"), gettext_lazy("Call, an attempt"), TouchKind.CALL, False, "3"
    ),
    Outcome(
        "mail",
        gettext_lazy("Mail sent"),
        gettext_lazy("An attempt until they reply"),
        TouchKind.MAIL,
        None,
        "4",
    ),
    Outcome("meeting", gettext_lazy("Meeting"), gettext_lazy("Met them"), TouchKind.MEETING, True, "5"),
)


class MomentInput(forms.DateTimeInput):
    """A date with a time of the reader's zone, in the browser's own control."""

    input_type = "datetime-local"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **options)


class DayInput(forms.DateInput):
    """A date in the browser's own control."""

    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)


class TouchForm(forms.Form):
    """A touch of Sales or Marketing: what came of it, when, and what is next."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What came of it?"),
        choices=[(one.code, one.label) for one in OUTCOMES],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say what came of it.")},
    )
    summary = forms.CharField(label=gettext_lazy("In a few words"), max_length=200, required=False)
    happened_at = forms.DateTimeField(
        label=gettext_lazy("When"), widget=MomentInput(), validators=[check_reach]
    )
    next_step = forms.CharField(label=gettext_lazy("Next step"), max_length=200, required=False)
    next_step_on = forms.DateField(
        label=gettext_lazy("Next step on"), widget=DayInput(), required=False, validators=[check_reach]
    )

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now

    def clean_happened_at(self) -> datetime:
        """Refuse a moment still to come; the minute that runs now counts as now."""
        moment: datetime = self.cleaned_data["happened_at"]
        if moment > self.now:
            raise forms.ValidationError(_("This time lies ahead. A touch is logged once it has happened."))
        return moment

    @property
    def result(self) -> Outcome:
        """The chosen outcome of a valid form."""
        return next(one for one in OUTCOMES if one.code == self.cleaned_data["outcome"])


class NextStepForm(forms.Form):
    """What happens next with a lead, and when."""

    step = forms.CharField(label=gettext_lazy("Next step"), max_length=200)
    on = forms.DateField(label=gettext_lazy("On"), widget=DayInput(), validators=[check_reach])


class BudgetForm(forms.Form):
    """How much money there is."""

    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), min_value=0, max_digits=14, decimal_places=2, localize=False
    )
    currency = forms.RegexField(
        label=gettext_lazy("Currency"),
        regex=r"^[A-Za-z]{3}$",
        initial="EUR",
        error_messages={"invalid": gettext_lazy("Three letters, such as EUR.")},
        widget=forms.TextInput(attrs={"maxlength": 3, "autocapitalize": "characters"}),
    )
    text = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def clean_currency(self) -> str:
        """Write the currency as its code."""
        return str(self.cleaned_data["currency"]).upper()


class AuthorityForm(forms.Form):
    """Which role of those who decide was met."""

    text = forms.CharField(
        label=gettext_lazy("Role met"), max_length=200, help_text=gettext_lazy("For example CFO.")
    )


#: Parts that people play in a buying committee.
ROLES = {
    "decides": gettext_lazy("Decides"),
    "champion": gettext_lazy("Champion"),
    "user": gettext_lazy("Would use it"),
    "influences": gettext_lazy("Influences"),
    "buys": gettext_lazy("Purchasing"),
    "blocks": gettext_lazy("Blocks"),
}


class RoleForm(forms.Form):
    """Which part a person plays among those who decide."""

    role = forms.ChoiceField(
        label=gettext_lazy("Part in the decision"),
        choices=[("", gettext_lazy("Unknown")), *ROLES.items()],
        required=False,
    )


class NeedForm(forms.Form):
    """What the buyer needs."""

    text = forms.CharField(label=gettext_lazy("Need"), max_length=200)


class TimingForm(forms.Form):
    """By when it must run."""

    on = forms.DateField(label=gettext_lazy("Must run by"), widget=DayInput(), validators=[check_reach])
    text = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


BANT_FORMS: dict[str, type[forms.Form]] = {
    BantKind.BUDGET: BudgetForm,
    BantKind.AUTHORITY: AuthorityForm,
    BantKind.NEED: NeedForm,
    BantKind.TIMING: TimingForm,
}


def local_minute(now: datetime) -> datetime:
    """Return now in the reader's zone, cut to the minute, as a form's first value."""
    return timezone.localtime(now).replace(second=0, microsecond=0)
