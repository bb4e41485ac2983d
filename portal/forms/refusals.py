"""The form of a decline or hand-back: a reason, and only what that reason needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.forms import days, selects
from portal.forms.facts import DayInput
from sla.choices import Disposition
from sla.document import Document, Reason

#: Keys of the tiles, in their order.
KEYS = "123456789QWERTYUIOP"
SWITCHABLE = (Disposition.RECYCLE, Disposition.DISQUALIFY)
#: What may wake a lead earlier than its date: its own doing. A mail that was opened says too little.
SIGNS = {
    "prospect.replied": gettext_lazy("reply"),
    "prospect.submitted": gettext_lazy("send a form, such as asking for a demo"),
    "prospect.attended": gettext_lazy("attend an event"),
    "prospect.downloaded": gettext_lazy("download something"),
    "prospect.visited": gettext_lazy("visit the site"),
}
QUARTERS = (3, 6, 9, 12)


@dataclass(frozen=True)
class Tile:
    """One reason as a radio tile; a disabled one says why."""

    value: str
    label: str
    hint: str
    key: str
    is_disabled: bool = False
    why: str = ""


class RefusalForm(forms.Form):
    """Why a lead goes back, whether it may return, and when."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a reason.")},
    )
    fate = forms.ChoiceField(
        label=gettext_lazy("Not now, or never?"),
        choices=[("not_now", gettext_lazy("Not now")), ("never", gettext_lazy("Never"))],
        required=False,
    )
    wake_on = forms.DateField(
        label=gettext_lazy("Wake up on"), widget=DayInput(), required=False, validators=[days.check_reach]
    )
    signs = forms.MultipleChoiceField(
        label=gettext_lazy("or earlier, when they"),
        choices=list(SIGNS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    track = forms.ChoiceField(label=gettext_lazy("Nurture track"), required=False)
    right_contact = forms.CharField(
        label=gettext_lazy("Who is the right contact?"),
        max_length=200,
        error_messages={"required": gettext_lazy("Name the right contact, or what is known of them.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note for Marketing"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("This reason needs a few words.")},
    )

    def __init__(
        self,
        *args: Any,
        document: Document,
        is_worked: bool,
        attempts: int,
        today: date,
        is_later_leg: bool,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.reasons, self.attempts, self.today = document.reasons, attempts, today
        self.is_worked = is_worked
        #: Beyond the first leg the lead goes back to its qualifier, so nothing has to wake it.
        self.may_sleep = not is_later_leg
        selects.choice(self, "reason").choices = [(reason.code, reason.label) for reason in self.reasons]
        as_agreed = _("As the reason says") if self.chosen and self.chosen.track else _("None")
        selects.choice(self, "track").choices = [
            ("", as_agreed),
            *((track.code, track.label) for track in document.tracks),
        ]
        self.fields["note"].required = "note" in self.asks
        self.fields["right_contact"].required = "contact" in self.asks

    @property
    def chosen(self) -> Reason | None:
        """The reason as it stands in the form now, valid or not."""
        code = str(self["reason"].value() or "")
        return next((reason for reason in self.reasons if reason.code == code), None)

    @property
    def may_switch(self) -> bool:
        """Whether the chosen reason leaves open if the lead may return."""
        return self.chosen is not None and self.chosen.disposition in SWITCHABLE

    @property
    def not_now(self) -> bool | None:
        """Whether the lead may return, None where the reason alone decides."""
        if not self.may_switch or self.chosen is None:
            return None
        fate = str(self["fate"].value() or "")
        return fate == "not_now" if fate else self.chosen.disposition == Disposition.RECYCLE

    @property
    def fate_now(self) -> str:
        """The fate as it stands now: `not_now` or `never`."""
        return "not_now" if self.not_now else "never"

    @property
    def sleeps(self) -> bool:
        """Whether the lead goes to sleep and has to be woken."""
        return bool(self.not_now) and self.may_sleep

    @property
    def wake_day(self) -> date | None:
        """The day on which it wakes: the one entered, else the one of the reason."""
        if not self.sleeps:
            return None
        entered = self._entered_day()
        return entered or self.suggested_day

    @property
    def suggested_day(self) -> date | None:
        """The day that the agreement names for the chosen reason."""
        days = self.chosen.recycle_days if self.chosen else None
        return self.today + timedelta(days=days) if days else None

    @property
    def asks(self) -> tuple[str, ...]:
        """What the chosen reason wants to know: note, month, contact."""
        return self.chosen.asks if self.chosen and self.takes_note else ()

    @property
    def takes_note(self) -> bool:
        """Whether there is anybody to write to: worked leads that only change hands go on without words."""
        is_passed_on = self.chosen is not None and self.chosen.disposition == Disposition.REROUTE
        return not (is_passed_on and self.is_worked)

    @property
    def groups(self) -> list[tuple[str, list[Tile]]]:
        """The tiles under the heads of their groups."""
        groups: dict[str, list[Tile]] = {}
        for key, reason in zip(KEYS, self.reasons, strict=False):
            groups.setdefault(reason.group, []).append(self._tile(reason, key))
        return list(groups.items())

    @property
    def shortcuts(self) -> list[tuple[date, str]]:
        """Days that are often meant: in 30 and 90 days, and the next two quarters' last months."""
        near = [(self.today + timedelta(days=days), _("%(n)s d") % {"n": days}) for days in (30, 90)]
        return near + [(day, formats.date_format(day, "M")) for day in _quarters(self.today)]

    def clean(self) -> dict[str, Any]:
        """Refuse a reason that is barred and a return without a day or sign."""
        data = super().clean() or {}
        reason = self.chosen
        if reason is None:
            return data
        if self._is_barred(reason):
            self.add_error("reason", self._barred_because(reason))
        if self.sleeps and "wake_on" not in self.errors:
            self._check_day(data)
        return data

    def _check_day(self, data: dict[str, Any]) -> None:
        day = data.get("wake_on")
        if day and day <= self.today:
            self.add_error("wake_on", _("Choose a day that lies ahead."))
        elif not (day or data.get("signs") or (self.suggested_day and "month" not in self.asks)):
            self.add_error("wake_on", _("Say when it may come back."))

    def _entered_day(self) -> date | None:
        value = self["wake_on"].value()
        if isinstance(value, date) or not value:
            return value or None
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            return None
        return day if days.FIRST <= day <= days.LAST else None

    def _tile(self, reason: Reason, key: str) -> Tile:
        is_barred = self._is_barred(reason)
        why = self._barred_because(reason) if is_barred else ""
        return Tile(reason.code, reason.label, hint(reason), key, is_barred, why)

    def _is_barred(self, reason: Reason) -> bool:
        return bool(reason.needs_attempts and self.attempts < reason.needs_attempts)

    def _barred_because(self, reason: Reason) -> str:
        return ngettext(
            "After %(needed)s attempt, now %(made)s",
            "After %(needed)s attempts, now %(made)s",
            reason.needs_attempts or 0,
        ) % {"needed": reason.needs_attempts, "made": self.attempts}


def hint(reason: Reason) -> str:
    """Say in one line what a reason leads to."""
    if reason.disposition == Disposition.DISQUALIFY:
        return _("Never")
    if reason.disposition == Disposition.REPAIR:
        return _("Marketing repairs")
    if reason.disposition == Disposition.REROUTE:
        return _("Goes to another rep")
    if "month" in reason.asks:
        return _("Not now, pick a month")
    if "contact" in reason.asks:
        return _("Not now, find the right one")
    return _("Not now, %(n)s days") % {"n": reason.recycle_days} if reason.recycle_days else _("Not now")


def _quarters(today: date) -> Iterable[date]:
    """Return the first days of the next two quarter-end months that lie more than 90 days ahead."""
    earliest = today + timedelta(days=90)
    months = [date(year, month, 1) for year in (today.year, today.year + 1) for month in QUARTERS]
    return [day for day in months if day > earliest][:2]
