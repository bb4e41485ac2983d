"""Spreadsheets are read like text files; what is no table ends in one sentence."""

import csv
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from leads import importing
from leads.importing import workbooks
from leads.models import Lead
from tests.leads.importing.files import mapping

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def book(path: Path, rows: list[list[object]]) -> Path:
    made = openpyxl.Workbook()
    made.active.title = "Notes"
    sheet = made.create_sheet("People")
    for row in rows:
        sheet.append(row)
    made.save(path)
    return path


def rows_of(path: Path) -> list[list[str]]:
    with workbooks.delimited(path) as text, text.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_cells_are_told_as_a_csv_export_would(tmp_path: Path):
    path = book(
        tmp_path / "a.xlsx",
        [
            ["Id", "Since", "At", "Size", "Open", None],
            [7, date(2026, 3, 1), datetime(2026, 3, 1, 9, 5), 2.5, True],
        ],
    )
    assert rows_of(path) == [
        ["Id", "Since", "At", "Size", "Open"],
        ["7", "2026-03-01", "2026-03-01 09:05:00", "2.5", "true"],
    ]


def test_text_files_are_left_alone(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("Id\n1\n")
    with workbooks.delimited(path) as text:
        assert text == path


@pytest.mark.django_db
def test_a_spreadsheet_is_imported_like_its_csv(tmp_path: Path):
    path = book(tmp_path / "a.xlsx", [["Id", "Name"], ["1", "Ada Park"], ["2", "Ben Lund"]])
    target = importing.LeadsTarget()
    document = mapping(fields={"name": "Name"}, ids=["Id"])
    run = importing.run(path=path, mapping=importing.parse(document, target.shape), target=target, now=NOW)
    assert (run.created, run.rejected) == (2, 0)
    assert sorted(Lead.objects.values_list("name", flat=True)) == ["Ada Park", "Ben Lund"]


def refused(path: Path) -> str:
    with pytest.raises(importing.UnreadableFile) as caught:
        rows_of(path)
    return str(caught.value)


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path: Path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    assert refused(path) == "The spreadsheet unpacks to too much. Save the table as CSV."


def test_texts_that_fill_the_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbooks, "LARGEST_HELD", 100_000)
    path = tmp_path / "texts.xlsx"
    with zipfile.ZipFile(book(path, [["Id"], ["1"]]), "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b"<si/>" * 20_001)
    assert refused(path) == "The spreadsheet unpacks to too much. Save the table as CSV."


@pytest.mark.parametrize("data", [b"<worksheet><a", b"<a/>", b"", b"\xff\xfe"])
def test_damaged_sheet_ends_in_a_sentence(tmp_path: Path, data: bytes):
    path, bad = book(tmp_path / "a.xlsx", [["Id"], ["1"]]), tmp_path / "bad.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bad, "w") as new:
        for part in old.infolist():
            is_sheet = part.filename.startswith("xl/worksheets/")
            new.writestr(part.filename, data if is_sheet else old.read(part))
    assert refused(bad).startswith("The spreadsheet ")


def test_external_entities_are_refused(tmp_path: Path):
    path = book(tmp_path / "a.xlsx", [["Id"], ["1"]])
    evil = tmp_path / "evil.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(evil, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/workbook.xml":
                data = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + data
            new.writestr(part, data)
    assert refused(evil) == "The spreadsheet cannot be opened. Save it again as XLSX or CSV."


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"word/document.xml": b"<x/>"}, "This is no text file: save the table as CSV first."),
        ({"xl/workbook.xml": b"nonsense"}, "The spreadsheet cannot be opened. Save it again as XLSX or CSV."),
    ],
)
def test_another_packed_file_ends_in_a_sentence(tmp_path: Path, parts: dict[str, bytes], sentence: str):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert refused(path) == sentence


def test_a_cut_off_file_is_damaged(tmp_path: Path):
    whole = book(tmp_path / "a.xlsx", [["Id"], ["1"]]).read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    assert refused(path) == "The spreadsheet is damaged."


def test_an_empty_spreadsheet_says_so(tmp_path: Path):
    assert refused(book(tmp_path / "a.xlsx", [])) == "The spreadsheet is empty."
