"""Set-based writes: every type of column survives the way through JSON, on both databases."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from leads import setbased
from leads.models import Account, Deal, FactChange, Lead, OutboxMessage, User
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_update_rows_writes_every_type() -> None:
    deal = factories.won_deal(factories.make_lead())
    row = {
        "id": deal.pk,
        "name": "Ümläut \"quoted\" 'n' %s",
        "amount": Decimal("12345.60"),
        "margin": Decimal("-0.1250"),
        "closed_at": NOW + timedelta(microseconds=1),
        "proposed_at": None,
        "is_elsewhere": True,
        "lead_id": None,
    }
    assert setbased.update_rows(Deal, [row]) == [deal.pk]
    deal.refresh_from_db()
    assert {name: getattr(deal, name) for name in row} == row


def test_update_rows_writes_json_and_dates() -> None:
    lead = factories.make_lead()
    row = {"id": lead.pk, "attributes": {"a": [1, None, "ß"]}, "next_step_on": date(2027, 1, 31)}
    setbased.update_rows(Lead, [row])
    lead.refresh_from_db()
    assert (lead.attributes, lead.next_step_on) == ({"a": [1, None, "ß"]}, date(2027, 1, 31))


def test_update_rows_guard_skips_what_moved() -> None:
    first, second = factories.make_lead(), factories.make_lead()
    rows = [
        {"id": first.pk, "stage_seq": 1, "title": "CFO", "expected": 0},
        {"id": second.pk, "stage_seq": 1, "title": "CFO", "expected": 7},
    ]
    assert setbased.update_rows(Lead, rows, guard="stage_seq") == [first.pk]
    assert Lead.objects.get(pk=second.pk).title == ""


def test_update_rows_without_rows_asks_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert setbased.update_rows(Lead, []) == []


def test_insert_rows_fills_defaults_and_ignores_conflicts() -> None:
    row = {"key": "k", "kind": "x", "subject_type": "lead", "subject_id": 1, "not_before": NOW}
    rows = [{**row, "created_at": NOW}, {**row, "created_at": NOW}]
    assert setbased.insert_rows(OutboxMessage, rows, ignore_conflicts=True) == 1
    assert OutboxMessage.objects.get().data == {}


def test_insert_rows_is_one_statement(django_assert_num_queries) -> None:
    names = [f"Company {number}" for number in range(500)]
    with django_assert_num_queries(1):
        setbased.insert_rows(Account, [{"name": n, "name_key": n, "recorded_at": NOW} for n in names])
    assert list(Account.objects.order_by("pk").values_list("name", flat=True)) == names


def test_upsert_rows_merges_as_told() -> None:
    lead = factories.make_lead()
    earlier = NOW - timedelta(days=40)
    row = {"lead_id": lead.pk, "since": earlier, "is_history": True, "marks": 9, "error": "new"}
    merge = {"since": "least", "is_history": "both", "marks": "increment", "error": "keep"}
    setbased.upsert_rows(FactChange, [row], key="lead_id", merge=merge)
    change = FactChange.objects.get(pk=lead.pk)
    assert (change.since, change.is_history, change.marks, change.error) == (earlier, False, 2, "")


@pytest.mark.parametrize("worth_copying", [1, 200])
def test_upsert_copied_writes_new_rows_and_only_named_columns_of_others(
    worth_copying: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setbased, "WORTH_COPYING", worth_copying)
    known, new = factories.make_lead(), factories.make_lead()
    FactChange.objects.filter(pk=new.pk).delete()
    FactChange.objects.filter(pk=known.pk).update(error="kept", marks=3)
    rows = [(lead.pk, NOW - timedelta(days=1), True) for lead in (known, new)]
    for _ in range(2):
        setbased.upsert_copied(FactChange, ("lead_id", "since", "is_history"), rows, key="lead_id")
    found = FactChange.objects.order_by("pk").values_list("pk", "since", "is_history", "marks", "error")
    assert list(found) == [
        (known.pk, NOW - timedelta(days=1), True, 3, "kept"),
        (new.pk, NOW - timedelta(days=1), True, 1, ""),
    ]


def test_unknown_column_is_named() -> None:
    with pytest.raises(KeyError, match="User has no column nickname"):
        setbased.update_rows(User, [{"id": 1, "nickname": "x"}])
