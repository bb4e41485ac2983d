"""What a list of leads is narrowed by, and the name under which that is kept."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy

from leads import queries
from leads.choices import Stage
from leads.models import Team, User
from portal import saved
from portal.forms import selects
from sla.permissions import TAKES_LEADS
from sla.scoring import CELLS

ANY = ("", gettext_lazy("Any"))


#: A filter of one choice, or none.
one_of = partial(forms.ChoiceField, required=False, choices=[ANY], widget=selects.PlainSelect)


class LeadFilterForm(forms.Form):
    """Filters of the list of leads, by the names of `sla.queries.leads.FILTERS`.

    Whoever takes leads has no choice of owner and team.
    """

    q = forms.CharField(label=gettext_lazy("Name, company, e-mail or phone"), required=False, max_length=120)
    stage = one_of(label=gettext_lazy("Stage"), choices=[ANY, *Stage.choices])
    owner = one_of(label=gettext_lazy("Owner"))
    team = one_of(label=gettext_lazy("Team"))
    source = one_of(label=gettext_lazy("Source"))
    grade = one_of(label=gettext_lazy("Grade"), choices=[ANY, *((one, one) for one in CELLS)])
    ready = forms.BooleanField(label=gettext_lazy("Sales-ready"), required=False)
    late = forms.BooleanField(label=gettext_lazy("Late"), required=False)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        if user.role in TAKES_LEADS:
            del self.fields["owner"], self.fields["team"]
        else:
            people = User.objects.filter(is_active=True, role__in=TAKES_LEADS).order_by("name")
            teams = Team.objects.filter(side="sales").order_by("name")
            self._offer("owner", people.values_list("pk", "name"))
            self._offer("team", teams.values_list("pk", "name"))
        self._offer("source", ((name, name) for name in queries.sources()))

    def _offer(self, name: str, options: Any) -> None:
        selects.choice(self, name).choices = [ANY, *options]

    @property
    def asked(self) -> dict[str, Any]:
        """The filters that were filled in and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value and name not in self.errors}

    def query(self, **more: str) -> str:
        """Return the filters, and what else is given, as they stand in an address."""
        pairs = {**{name: "1" if value is True else value for name, value in self.asked.items()}, **more}
        return urlencode(sorted((name, value) for name, value in pairs.items() if value))


class KeepViewForm(forms.Form):
    """The name of a view; managers may share it."""

    name = forms.CharField(label=gettext_lazy("Name of the view"), max_length=40)
    is_shared = forms.BooleanField(label=gettext_lazy("For everybody"), required=False)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        if not saved.may_share(user):
            del self.fields["is_shared"]
