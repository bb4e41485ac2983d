"""The form of a calendar: hours by weekday, holidays, closures and openings, a line each."""

import re
from datetime import date
from typing import Any
from zoneinfo import available_timezones

import holidays
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.forms import selects
from sla.businesstime import InvalidSchedule, Schedule

DAYS = (
    ("mon", gettext_lazy("Monday")),
    ("tue", gettext_lazy("Tuesday")),
    ("wed", gettext_lazy("Wednesday")),
    ("thu", gettext_lazy("Thursday")),
    ("fri", gettext_lazy("Friday")),
    ("sat", gettext_lazy("Saturday")),
    ("sun", gettext_lazy("Sunday")),
)
_SPAN = re.compile(r"^(\d{1,2}:\d{2})\s*(?:-|–|to)\s*(\d{1,2}:\d{2})$")


def _area(label: Any, help_text: Any, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=forms.Textarea(attrs={"rows": rows})
    )


class CalendarForm(forms.Form):
    """A whole calendar; what is wrong in it is said at its field."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    holidays = _area(gettext_lazy("Holidays"), gettext_lazy("One date a line, such as 2026-12-25."), 8)
    overrides = _area(
        gettext_lazy("Days with other hours"),
        gettext_lazy(
            "A line each: 2026-12-24 09:00–12:00, or 2026-12-24 closed. A holiday is not opened here."
        ),
        4,
    )
    breaks = _area(
        gettext_lazy("Closed for some hours"), gettext_lazy("A line each: 2026-05-02 10:00–11:30."), 3
    )
    applies = forms.ChoiceField(
        label=gettext_lazy("Running clocks: did the hours change, or were they wrong?"),
        choices=[
            (
                "from_now",
                gettext_lazy("They change now: clocks keep what has elapsed and go on by the new hours"),
            ),
            ("all_along", gettext_lazy("They were wrong: clocks are counted again from their start")),
        ],
        widget=forms.RadioSelect,
        required=False,
        initial="from_now",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        selects.choice(self, "timezone").choices = [(name, name) for name in sorted(available_timezones())]
        for code, label in DAYS:
            self.fields[code] = forms.CharField(
                label=label, required=False, max_length=200, help_text=_("Such as 09:00–12:00, 13:00–17:00.")
            )
        self.order_fields(["name", "timezone", *(code for code, _label in DAYS)])
        self.document: dict[str, Any] = {}

    @property
    def week(self) -> list[forms.BoundField]:
        """The fields of the weekdays."""
        return [self[code] for code, _label in DAYS]

    @property
    def others(self) -> list[forms.BoundField]:
        """The fields of single dates."""
        return [self[name] for name in ("holidays", "overrides", "breaks")]

    def clean(self) -> dict[str, Any]:
        """Read the document and let the calendar itself judge it."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        self.document = {
            "timezone": data["timezone"],
            "hours": {code: self._spans(code, data[code]) for code, _label in DAYS if data[code].strip()},
            "holidays": [line.split()[0] for line in _lines(data["holidays"])],
            "overrides": self._overrides(data["overrides"]),
            "breaks": self._breaks(data["breaks"]),
        }
        if not self.errors:
            self._judge()
        return data

    def _judge(self) -> None:
        for day in sorted(set(self.document["overrides"]) & set(self.document["holidays"])):
            if self.document["overrides"][day]:
                sentence = _("%(day)s is a holiday. To open on it, remove the holiday.")
                self.add_error("overrides", sentence % {"day": day})
        try:
            Schedule.from_json(self.document)
        except InvalidSchedule as error:
            field = error.path.split("[")[0].split(".")
            name = field[1] if field[0] == "hours" and len(field) > 1 else field[0]
            self.add_error(name if name in self.fields else None, error.sentence)

    def _spans(self, field: str, text: str) -> list[list[str]]:
        spans = []
        for part in text.split(","):
            found = _SPAN.match(part.strip())
            if found is None:
                self.add_error(field, _("“%(part)s” is no span of hours.") % {"part": part.strip()})
                return []
            spans.append([found[1].zfill(5), found[2].zfill(5)])
        return spans

    def _overrides(self, text: str) -> dict[str, list[list[str]]]:
        found = {}
        for line in _lines(text):
            day, _blank, rest = line.partition(" ")
            is_closed = rest.strip().casefold() in ("closed", _("closed").casefold(), "")
            found[day] = [] if is_closed else self._spans("overrides", rest)
        return found

    def _breaks(self, text: str) -> list[dict[str, str]]:
        found = []
        for line in _lines(text):
            day, _blank, rest = line.partition(" ")
            spans = self._spans("breaks", rest)
            found += [{"date": day, "from": opens, "to": closes} for opens, closes in spans]
        return found


class HolidaysForm(forms.Form):
    """The public holidays of a country and year, to be looked at before they are taken over."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    region = forms.CharField(
        label=gettext_lazy("Region"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("Its code, such as BY."),
    )
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=1970, max_value=2200)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        selects.choice(self, "country").choices = [
            (code, code) for code in sorted(holidays.list_supported_countries())
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse a region that the country does not have."""
        data: dict[str, Any] = super().clean() or {}
        known = holidays.list_supported_countries().get(data.get("country", ""), [])
        if data.get("region") and data["region"] not in known:
            regions = ", ".join(known) or _("none")
            self.add_error("region", _("Regions of this country: %(regions)s.") % {"regions": regions})
        return data

    def found(self) -> list[tuple[date, str]]:
        """Return the holidays of a valid form, each with its name."""
        data = self.cleaned_data
        days = holidays.country_holidays(
            data["country"], subdiv=data["region"] or None, years=data["year"], language="en_US"
        )
        return sorted(days.items())


def initial_of(name: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return the form's first values of a calendar."""
    hours = {code: _said(document["hours"].get(code, [])) for code, _label in DAYS}
    overrides = (
        f"{day} {_said(spans) if spans else _('closed')}" for day, spans in document["overrides"].items()
    )
    breaks = (f"{one['date']} {one['from']}–{one['to']}" for one in document["breaks"])
    return {
        "name": name,
        "timezone": document["timezone"],
        "holidays": "\n".join(document["holidays"]),
        "overrides": "\n".join(overrides),
        "breaks": "\n".join(breaks),
        **hours,
    }


def _said(spans: list[list[str]]) -> str:
    return ", ".join(f"{opens}–{closes}" for opens, closes in spans)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
