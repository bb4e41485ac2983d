"""Loaded rows: every kind of cell arrives as it was, whatever letters it holds."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from leads import setbased
from leads.importing import lookups
from leads.models import Account, Deal, Lead
from tests import factories
from tests.factories import NOW

#: What a text can hold: the reader lets no zero through, and half a letter is none.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
COLUMNS = ("name", "name_key", "employees", "attributes", "recorded_at", "created_at")


class AnyText(TestCase):
    @given(names=st.lists(TEXTS, min_size=1, max_size=4))
    def test_any_text_arrives_as_it_was(self, names: list[str]) -> None:
        rows = [(name, name, None, "{}", NOW, None) for name in names]
        setbased.copy_rows(Account, COLUMNS, rows)
        assert list(Account.objects.order_by("pk").values_list("name", flat=True)) == names


@pytest.mark.django_db
def test_every_kind_of_cell_arrives_alone_and_beside_a_blank_one() -> None:
    later = NOW + timedelta(microseconds=1)
    rows = [
        ("a\\N\tb", "a", 7, '{"a": "\\\\ \\n \\" ü"}', NOW, later),
        ("\\N", "", None, "{}", later, None),
        ("\\.", "", 0, "{}", NOW, NOW),
    ]
    setbased.copy_rows(Account, COLUMNS, rows)
    found = list(Account.objects.order_by("pk").values_list(*COLUMNS))
    assert [row[:3] + row[4:] for row in found] == [row[:3] + row[4:] for row in rows]
    assert [row[3] for row in found] == [{"a": '\\ \n " ü'}, {}, {}]


@pytest.mark.django_db
def test_amounts_days_and_flags_arrive() -> None:
    account = factories.make_lead().account_id
    names = ("account_id", "amount", "margin", "is_elsewhere", "recorded_at")
    rows = [(account, Decimal("12345.60"), None, True, NOW), (account, None, Decimal("-0.1250"), False, NOW)]
    setbased.copy_rows(Deal, names, rows)
    assert list(Deal.objects.order_by("pk").values_list(*names)) == rows
    days = [(account, date(2027, 1, 31), NOW), (account, None, NOW)]
    setbased.copy_rows(Lead, ("account_id", "next_step_on", "recorded_at"), days)
    assert list(Lead.objects.order_by("pk").values_list("next_step_on", flat=True))[-2:] == [
        date(2027, 1, 31),
        None,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("names", [['"', "\\", "a,b", "{}", "NULL", "", "x'y", "ü\n"], ["one"], []])
def test_any_number_of_texts_is_found(names: list[str]) -> None:
    from_names = [(name, name, None, "{}", NOW, None) for name in [*names, "another"]]
    setbased.copy_rows(Account, COLUMNS, from_names)
    assert set(lookups.account_ids(names)) == set(names)
