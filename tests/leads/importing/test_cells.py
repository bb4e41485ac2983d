"""Cells become values as the mapping says, or a reason why not."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from leads.importing.cells import BadCell, Coarse, compile_cell
from leads.importing.mapping import Cell
from leads.importing.shapes import Field

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def value(text: str, kind: str = "text", **options):
    longest = options.pop("longest", 0)
    field = Field(kind, longest, options.pop("choices", frozenset()))
    cell = Cell(columns=("A",), field=field, label="fields.a", **options)
    return compile_cell(cell, [0])([[text]])[0]


@pytest.mark.parametrize(
    ("text", "kind", "options", "expected"),
    [
        ("  a  b\n c ", "text", {}, "a b c"),
        ("  a\r\nb ", "note", {}, "a\nb"),
        ("", "text", {}, None),
        ("Select", "text", {"blanks": frozenset({"select"})}, None),
        ("Web", "text", {"values": (("web", "form"),)}, "form"),
        ("web ", "text", {"values": (("web", "form"),)}, "form"),
        ("Web", "text", {"values": (("web", "form"),), "coarse": frozenset({"form"})}, Coarse("form")),
        ("Paid Search | brand", "text", {"values": (("paid search*", "paid"),)}, "paid"),
        ("Other", "text", {"values": (("web", "form"),)}, "Other"),
        ("Other", "text", {"values": (("web", "form"),), "unmapped": "blank"}, None),
        ("1,400", "whole", {}, 1400),
        ("$1,234.50", "number", {}, Decimal("1234.50")),
        ("1.234,5 €", "number", {"decimal": ","}, Decimal("1234.5")),
        ("Yes", "flag", {}, True),
        ("0", "flag", {}, False),
        ("2026-11-12T08:15:00.000Z", "moment", {}, datetime(2026, 11, 12, 8, 15, tzinfo=UTC)),
        ("2026-11-12 09:15", "moment", {"zone": AMSTERDAM}, datetime(2026, 11, 12, 8, 15, tzinfo=UTC)),
        # The hour that the change of clocks repeats is read as its first pass.
        ("2026-10-25 02:30", "moment", {"zone": AMSTERDAM}, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("20210105", "moment", {"dates": ("%Y%m%d",)}, Coarse(datetime(2021, 1, 5, tzinfo=UTC))),
        ("2026-11-12", "moment", {}, Coarse(datetime(2026, 11, 12, tzinfo=UTC))),
        ("1/18/2021 0:00", "date", {"dates": ("%m/%d/%Y 0:00",)}, date(2021, 1, 18)),
        ("5 Jan 2021", "date", {"dates": ("iso", "%d %b %Y")}, date(2021, 1, 5)),
    ],
)
def test_cell_is_read(text: str, kind: str, options: dict, expected: object):
    assert value(text, kind, **options) == expected


@pytest.mark.parametrize(
    ("text", "kind", "options", "reason"),
    [
        ("x" * 11, "text", {"longest": 10}, "fields.a has 11 characters; 10 fit."),
        ("many", "whole", {}, "fields.a: “many” is no number."),
        ("-4", "whole", {}, "fields.a: “-4” is out of range."),
        ("perhaps", "flag", {}, "fields.a: “perhaps” is neither yes nor no."),
        ("2026-13-01", "moment", {}, "fields.a: “2026-13-01” is no date in the form 2026-11-23."),
        (
            "2/30/2021",
            "date",
            {"dates": ("%m/%d/%Y",)},
            "fields.a: “2/30/2021” is no date in the form 11/23/2026.",
        ),
        ("Hot", "choice", {"choices": frozenset({"sal"})}, "fields.a: the mapping has no word for “Hot”."),
        (
            "Hot",
            "text",
            {"unmapped": "reject", "values": (("a", "b"),)},
            "fields.a: the mapping has no word for “Hot”.",
        ),
    ],
)
def test_cell_that_cannot_be_read_says_why(text: str, kind: str, options: dict, reason: str):
    found = value(text, kind, **options)
    assert isinstance(found, BadCell)
    assert str(found) == reason


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("5.1.2021 07:08:09", "%d.%m.%Y %H:%M:%S"),
        ("07:08, 5/1/2021", "%H:%M, %d/%m/%Y"),
        ("2021-01-05 23", "%Y-%m-%d %H"),
        ("2021-03", "%Y-%m"),
        ("5th at 30 past, 2021", "%dth at %M past, %Y"),
        ("1/5/2021 11:30 PM", "%m/%d/%Y %I:%M %p"),
        ("2021-01-05 07:08 -0500", "%Y-%m-%d %H:%M %z"),
    ],
)
def test_moment_is_read_as_its_form_says(text: str, form: str):
    expected = datetime.strptime(text, form)
    found = value(text, "moment", dates=(form,), zone=AMSTERDAM)
    assert getattr(found, "value", found) == (
        expected if expected.tzinfo else expected.replace(tzinfo=AMSTERDAM)
    )


def test_columns_are_joined_without_blank_ones():
    cell = Cell(columns=("A", "B"), field=Field("text"), label="name", blanks=frozenset({"n/a"}))
    take = compile_cell(cell, [0, 1])
    assert take([["Ada", "King"], ["N/A", "King"], ["", ""]]) == ["Ada King", "King", None]


def test_template_is_blank_as_soon_as_one_of_its_columns_is():
    cell = Cell(columns=("A", "B"), field=Field("text"), label="mail", template="{A}.{B}@example.com")
    take = compile_cell(cell, [0, 1])
    assert take([["ada", "king"], ["ada", ""]]) == ["ada.king@example.com", None]


def test_optional_column_that_is_not_there_tells_nothing():
    cell = Cell(columns=("A",), field=Field("text"), label="name")
    assert compile_cell(cell, [None])([["x"]]) == [None]
