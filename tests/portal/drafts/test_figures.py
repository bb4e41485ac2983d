"""Numbers that a draft changes are named in the reader's words, never by their codes."""

from copy import deepcopy

import pytest
from django.utils import translation

from portal.lines import clauses
from sla import document


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["First touch", "Volume"]), ("de", ["Erstkontakt", "Menge"])],
)
def test_numbers_that_change_have_names(language: str, names: list[str]) -> None:
    before = document.default_agreement()
    after = deepcopy(before)
    for one in after["commitments"]:
        if one["kind"] == "volume":
            one["amount"] += 10
        if one["code"] == "first_touch":
            one["allowances"][0]["amount"] += 1
    found = document.compare(document.parse(before), document.parse(after))
    with translation.override(language):
        said = [figure.name for figure in clauses.changes(found).figures]
    assert [name.split(" · ")[0] for name in said] == names
