"""Forms around an agreement: where a draft starts, what is said, signed and recorded of it."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.forms import selects
from portal.forms.facts import DayInput
from portal.forms.moves import words
from sla import document
from sla.choices import ReviewKind, ReviewOutcome

LARGEST_UPLOAD = document.LARGEST
FRESH = "new"
TEXT_CHANGED = _("The text was changed since you opened it. Read it again, then sign.")


class StartForm(forms.Form):
    """What a new draft starts from, and when it is meant to take effect."""

    source = forms.ChoiceField(label=_("Start from"), widget=forms.RadioSelect)
    starts_on = forms.DateField(label=_("Meant to start on"), widget=DayInput())

    def __init__(self, *args: Any, sources: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        selects.choice(self, "source").choices = sources


class PlaceForm(forms.Form):
    """Which agreement a text belongs to."""

    agreement = forms.ChoiceField(
        label=_("Belongs to"),
        help_text=_("An open draft of that agreement is rewritten; signatures under it no longer count."),
    )
    name = forms.CharField(label=_("Name of a new agreement"), max_length=120, required=False)

    def __init__(self, *args: Any, agreements: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [*agreements, (FRESH, _("a new agreement, for a segment of its own"))]
        selects.choice(self, "agreement").choices = offered

    def clean(self) -> dict[str, Any]:
        """A new agreement needs a name."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("agreement") == FRESH and not data.get("name", "").strip():
            self.add_error("name", gettext("A new agreement needs a name."))
        return data


class TemplateForm(PlaceForm, StartForm):
    """A draft from the version in force, or from a template."""

    field_order = ("source", "starts_on", "agreement", "name")


class UploadForm(PlaceForm):
    """A draft from a file."""

    file = forms.FileField(label=_("File"), help_text=_("JSON or YAML, as an agreement is exported here."))
    field_order = ("file", "agreement", "name")

    def clean_file(self) -> Any:
        """Read the document; a sentence says what is wrong with it."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_UPLOAD:
            raise forms.ValidationError(gettext("The file is larger than any agreement."))
        try:
            return document.read(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(gettext("The file is not UTF-8 text.")) from error


class CommentForm(forms.Form):
    """What somebody says to a clause."""

    clause = forms.ChoiceField(label=_("About"), required=False)
    text = words(_("Comment"))

    def __init__(self, *args: Any, clauses: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [("", _("the whole text")), *clauses]
        selects.choice(self, "clause").choices = offered


def is_name_of(known: str, written: str) -> bool:
    """Tell whether somebody wrote out this name, however it is spaced."""
    return " ".join(written.split()).casefold() == " ".join(known.split()).casefold()


class SignForm(forms.Form):
    """A signature: the side, the name written out, and the password once more."""

    side = forms.ChoiceField(label=_("I sign for"), widget=forms.RadioSelect)
    confirm = forms.BooleanField(
        label=_("I have read the text and what it changes."),
        error_messages={"required": _("Confirm that you have read it.")},
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Written out, as it stands with your login."),
    )
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    sha256 = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, sides: list[tuple[str, Any]], written: str, expected: str, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        selects.choice(self, "side").choices = sides
        self.written, self.expected = written, expected
        first = {"sha256": expected, "side": sides[0][0] if len(sides) == 1 else ""}
        self.initial = {**self.initial, **first}

    def clean_name(self) -> str:
        """The name must be that of the login, however it is spaced."""
        name = str(self.cleaned_data["name"])
        if not is_name_of(self.written, name):
            raise forms.ValidationError(gettext("Write your name as “%(name)s”.") % {"name": self.written})
        return " ".join(name.split())

    def clean(self) -> dict[str, Any]:
        """Nobody signs a text that changed since it was read."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("sha256") != self.expected:
            self.add_error(None, TEXT_CHANGED)
            # Shown again, the form is about the text that now stands above it.
            self.data = {**self.data, "sha256": self.expected}
        return data


class ReviewForm(forms.Form):
    """A review that was held."""

    kind = forms.ChoiceField(
        label=_("What was reviewed"), choices=ReviewKind.choices, widget=forms.RadioSelect
    )
    held_on = forms.DateField(label=_("Held on"), widget=DayInput())
    attendees = forms.CharField(
        label=_("Who was there"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    minutes = forms.CharField(label=_("Minutes"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8}))
    outcome = forms.ChoiceField(
        label=_("What a definition review ended in"),
        choices=[("", _("nothing yet")), *ReviewOutcome.choices],
        required=False,
        help_text=_("Confirmed unchanged counts once both sides have signed it again."),
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    def clean_held_on(self) -> date:
        """Minutes are written afterwards."""
        held_on: date = self.cleaned_data["held_on"]
        if held_on > self.today:
            raise forms.ValidationError(
                gettext("This day lies ahead. A review is recorded once it was held.")
            )
        return held_on


def first_start(now: datetime) -> date:
    """Return the first day of the next month."""
    day = now.date()
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


class TryLeadForm(forms.Form):
    """A company, a person or an address whose leads are put to the agreements."""

    company = forms.CharField(label=_("Company or name"), min_length=3, max_length=80)
