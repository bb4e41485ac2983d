"""Forms of the moves that need a word, an amount or a person."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from leads.models import User
from portal.forms import selects
from sla.choices import ReopenReason, Ruling, WithdrawReason
from sla.permissions import TAKES_LEADS


def words(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Return a field for a sentence or two; label and help are texts, translated late."""
    return forms.CharField(
        label=label,
        max_length=1000,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AskForm(forms.Form):
    """The one question that Marketing answers while the clock waits."""

    text = words(
        gettext_lazy("What is missing?"),
        help_text=gettext_lazy("Marketing's clock runs until it answers; yours waits."),
    )


class AnswerForm(forms.Form):
    """Marketing's answer."""

    text = words(gettext_lazy("Answer"))


class WithdrawForm(forms.Form):
    """Why an offer is taken back."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why is it taken back?"), choices=WithdrawReason.choices, widget=forms.RadioSelect
    )
    note = words(gettext_lazy("Note for the rep"), required=False)


class RerouteForm(forms.Form):
    """Why another rep should take it, and who."""

    to = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label=gettext_lazy("To"),
        required=False,
        empty_label=gettext_lazy("Whoever is next in turn"),
    )
    reason = forms.ChoiceField(label=gettext_lazy("Why?"), required=False)

    def __init__(
        self, *args: Any, people: Iterable[User], reasons: Iterable[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        selects.rows(self, "to").queryset = _among(people)
        selects.choice(self, "reason").choices = [("", gettext_lazy("No reason given")), *reasons]


class PassOnForm(forms.Form):
    """To whom many offers go at once: a colleague of the team, else whoever is next in turn."""

    to = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label=gettext_lazy("Pass on to"),
        required=False,
        widget=selects.PlainSelect(attrs={"form": "moves"}),
        empty_label=gettext_lazy("Whoever is next in turn"),
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        super().__init__(*args, **options)
        colleagues = User.objects.filter(is_active=True, role__in=TAKES_LEADS, team__isnull=False)
        field = selects.rows(self, "to")
        others = colleagues.filter(team=person.team_id).exclude(pk=person.pk).order_by("name")
        field.queryset = others.only("name")


class ReassignForm(forms.Form):
    """Who takes over."""

    to = forms.ModelChoiceField(
        queryset=User.objects.none(), label=gettext_lazy("New owner"), empty_label=selects.TO_CHOOSE
    )

    def __init__(self, *args: Any, people: Iterable[User], **options: Any) -> None:
        super().__init__(*args, **options)
        selects.rows(self, "to").queryset = _among(people)


class QualifyForm(forms.Form):
    """The exception that stands in for a criterion; needed only when the gate is not met."""

    exception = forms.CharField(
        label=gettext_lazy("Exception"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Why it counts as qualified although a criterion is not met."),
    )


class WinForm(forms.Form):
    """What was bought, at which margin."""

    amount = forms.DecimalField(label=gettext_lazy("Amount"), min_value=0, max_digits=14, decimal_places=2)
    currency = forms.RegexField(
        label=gettext_lazy("Currency"),
        regex=r"^[A-Za-z]{3}$",
        initial="EUR",
        error_messages={"invalid": gettext_lazy("Three letters, such as EUR.")},
    )
    margin = forms.DecimalField(
        label=gettext_lazy("Margin in percent"),
        min_value=-100,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
    )

    def clean_currency(self) -> str:
        """Write the currency as its code."""
        return str(self.cleaned_data["currency"]).upper()

    def clean_margin(self) -> Decimal | None:
        """Turn percent into a share of the amount."""
        margin: Decimal | None = self.cleaned_data["margin"]
        return None if margin is None else margin / 100


class LoseForm(forms.Form):
    """Why the deal was lost."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why was it lost?"),
        required=False,
        help_text=gettext_lazy("The reasons are those of the agreement."),
    )

    def __init__(self, *args: Any, reasons: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        selects.choice(self, "reason").choices = [("", gettext_lazy("Not known")), *reasons]


class AcknowledgeForm(forms.Form):
    """The nurture track a returned lead goes on."""

    track = forms.ChoiceField(label=gettext_lazy("Track"), required=False)

    def __init__(self, *args: Any, tracks: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        selects.choice(self, "track").choices = [("", gettext_lazy("As the reason says")), *tracks]


class RepairForm(forms.Form):
    """What was put right."""

    note = words(gettext_lazy("What was put right?"), required=False)


class ContestForm(forms.Form):
    """Why Marketing sees it differently."""

    note = words(gettext_lazy("What speaks against the decline?"))

    def __init__(self, *args: Any, is_contradicted: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["note"].required = not is_contradicted


class RuleForm(forms.Form):
    """The referee's word."""

    ruling = forms.ChoiceField(label=gettext_lazy("Ruling"), choices=Ruling.choices, widget=forms.RadioSelect)
    note = words(gettext_lazy("Note"), required=False)


class ReopenForm(forms.Form):
    """Why a lead that was given up comes back."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why does it come back?"), choices=ReopenReason.choices, widget=forms.RadioSelect
    )


def _among(people: Iterable[User]) -> QuerySet[User]:
    """Return these people as rows to choose from, by name."""
    return User.objects.filter(pk__in=[person.pk for person in people]).order_by("name")
