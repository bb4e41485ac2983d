"""Forms of disputes: why a breach was not ours, and what the other side says."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from portal.forms.moves import words


class DisputeForm(forms.Form):
    """Why the blamed side says that the breach was not its own."""

    reason = words(gettext_lazy("Why should it not count?"))


class AnswerDisputeForm(forms.Form):
    """Granted or refused, with a note that a refusal needs."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[
            ("grant", gettext_lazy("Grant: the breach counts as an exception")),
            ("refuse", gettext_lazy("Refuse: the breach stays charged")),
        ],
        widget=forms.RadioSelect,
    )
    note = words(gettext_lazy("Note"), required=False, help_text=gettext_lazy("Needed to refuse."))

    def clean(self) -> dict[str, Any]:
        """Ask for the note of a refusal."""
        data = super().clean() or {}
        if data.get("answer") == "refuse" and not data.get("note", "").strip():
            self.add_error("note", gettext_lazy("Say in a few words why you refuse."))
        return data
