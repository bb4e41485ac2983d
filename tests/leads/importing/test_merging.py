"""A row finds its lead and says only what it knows better."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads import facts, transitions
from leads.models import Account, BantFact, Consent, ExternalId, FactChange, Lead
from tests import factories
from tests.leads.importing.files import HEADER, NOW, counts, load, mapping, row, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.csv"


def other(**changes):
    return mapping(**{"system": "mail", "rank": 5, **changes})


def test_lead_is_found_by_its_address_in_another_system(path: Path):
    load(write(path, [row(1, title="")]))
    run = load(
        write(path, [row(1, id="M1", e_mail=" ADA1@Example.com", title="CFO", name="A. Nr1")]), other()
    )
    assert counts(run) == (0, 1, 0, 0)
    lead = Lead.objects.get()
    assert (lead.name, lead.title, lead.email) == ("Ada Nr1", "CFO", "ada1@example.com")
    assert sorted(ExternalId.objects.values_list("system", "external_id")) == [("crm", "A1"), ("mail", "M1")]


def test_lead_without_an_address_is_found_by_name_company_and_phone(path: Path):
    load(write(path, [row(1, e_mail="")]))
    same = row(1, id="M1", e_mail="", name="ADA NR1", company="Works, 0", phone="0049 30 1000001")
    assert counts(load(write(path, [same]), other())) == (0, 1, 0, 0)


def test_two_addresses_at_one_desk_are_two_people(path: Path):
    rows = [row(1), row(2, name="Ada Nr1", phone="+49 30 1000001", company="Works 0")]
    assert counts(load(write(path, rows))) == (2, 0, 0, 0)


def test_row_of_a_merged_lead_goes_to_the_one_it_is_in(path: Path):
    load(write(path, [row(1, title=""), row(2)]))
    kept, merged = Lead.objects.order_by("name")
    Lead.objects.filter(pk=merged.pk).update(merged_into=kept)
    assert counts(load(write(path, [row(2, e_mail="", title="CFO")]))) == (0, 1, 0, 0)
    kept.refresh_from_db()
    assert (kept.name, kept.title) == ("Ada Nr1", "CFO")


def test_fact_changed_here_survives_the_next_file(path: Path):
    load(write(path, [row(1)]))
    lead = Lead.objects.get()
    facts.update_lead(lead=lead, changes={"title": "Head of Buying"}, now=NOW)
    assert counts(load(write(path, [row(1, title="CFO", phone="+49 30 99")]))) == (0, 1, 0, 0)
    lead.refresh_from_db()
    assert (lead.title, lead.phone) == ("Head of Buying", "+49 30 99")


def test_lead_moved_here_keeps_its_stage(path: Path):
    load(write(path, [row(1)]))
    lead = Lead.objects.get()
    transitions.change_stage(lead=lead, to_stage="mql", cause="become_ready", happened_at=NOW, now=NOW)
    load(write(path, [row(1, stage="Working")]))
    lead.refresh_from_db()
    assert lead.stage == "mql"


def test_stage_of_a_lead_that_only_files_moved_follows_them(path: Path):
    load(write(path, [row(1)]))
    load(write(path, [row(1, stage="Working")]))
    assert Lead.objects.values_list("stage", "stage_seq").get() == ("sal", 1)


def test_change_of_the_company_moves_the_lead_and_leaves_the_others(path: Path):
    load(write(path, [row(0), row(1)]))
    load(write(path, [row(0, company="Mills")]))
    assert dict(Lead.objects.values_list("name", "account__name")) == {
        "Ada Nr0": "Mills",
        "Ada Nr1": "Works 0",
    }


def test_spoilt_company_becomes_the_right_one(path: Path):
    load(write(path, [row(1, company="?uni? Mills", employees="")]))
    load(write(path, [row(1, company="Žunić Mills")]))
    assert Account.objects.values_list("name", "name_key", "employees").get() == (
        "Žunić Mills",
        "zunic mills",
        120,
    )
    searched = Lead.objects.get().search_text.split()
    assert {"žunić", "zunic", "mills"} <= set(searched)
    assert "?uni?" not in searched


def test_second_row_of_a_new_lead_completes_it(path: Path):
    second = row(2, e_mail="ada1@example.com", name="Ada Nr1", company="Works 0", title="CFO")
    assert counts(load(write(path, [row(1, phone="", title=""), second]))) == (1, 1, 0, 0)
    lead = Lead.objects.get()
    assert (lead.title, lead.phone_key) == ("CFO", "49301000002")
    assert lead.external_ids.count() == 2


def test_each_lead_without_a_company_has_an_account_of_its_own(path: Path):
    load(write(path, [row(1, company=""), row(2, company="")]))
    assert Account.objects.filter(name="").count() == 2


def test_changed_account_marks_all_of_its_leads(path: Path):
    load(write(path, [row(0), row(1)]))
    FactChange.objects.all().delete()
    load(write(path, [row(0, employees="500")]))
    assert FactChange.objects.count() == 2


def test_owner_is_somebody_known_here_or_kept_as_a_word(path: Path):
    owner = factories.user(team=factories.team(), name="Mia Keller", employee_key="crm:77")
    data = mapping()
    data["fields"]["owner"] = "Owner"
    rows = [[*row(1), "77"], [*row(2), "mia keller"], [*row(3), "Nobody"]]
    load(write(path, rows, (*HEADER, "Owner")), data)
    found = Lead.objects.order_by("name").values_list("owner", "team", "attributes")
    assert list(found) == [
        (owner.pk, owner.team_id, {}),
        (owner.pk, owner.team_id, {}),
        (None, None, {"owner": "Nobody"}),
    ]


def test_withdrawal_is_never_undone_by_a_file_without_dates(path: Path):
    data = mapping(
        consent=[{"channel": "mail", "column": "Title", "values": {"out": "withdrawn", "in": "given"}}]
    )
    for title in ("in", "out", "in"):
        load(write(path, [row(1, title=title)]), data)
    assert list(Consent.objects.order_by("id").values_list("state", "happened_at")) == [
        ("given", None),
        ("withdrawn", None),
    ]


def test_bant_fact_is_added_once(path: Path):
    data = mapping(bant={"budget": "Employees", "authority": "Title"})
    for title in ("CFO", "CFO ", "CEO"):
        load(write(path, [row(1, title=title)]), data)
    rows = BantFact.objects.order_by("id").values_list("kind", "amount", "text", "known_at")
    known_at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert list(rows) == [
        ("budget", Decimal(120), "", known_at),
        ("authority", None, "CFO", known_at),
        ("authority", None, "CEO", known_at),
    ]


def test_number_of_queries_does_not_grow_with_the_rows(path: Path):
    def queries(count: int) -> int:
        write(path, [row(number) for number in range(count)])
        with CaptureQueriesContext(
            connection,
        ) as caught:
            load(path)
        Lead.objects.all().delete()
        Account.objects.all().delete()
        return len(caught)

    assert queries(2) == queries(60)
