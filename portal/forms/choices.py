"""The form in which a person says what they wish to be told, by which way and when."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

Text = Any  # a text, perhaps translated late


class NoticeChoicesForm(forms.Form):
    """One row of ways for each group of events, and the hours."""

    keeps_quiet_hours = forms.BooleanField(
        label=_("Keep my working hours"),
        help_text=_("Mail and chat wait until your calendar is open. In Concord you see all at once."),
        required=False,
    )
    mails_per_hour = forms.IntegerField(
        label=_("Single letters in an hour"),
        help_text=_("More than these come together as one. 0: everything comes together, once in an hour."),
        min_value=0,
        max_value=100,
    )
    chat_url = forms.URLField(
        label=_("Address of your chat"),
        help_text=_("An incoming webhook of Slack, or of a chat that reads its format."),
        required=False,
        max_length=500,
        assume_scheme="https",
    )

    def __init__(
        self,
        *args: Any,
        groups: Iterable[tuple[str, Text]],
        channels: Iterable[tuple[str, Text]],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        ways = list(channels)
        self.codes = [code for code, _label in groups]
        for code, label in groups:
            self.fields[code] = forms.MultipleChoiceField(
                label=label, choices=ways, required=False, widget=forms.CheckboxSelectMultiple
            )

    def rows(self) -> list[forms.BoundField]:
        """Return the fields of the groups, in order."""
        return [self[code] for code in self.codes]

    @property
    def chosen(self) -> dict[str, list[str]]:
        """The ways that were chosen for each group."""
        return {code: self.cleaned_data[code] for code in self.codes}
