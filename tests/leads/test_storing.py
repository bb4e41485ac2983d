"""Rows written together: new objects as they were, in order, with their ids; many rows set alike."""

from datetime import timedelta

import pytest
from django.db import connection

from leads import setbased, storing
from leads.choices import Stage
from leads.models import Account, FactChange, StageChange
from sla.models import Agreement, LabRun
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 200], ids=["many", "few"], autouse=True)
def worth_copying(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setbased, "WORTH_COPYING", request.param)


def test_new_objects_get_the_ids_of_their_rows() -> None:
    names = ['Ümläut\t"x"\\n', "", "\\N"]
    accounts = [Account(name=name, attributes={"own": [name, None]}, recorded_at=NOW) for name in names]
    storing.store(accounts)
    assert [one._state.adding for one in accounts] == [False] * 3
    assert len({one.pk for one in accounts}) == 3
    for one in accounts:
        stored = Account.objects.get(pk=one.pk)
        assert (stored.name, stored.attributes, stored.employees) == (one.name, one.attributes, None)


def test_ids_go_on_after_those_that_were_taken() -> None:
    lead = factories.make_lead()
    changes = [
        StageChange(lead=lead, seq=seq, from_stage=Stage.INQUIRY, to_stage=Stage.MQL, recorded_at=NOW)
        for seq in (50, 51)
    ]
    storing.store(changes)
    later = StageChange.objects.create(
        lead=lead, seq=52, from_stage=Stage.MQL, to_stage=Stage.SAL, recorded_at=NOW
    )
    assert changes[0].pk < changes[1].pk < later.pk


def test_objects_that_have_a_key_keep_it() -> None:
    leads = [factories.make_lead(), factories.make_lead()]
    FactChange.objects.all().delete()
    storing.store([FactChange(lead=lead, since=NOW - timedelta(days=1), marks=7) for lead in leads])
    assert set(FactChange.objects.values_list("pk", "marks")) == {(lead.pk, 7) for lead in leads}


def test_json_that_is_unknown_stays_unknown() -> None:
    agreement = Agreement.objects.create(key="a", name="A", segment_rank=1)
    storing.store([LabRun(kind="backtest", agreement=agreement, created_at=NOW, asked={"months": 3})])
    run = LabRun.objects.get(result__isnull=True)
    assert (run.result, run.asked) == (None, {"months": 3})


def test_nothing_is_written_of_no_objects() -> None:
    storing.store([])
    assert not Account.objects.exists()


def test_set_alike_changes_only_these_rows_and_columns() -> None:
    leads = [factories.make_lead().pk for _ in range(3)]
    FactChange.objects.update(error="kept")
    storing.set_alike(FactChange, leads[:2], since=NOW, is_history=True)
    found = FactChange.objects.order_by("pk").values_list("pk", "since", "is_history", "error")
    assert list(found)[:2] == [(pk, NOW, True, "kept") for pk in leads[:2]]
    assert list(found)[2][2:] == (False, "kept")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_set_alike_takes_rows_in_the_order_of_their_keys() -> None:
    """Else two who do so could wait for each other crosswise. What is changed lies behind what was there."""
    leads = [factories.make_lead().pk for _ in range(20)]
    FactChange.objects.all().delete()
    for pk in reversed(leads):
        FactChange.objects.create(pk=pk, since=NOW)
    storing.set_alike(FactChange, leads, is_history=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT lead_id FROM leads_factchange ORDER BY ctid")
        assert [pk for (pk,) in cursor.fetchall()] == leads
