"""What has to be chosen asks for it in words."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django import forms

from portal import forms as rooms
from portal.forms.people import PersonForm, TeamForm

DASHES = "---------"


def fields() -> Iterator[tuple[str, forms.Field]]:
    """Yield the fields of all forms by name."""
    for room in pkgutil.walk_packages(rooms.__path__, f"{rooms.__name__}."):
        for name, form in vars(importlib.import_module(room.name)).items():
            if isinstance(form, type) and issubclass(form, forms.BaseForm) and form.__module__ == room.name:
                yield from ((f"{name}.{field}", found) for field, found in form.base_fields.items())


def test_no_list_of_rows_begins_with_dashes() -> None:
    shown = {name: one.empty_label for name, one in fields() if isinstance(one, forms.ModelChoiceField)}
    later = {f"PersonForm.{name}" for name in ("team", "calendar")} | {"TeamForm.calendar"}
    assert {name for name, label in shown.items() if label == DASHES} == later


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [PersonForm, TeamForm])
def test_no_form_of_people_shows_dashes(kind: type[forms.BaseForm]) -> None:
    text = kind().as_p()
    assert (DASHES in text, "Choose …" in text) == (False, True)
