"""Spreadsheets are read like text files; what is no table ends in one sentence."""

import csv
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet._reader import WorkSheetParser

from leads import importing
from leads.importing import books, guessing, workbooks
from leads.importing.reader import TITLE_LINES
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


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Write down every row that is unpacked, by its number."""
    numbers: list[int] = []
    parse = WorkSheetParser.parse_row

    def count(self: WorkSheetParser, row: object) -> object:
        found = parse(self, row)
        numbers.append(found[0])
        return found

    monkeypatch.setattr(WorkSheetParser, "parse_row", count)
    return numbers


SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHARED = (
    b'<Override PartName="/xl/sharedStrings.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def texts_xml(texts: Iterable[str]) -> bytes:
    return f'<sst xmlns="{SPACE}">{"".join(f"<si><t>{text}</t></si>" for text in texts)}</sst>'.encode()


def sheet_xml(rows: Iterable[str], *, before: str = "") -> bytes:
    return f'<worksheet xmlns="{SPACE}">{before}<sheetData>{"".join(rows)}</sheetData></worksheet>'.encode()


def with_parts(path: Path, parts: dict[str, bytes], texts: Iterable[str] = ()) -> Path:
    """Return a workbook of two sheets, some of its parts replaced."""
    whole = book(path.with_name("whole.xlsx"), [["Id"], ["1"]])
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = parts.get(part, old.read(part))
            if part == "[Content_Types].xml":
                data = data.replace(b"</Types>", SHARED + b"</Types>")
            new.writestr(part, data)
        new.writestr("xl/sharedStrings.xml", texts_xml(texts))
    return path


@pytest.mark.parametrize("before", ["", '<dimension ref="A1:B200000"/>'])
def test_first_look_unpacks_the_first_rows_only(tmp_path: Path, parsed: list[int], before: str):
    filled = (
        f'<row r="{number}"><c r="A{number}" t="s"><v>{number % 900}</v></c></row>'
        for number in range(1, 60_001)
    )
    path = with_parts(
        tmp_path / "large.xlsx",
        {"xl/worksheets/sheet1.xml": sheet_xml(filled, before=before)},
        (f"text {number}" for number in range(900)),
    )
    found = guessing.look(path, rows=50)
    assert found.rows[0] == ["text 2"]
    assert len(found.rows) == 50
    assert max(parsed) == 50 + TITLE_LINES
    parsed.clear()
    assert len(rows_of(path)) == 60_000
    assert len(parsed) == 60_000


def test_texts_are_unpacked_as_far_as_cells_need_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []
    monkeypatch.setattr(books, "_text", lambda node: read.append(node.tag) or f"text {len(read)}")
    rows = (f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in range(1, 5_001))
    path = with_parts(tmp_path / "texts.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(rows)}, ["x"] * 5_000)
    guessing.look(path, rows=10)
    assert len(read) == 10 + TITLE_LINES


def test_row_number_that_no_sheet_has_ends_the_sheet(tmp_path: Path):
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="999999999999"><c r="A2"><v>2</v></c></row>'
    path = with_parts(tmp_path / "far.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml([far])})
    assert guessing.look(path).header == ["1"]


def test_row_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(books, "LARGEST_ROW", 300_000)
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 20_001))
    path = with_parts(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml([rows])})
    assert len(rows_of(path)) == 20_000
    wide = "<row r='1'>" + "<c><v>1</v></c>" * 60_000 + "</row>"
    bad = with_parts(tmp_path / "wide.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml([wide])})
    assert refused(bad) == "The spreadsheet cannot be opened. Save it again as XLSX or CSV."


def test_a_look_does_not_search_for_ever_for_the_first_row(tmp_path: Path):
    rows = (f'<row r="{n}"/>' for n in range(1, workbooks.MOST_EMPTY + 2))
    path = with_parts(tmp_path / "empty.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(rows)})
    with pytest.raises(importing.UnreadableFile, match="too many empty rows"):
        guessing.look(path)


def test_styles_that_fill_the_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbooks, "LARGEST_START", 1_000)
    path = with_parts(tmp_path / "a.xlsx", {"xl/styles.xml": b" " * 1_001})
    assert refused(path) == "The spreadsheet unpacks to too much. Save the table as CSV."
