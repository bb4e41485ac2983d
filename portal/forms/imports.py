"""Forms of the import: which file, what its columns mean, what its words mean."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.choices import ImportKind
from leads.importing import guessing, naming
from leads.importing.mapping import ISO
from leads.importing.naming import USES
from leads.importing.shapes import Shape
from portal.forms import selects

SHORT_ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Tokyo",
)


#: Texts of several columns may become one; of numbers, dates and chosen words that makes nonsense.
JOINED_KINDS = ("text", "note", "reference")
#: What stands for "means nothing" in a list of meanings.
BLANK = "-"


class UploadForm(forms.Form):
    """A file and what its rows are."""

    kind = forms.ChoiceField(label=gettext_lazy("What are the rows?"))
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or XLSX, as the other system exports it. Title and footer lines do no harm."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    def __init__(self, *args: Any, kinds: Sequence[ImportKind], **options: Any) -> None:
        super().__init__(*args, **options)
        selects.choice(self, "kind").choices = [(kind.value, kind.label) for kind in kinds]


class ColumnsForm(forms.Form):
    """What each column of a file means, and how the file writes times and blanks."""

    system = forms.SlugField(
        label=gettext_lazy("Name of the system"),
        max_length=40,
        help_text=gettext_lazy(
            "Ids are remembered under this name. Use the same one for every file of that system."
        ),
    )
    dates = forms.ChoiceField(label=gettext_lazy("Dates look like"))
    time_zone = forms.ChoiceField(label=gettext_lazy("Times are in"))
    blanks = forms.CharField(
        label=gettext_lazy("Words that mean nothing was said"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Separated by commas."),
    )
    save_as = forms.CharField(
        label=gettext_lazy("Keep these columns under a name"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("The next file with the same columns is recognized."),
    )

    def __init__(
        self,
        *args: Any,
        header: Sequence[str],
        shape: Shape,
        zone: str,
        examples: Sequence[str],
        versions: Sequence[tuple[str, str]] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        if versions:
            self.fields["version"] = forms.ChoiceField(label=_("Judged by"), choices=versions)
        self.header, self.shape, self.examples = header, shape, examples
        selects.choice(self, "dates").choices = [
            (ISO, _("2026-11-23, also with a time (ISO)")),
            *((form, naming.date_form(form)) for form in guessing.DATE_FORMS),
        ]
        zones = dict.fromkeys((zone, *SHORT_ZONES, *sorted(available_timezones())))
        selects.choice(self, "time_zone").choices = [(name, name) for name in zones]
        uses = [(use, USES.get(use, use)) for use in guessing.uses(shape)]
        for number, column in enumerate(header):
            self.fields[f"use_{number}"] = forms.ChoiceField(
                label=column or _("Column %d") % (number + 1),
                choices=[("", _("Not imported")), *uses],
                required=False,
            )

    @property
    def columns(self) -> list[tuple[forms.BoundField, str]]:
        """Each column's field with some of its values."""
        return [(self[f"use_{number}"], self.examples[number]) for number in range(len(self.header))]

    @property
    def chosen(self) -> list[str]:
        return [self.cleaned_data[f"use_{number}"] for number in range(len(self.header))]

    @property
    def blank_words(self) -> list[str]:
        return [word.strip() for word in self.cleaned_data["blanks"].split(",") if word.strip()]

    def clean(self) -> dict[str, Any]:
        """Refuse a mapping by which no row could be told from another, or one value has two columns."""
        data = super().clean() or {}
        uses = Counter(value for name, value in data.items() if name.startswith("use_") and value)
        for name, columns in uses.items():
            if columns > 1 and name in self.shape.fields and self.shape.fields[name].kind not in JOINED_KINDS:
                said = _("%(field)s can come from one column only; %(n)s are used as it.")
                self.add_error(None, said % {"field": USES.get(name, name), "n": columns})
        needed = [name for name, field in self.shape.fields.items() if field.is_required and name not in uses]
        if needed and not ("name" in needed and uses.keys() & {"first_name", "last_name"}):
            names = ", ".join(str(USES.get(name, name)) for name in needed)
            raise forms.ValidationError(_("Say which column holds: %s.") % names)
        return data


class WordsForm(forms.Form):
    """What the words of a file mean where only certain words are known, such as stages."""

    def __init__(
        self,
        *args: Any,
        words: Sequence[tuple[str, str, str]],
        choices: dict[str, list[tuple[str, str]]],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.words = words
        for number, (field, word, proposed) in enumerate(words):
            self.fields[f"word_{number}"] = forms.ChoiceField(
                label=_("“%(text)s”") % {"text": word},
                choices=[(BLANK, _("Leave blank")), *choices[field]],
                initial=proposed or BLANK,
            )

    @property
    def meanings(self) -> dict[str, dict[str, str]]:
        """What each word means, by field: {field: {word: meaning or ""}}."""
        found: dict[str, dict[str, str]] = {}
        for number, (field, word, _proposed) in enumerate(self.words):
            meaning = self.cleaned_data[f"word_{number}"]
            found.setdefault(field, {})[word] = "" if meaning == BLANK else meaning
        return found

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of the form by what they fill."""
        found: dict[str, list[forms.BoundField]] = {}
        for number, (field, _word, _proposed) in enumerate(self.words):
            found.setdefault(field, []).append(self[f"word_{number}"])
        return [(str(USES.get(field, field)), rows) for field, rows in found.items()]
