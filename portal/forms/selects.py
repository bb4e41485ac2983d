"""The fields of a form from which people choose, by their own types: what is offered is known only late."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

#: What stands where something has to be chosen, until it is.
TO_CHOOSE = gettext_lazy("Choose …")


class PlainSelect(forms.Select):
    """A list to choose from without groups; drawn without a template for each of hundreds of people."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw the list with what is chosen in it."""
        chosen, held = self.format_value(value), {"name": name, **(attrs or {})}
        marks = {True: " selected", False: ""}
        options = "".join(
            f'<option value="{escape(code)}"{marks[str(code) in chosen]}>{escape(text)}</option>'
            for code, text in self.choices
        )
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs(self.attrs, held)), mark_safe(options)
        )


def choice(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """Return a field whose choices are about to be set."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field


def rows(form: forms.BaseForm, name: str) -> "forms.ModelChoiceField[Any]":
    """Return a field whose rows are about to be set."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    return field
