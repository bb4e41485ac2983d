"""What people ask the lab: a draft or a criterion of their own, over how long a past."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla.choices import LabKind, VersionState
from sla.lab import asking
from sla.models import AgreementVersion

MONTHS = (
    ("3", gettext_lazy("3 months")),
    ("6", gettext_lazy("6 months")),
    ("12", gettext_lazy("12 months")),
    ("24", gettext_lazy("24 months")),
    ("0", gettext_lazy("All times")),
)
_TESTED = (VersionState.DRAFT, VersionState.PROPOSED, VersionState.ACTIVE)


class VersionChoice(forms.ModelChoiceField):
    def label_from_instance(self, version: AgreementVersion) -> str:
        return f"{version.agreement.name} v{version.number}, {version.state_label}"


class LabForm(forms.Form):
    """A question to the past; the criterion, if any, as JSON, takes the place of the version's own gate."""

    kind = forms.ChoiceField(choices=LabKind.choices, initial=LabKind.BACKTEST, label=gettext_lazy("Test"))
    version = VersionChoice(
        queryset=AgreementVersion.objects.none(), label=gettext_lazy("Agreement"), empty_label=None
    )
    months = forms.ChoiceField(choices=MONTHS, initial="12", label=gettext_lazy("Past"))
    criterion = forms.CharField(
        required=False,
        label=gettext_lazy("Definition on trial"),
        max_length=50_000,
    )
    known_later = forms.CharField(
        required=False,
        label=gettext_lazy("Filled in after hand-over"),
        help_text=gettext_lazy("Facts that people judge later, divided by commas: attributes.lead_quality."),
        max_length=500,
    )
    minutes = forms.FloatField(
        required=False, min_value=1, max_value=240, label=gettext_lazy("Minutes per touch")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        found = AgreementVersion.objects.filter(state__in=_TESTED).select_related("agreement")
        versions = self.fields["version"]
        assert isinstance(versions, forms.ModelChoiceField)
        versions.queryset = found.order_by("agreement__segment_rank", "-number")

    def clean_criterion(self) -> dict[str, Any] | None:
        text = self.cleaned_data["criterion"].strip()
        if not text:
            return None
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("This is not JSON: %s") % error) from error
        try:
            asking.read_criterion(data)
        except asking.BadCriterion as error:
            told = [f"{problem.path}: {problem.sentence.say(_)}" for problem in error.problems]
            raise forms.ValidationError([one.removeprefix(": ") for one in told]) from error
        return dict(data)

    def clean_known_later(self) -> list[str]:
        names = [name.strip() for name in self.cleaned_data["known_later"].split(",")]
        return [name for name in names if name]

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if asked.get("kind") in (LabKind.WHATIF, LabKind.CAPACITY) and asked.get("months") == "0":
            self.add_error("months", _("Clocks and hours are looked at over some months."))
        return asked

    def question(self) -> dict[str, Any]:
        """Return what `runs.ask` takes of a valid form."""
        version = self.cleaned_data["version"]
        kind = self.cleaned_data["kind"]
        return {"kind": kind, "agreement": version.agreement, "version": version, "asked": self.asked()}

    def asked(self) -> dict[str, Any]:
        """Return the parameters of the run."""
        told = self.cleaned_data
        found: dict[str, Any] = {"months": int(told["months"])}
        for name in ("criterion", "known_later", "minutes"):
            if told.get(name):
                found[name] = told[name]
        return found
