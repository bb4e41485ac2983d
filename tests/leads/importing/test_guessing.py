"""A first look at an unknown file proposes what its columns mean; people correct it."""

from pathlib import Path

import pytest

from leads.importing import guessing
from leads.importing.leads import SHAPE
from leads.importing.touches import SHAPE as TOUCHES

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
LABELS = {
    "hubspot_contacts_export.csv": "HubSpot contacts",
    "marketo_bulk_lead_extract.csv": "Marketo bulk lead extract",
    "pipedrive_leads_export.csv": "Pipedrive leads",
    "salesforce_dataloader_Lead.csv": "Salesforce Data Loader, Lead",
    "salesforce_lead_report_cp1252_footer.csv": "Salesforce lead report",
    "zoho_leads_export.csv": "Zoho leads",
}


@pytest.mark.parametrize("name", sorted(LABELS))
def test_usual_exports_are_recognized_by_their_columns(name: str):
    look = guessing.look(SAMPLES / name)
    found = guessing.recognize(look.header, guessing.shipped(), SHAPE)
    assert found is not None
    assert found["label"] == LABELS[name]


def test_a_header_of_something_else_is_not_recognized():
    assert guessing.recognize(["Id", "Colour"], guessing.shipped(), SHAPE) is None


def test_title_lines_and_the_delimiter_are_found(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("Report of November\n\nId;Vorname;Nachname;Firma\n7;Ada;Park;Vela\n")
    look = guessing.look(path)
    assert (look.delimiter, look.header) == (";", ["Id", "Vorname", "Nachname", "Firma"])
    assert look.rows == [["7", "Ada", "Park", "Vela"]]
    assert guessing.propose(look, SHAPE) == ["id", "first_name", "last_name", "company"]


def test_each_use_is_proposed_once():
    look = guessing.Look(["E-mail", "Email", "Colour"], [], ",")
    assert guessing.propose(look, SHAPE) == ["email", "", ""]


def test_a_touch_names_its_lead():
    look = guessing.Look(["Lead ID", "Activity date", "Type"], [], ",")
    assert guessing.propose(look, TOUCHES) == ["lead.id", "happened_at", "kind"]


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["2026-11-23", "2026-11-23T10:00:00Z"], "iso"),
        (["23.11.2026"], "%d.%m.%Y"),
        (["11/23/2026", "1/2/2026"], "%m/%d/%Y"),
        (["1/2/2026", "23/2/2026"], "%d/%m/%Y"),
        (["20261123"], "%Y%m%d"),
        (["next week"], "iso"),
        ([], "iso"),
    ],
)
def test_the_form_of_dates_fits_every_value(values: list[str], form: str):
    assert guessing.date_forms(values) == [form]


def test_names_in_two_columns_become_one_cell():
    made = guessing.document(
        label="People",
        system="crm",
        shape=SHAPE,
        header=["Id", "First", "Last", "Colour", "Opt out", "Budget"],
        chosen=["id", "first_name", "last_name", "attribute", "consent.mail", "bant.budget"],
        dates=["iso"],
    )
    assert made["fields"] == {"name": {"columns": ["First", "Last"]}}
    assert made["attributes"] == {"colour": "Colour"}
    assert made["consent"][0]["column"] == "Opt out"
    assert made["bant"] == {"budget": "Budget"}
