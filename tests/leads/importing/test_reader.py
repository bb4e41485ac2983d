"""Files of every form end in rows, or in one clear sentence."""

import codecs
from pathlib import Path

import pytest

from leads.importing.decoding import UnreadableFile
from leads.importing.reader import Layout, Sheet

PLAIN = "Id,Name,Note\n1,Zoë,a\n2,Žunić,b\n"
ROWS = [["1", "Zoë", "a"], ["2", "Žunić", "b"]]


def read(path: Path, content: bytes, **layout) -> list[list[str]]:
    path.write_bytes(content)
    return [row.cells for row in Sheet(path, Layout(**layout), ["Id", "Name"])]


def problems(path: Path, content: str) -> list[tuple[int, str]]:
    path.write_text(content, newline="")
    return [(row.line, row.problem) for row in Sheet(path, Layout(), ["Id", "Name"])]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        b"Report of leads\n\nRun by: Mara\n" + PLAIN.encode(),
        PLAIN.replace("\n", "\n\n").encode(),
        PLAIN.replace("Zoë", "Z\0oë").encode(),
        PLAIN.replace("\n", ",,\n").encode(),
        PLAIN.replace("Id,Name", "ID , name ").encode(),
    ],
)
def test_form_of_a_file_does_not_matter(path: Path, content: bytes):
    assert [cells[:3] for cells in read(path, content)] == ROWS


def test_windows_letters_are_read_and_spoil_no_utf8(path: Path):
    content = "Id,Name,Note\n1,Zoë,a\n".encode() + "2,Zoë,–\n".encode("cp1252")
    assert read(path, content) == [["1", "Zoë", "a"], ["2", "Zoë", "–"]]


def test_named_encoding_and_delimiter_rule(path: Path):
    content = "Id:Name\n1:Łódź\n".encode("iso8859-2")
    assert read(path, content, encoding="iso8859-2", delimiter=":") == [["1", "Łódź"]]


def test_footer_ends_the_rows(path: Path):
    content = PLAIN + "\nGrand Totals (2 records)\n3,after,all\n"
    assert read(path, content.encode(), footer=("Grand Totals",)) == ROWS


def test_ragged_rows_are_told_and_lose_no_other(path: Path):
    content = "Id,Name,Note\n1,a\n2,b,c,d\n3,e,f,\n4,g,h\nId,Name,Note\n"
    found = problems(path, content)
    assert found == [
        (2, "The row has 2 cells, the header has 3."),
        (3, "The row has 4 cells, the header has 3."),
        (4, ""),
        (5, ""),
        (6, "This line repeats the header."),
    ]


def test_short_rows_are_filled_where_the_mapping_says_so(path: Path):
    assert read(path, b"Id,Name,Note\n1,a\n", fills_short_rows=True) == [["1", "a", ""]]


def test_quote_that_never_closes_loses_its_own_line_only(path: Path):
    content = 'Id,Name\n1,"a\nb"\n2,"c\n' + "".join(f"{number},x\n" for number in range(3, 1200))
    found = problems(path, content)
    assert found[0] == (2, "")
    assert found[1] == (4, "A quote is opened in this line and never closed.")
    assert found[2:] == [(line, "") for line in range(5, 1202)]


def test_second_column_of_a_name_has_a_name_of_its_own(path: Path):
    path.write_text("Id,Name,Note,Note\n1,a,b,c\n")
    sheet = Sheet(path, Layout(), ["Id", "Note #2"])
    assert sheet.header == ["Id", "Name", "Note", "Note #2"]
    assert sheet.place("Note #2") == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n  \n", "The file is empty."),
        (b"PK\x03\x04rest", "This is no text file: save the table as CSV first."),
        (b"a,b\n1,2\n", "None of the mapping's columns is in this file; its first line reads: a, b"),
        (b"Id,Mail\n1,2\n", "The file has no column “Name”; it has: Id, Mail"),
    ],
)
def test_file_that_cannot_be_read_says_why(path: Path, content: bytes, sentence: str):
    with pytest.raises(UnreadableFile) as caught:
        read(path, content)
    assert str(caught.value) == sentence


def test_missing_file_says_so(tmp_path: Path):
    with pytest.raises(UnreadableFile) as caught:
        Sheet(tmp_path / "none.csv", Layout(), ["Id"])
    assert str(caught.value) == "The file cannot be opened: No such file or directory."


#: What the badly formed files end in: their rows, those with a problem in brackets.
MESSY = {
    "ck_bad.csv": [("1",), (",",), "0"],
    "ck_mac_newlines.csv": ["1", "Once upon\ra time"],
    "ck_null_byte.csv": [""],
    "ck_optional_quote_characters.csv": ["1"],
    "ck_test_extra_header.csv": [("1",)],
    "ck_test_header_newline.csv": ["d"],
    "ck_test_latin1.csv": ["1", "4"],
    "ck_test_locale.csv": ["1,7"],
    "ck_test_utf16_big.csv": ["1", "4"],
    "ck_test_utf16_little.csv": ["1", "4"],
    "ck_test_utf8_bom.csv": ["1", "4"],
}


@pytest.mark.shared_data
def test_each_messy_file_ends_in_rows(shared_data: Path):
    found = {}
    for path in sorted((shared_data / "messy").iterdir()):
        rows = list(Sheet(path, Layout(), []))
        found[path.name] = [(row.cells[0] or ",",) if row.problem else row.cells[0] for row in rows]
    assert found == MESSY
