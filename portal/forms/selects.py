"""The fields of a form from which people choose, by their own types: what is offered is known only late."""

from typing import Any

from django import forms


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
