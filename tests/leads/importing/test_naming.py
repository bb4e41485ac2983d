"""A cell is named to people as the wizard names it, in their language."""

import pytest
from django.utils import translation

from leads.importing import naming


@pytest.mark.parametrize(
    ("path", "english", "german"),
    [
        ("fields.created_at", "Created at", "Angelegt am"),
        ("ids[0]", "Id in that system", "Kennung in jenem System"),
        ("lead.email", "Lead’s e-mail", "E-Mail des Leads"),
        ("bant.budget", "Budget", "Budget"),
        ("attributes.Plant size", "Plant size", "Plant size"),
    ],
)
def test_cell_is_named_in_the_readers_language(path: str, english: str, german: str) -> None:
    assert str(naming.label(path)) == english
    with translation.override("de"):
        assert str(naming.label(path)) == german
