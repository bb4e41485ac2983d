"""The questions asked of results: which period, whose leads, counted how."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from leads import queries
from leads.choices import Role, Side
from leads.models import Team, User
from leads.models.querysets import SEES_ALL
from portal.forms import selects
from portal.forms.days import check_reach
from sla import agreements
from sla.compliance.periods import Filters, Period, month_of, quarter_of

PERIODS = (
    ("month", _("This month")),
    ("last_month", _("Last month")),
    ("quarter", _("This quarter")),
    ("last_quarter", _("Last quarter")),
    ("own", _("From … to …")),
    ("all", _("All times")),
)
COUNTED = (("raw", _("As it was")), ("excused", _("After exceptions")))


class ResultsForm(forms.Form):
    """Period, team, source, segment, tier and way of counting; an unanswered field keeps its default.

    What has one answer only is not asked. Whoever sees only a team's leads is asked about that team,
    whatever the address says.
    """

    period = forms.ChoiceField(choices=PERIODS, required=False, label=_("Period"))
    first_on = forms.DateField(
        required=False,
        label=_("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[check_reach],
    )
    last_on = forms.DateField(
        required=False,
        label=pgettext_lazy("a time", "To"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[check_reach],
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.filter(side=Side.SALES).order_by("name"),
        required=False,
        empty_label=_("All teams"),
        label=_("Team"),
    )
    source = forms.ChoiceField(required=False, label=_("Source"))
    segment = forms.ChoiceField(required=False, label=_("Segment"))
    tier = forms.ChoiceField(required=False, label=_("Tier"))
    counted = forms.ChoiceField(choices=COUNTED, required=False, label=_("Counted"))

    def __init__(self, *args: Any, user: User, default: str = "month", **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.default = default
        self.fields["period"].initial = default
        if self.is_bound:
            asked = {name: self.data.get(name) for name in self.data}
            self.data = {**asked, "period": asked.get("period") or default}
        found = agreements.ever_in_force()
        self._segments = {one.key: one.pk for one in found}
        self._offer("source", gettext("All sources"), [(one, one) for one in queries.sources()])
        self._offer("segment", gettext("All segments"), [(one.key, one.name) for one in found])
        self._offer("tier", gettext("All tiers"), list(agreements.tiers().items()))
        if user.role not in SEES_ALL:
            del self.fields["team"]

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        first_on, last_on = asked.get("first_on"), asked.get("last_on")
        if asked.get("period") == "own" and not (first_on and last_on):
            self.add_error("first_on", _("Give both days, from and to."))
        elif first_on and last_on and last_on < first_on:
            self.add_error("last_on", _("This day lies before the first one."))
        return asked

    @property
    def after_exceptions(self) -> bool:
        return self._answer("counted") == "excused"

    @property
    def which(self) -> str:
        return self._answer("period") or self.default

    def chosen(self, today: date, zone: str) -> Period | None:
        """Return the period asked for, None for all times; a faulty question gets the default."""
        which = self.which if self.is_valid() else self.default
        if which == "own":
            return Period(self._answer("first_on"), self._answer("last_on"), zone)
        return {
            "month": month_of(today, zone),
            "last_month": month_of(today, zone).before,
            "quarter": quarter_of(today, zone),
            "last_quarter": quarter_of(today, zone).before,
            "all": None,
        }[which]

    def filters(self) -> Filters:
        """Return what to narrow to; raise nothing: a faulty answer narrows to nothing."""
        own_team = None if self.user.role in SEES_ALL else self.user.team_id or 0
        team = self._answer("team")
        return Filters(
            team_id=own_team if own_team is not None else getattr(team, "pk", None),
            source=self._answer("source") or None,
            tier=self._answer("tier") or None,
            agreement_id=self._segments.get(self._answer("segment") or ""),
        )

    def _offer(self, name: str, everything: str, options: list[tuple[str, str]]) -> None:
        """Let people choose one of several; of a single one there is nothing to ask."""
        selects.choice(self, name).choices = [("", everything), *options]
        if len(options) < 2:
            self.fields[name].widget = forms.HiddenInput()

    def _answer(self, name: str) -> Any:
        return self.cleaned_data.get(name) if self.is_valid() else None


def sees_people(user: User) -> bool:
    """Leaders judge the two sides, not persons."""
    return user.role != Role.LEADER
