"""The forms for posting to other systems and to chats."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import Team
from portal.forms import selects


class WebhookForm(forms.Form):
    """Where to post what."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Who gets it, such as: CRM."))
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")
    events = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )

    def __init__(self, *args: Any, events: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        selects.choice(self, "events").choices = list(events)


class TeamChatForm(forms.Form):
    """Which channel tells a team."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"), label=_("Team"), empty_label=selects.TO_CHOOSE
    )
    url = forms.URLField(
        label=_("Address of the channel"),
        help_text=_("An incoming webhook of Slack, or of a chat that reads its format. Blank: no channel."),
        max_length=500,
        required=False,
        assume_scheme="https",
    )
