"""Form of the log: whose acts, about what, which ones."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import User
from portal.forms import selects


class ActsForm(forms.Form):
    """Which acts are listed; the words for things and verbs come from the page."""

    person = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.order_by("name"), required=False, empty_label=_("Everybody")
    )
    thing = forms.ChoiceField(label=_("About"), required=False)
    verb = forms.ChoiceField(label=_("What was done"), required=False)

    def __init__(self, *args: Any, things: Any, verbs: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        selects.choice(self, "thing").choices = [("", _("Everything")), *things]
        selects.choice(self, "verb").choices = [("", _("All acts")), *verbs]

    def wanted(self) -> dict[str, Any]:
        """Return the filters as columns of the log; {} where they make no sense."""
        entered = self.cleaned_data if self.is_valid() else {}
        person = entered.get("person")
        found = {
            "actor_id": person.pk if person else None,
            "subject_type": entered.get("thing"),
            "verb": entered.get("verb"),
        }
        return {name: value for name, value in found.items() if value}
