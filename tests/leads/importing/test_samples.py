"""One company's thirty people as two systems tell them, in every order of the files."""

import csv
import json
from datetime import UTC, datetime
from itertools import islice, permutations
from pathlib import Path

import pytest

from leads import importing
from leads.models import Account, Consent, ExternalId, Lead, User

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
MAPPINGS = Path(importing.__file__).parent / "mappings"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
FILES = {
    "salesforce_report": "salesforce_lead_report_cp1252_footer.csv",
    "salesforce_dataloader": "salesforce_dataloader_Lead.csv",
    "hubspot": "hubspot_contacts_export.csv",
    "marketo": "marketo_bulk_lead_extract.csv",
    "pipedrive": "pipedrive_leads_export.csv",
    "zoho": "zoho_leads_export.csv",
}
SYSTEMS = ["hubspot", "marketo", "pipedrive", "salesforce", "zoho"]
#: All 720 orders take minutes; every file comes first, second and last in these.
ORDERS = list(islice(permutations(FILES), 0, 720, 31))
#: What the truth calls a stage, in the words of our path.
STAGES = {
    "new": "inquiry",
    "contacted": "sal",
    "qualified": "sql",
    "nurture": "nurturing",
    "disqualified": "disqualified",
    "converted": "opportunity",
}


def load(name: str):
    target = importing.LeadsTarget()
    mapping = importing.parse(json.loads((MAPPINGS / f"{name}.json").read_text()), target.shape)
    return importing.run(path=SAMPLES / FILES[name], mapping=mapping, target=target, now=NOW)


def truth() -> list[dict[str, str]]:
    with (SAMPLES / "truth_30_rows.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if not row["duplicate_of"]]


def told(lead: Lead) -> dict[str, str]:
    """Return a lead in the words of the truth."""
    return {
        "name": lead.name,
        "email": lead.email_key,
        "company": lead.account.name,
        "title": lead.title,
        "phone": lead.phone,
        "country": lead.country,
        "source": lead.source,
        "stage": lead.stage,
        "owner": lead.owner.name if lead.owner else "",
        "created_at": lead.created_at.isoformat().replace("+00:00", "Z"),
        "last_modified": lead.attributes["last_modified"].replace("+00:00", "Z"),
        "touches": lead.attributes.get("times_contacted", 0),
        "score": lead.attributes["score"],
        "opted_out": Consent.objects.filter(lead=lead, channel="mail", state="withdrawn").count(),
        "note": lead.attributes.get("note", ""),
    }


def expected(row: dict[str, str]) -> dict[str, object]:
    return {
        "name": f"{row['first_name']} {row['last_name']}",
        "email": row["email_normalised"] if row["email_valid"] == "yes" else "",
        "company": row["company"],
        "title": row["title"],
        "phone": row["phone_as_typed"],
        "country": row["country"],
        "source": row["source"],
        "stage": STAGES[row["stage"]],
        "owner": row["owner"],
        "created_at": row["created_at_utc"],
        "last_modified": row["last_modified_utc"],
        "touches": int(row["touches"]),
        "score": int(row["score"]),
        "opted_out": int(row["opted_out"]),
        "note": row["note"],
    }


@pytest.fixture
def owners(db: None) -> None:
    for name in ("Mara Lindqvist", "Owen Castell", "Priya Raman"):
        User.objects.create_user(f"{name.split()[0].lower()}@example.com", name=name, role="rep")


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_six_files_in_any_order_end_in_the_true_values(owners: None, order: tuple[str, ...]):
    for name in order:
        run = load(name)
        assert (run.created + run.updated + run.unchanged, run.rejected) == (30, 0)
    leads = list(Lead.objects.select_related("account", "owner").order_by("created_at"))
    rows = sorted(truth(), key=lambda row: row["created_at_utc"])
    assert [told(lead) for lead in leads] == [expected(row) for row in rows]
    assert len(leads) == 29
    assert Account.objects.count() == 29
    again = [load(name) for name in order]
    assert [(run.created, run.updated, run.unchanged) for run in again] == [(0, 0, 30)] * len(order)


def test_a_lead_without_a_valid_address_is_known_by_name_company_and_phone(owners: None):
    for name in FILES:
        load(name)
    maria = Lead.objects.get(name="Maria Conceição")
    assert (maria.email, maria.email_key) == ("", "")
    tomas = Lead.objects.get(name="Tomáš Novák")
    assert (tomas.email, tomas.email_key) == ("tomas.novak(at)example.com", "")
    for lead in (maria, tomas):
        assert sorted(lead.external_ids.values_list("system", flat=True)) == SYSTEMS


def test_fifteen_and_eighteen_characters_are_one_id(owners: None):
    load("salesforce_report")
    before = set(ExternalId.objects.values_list("external_id", "lead_id"))
    load("salesforce_dataloader")
    assert set(ExternalId.objects.values_list("external_id", "lead_id")) == before
    assert len(before) == 30
