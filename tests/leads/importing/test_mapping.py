"""Mappings are checked at once and as a whole; each problem names its place."""

import json
from pathlib import Path

import pytest

from leads import importing
from leads.importing import deals, people, touches
from leads.importing.leads import SHAPE
from sla.importing.target import SHAPE as HANDOFFS
from tests.leads.importing.files import mapping

SHIPPED = Path(importing.__file__).parent / "mappings"
EXAMPLES = Path(__file__).parents[3] / "docs" / "mappings"
SHAPES = {shape.target: shape for shape in (SHAPE, people.SHAPE, touches.SHAPE, deals.SHAPE, HANDOFFS)}


def problems(data: object) -> list[str]:
    with pytest.raises(importing.InvalidMapping) as caught:
        importing.parse(data, SHAPE)
    return [str(problem) for problem in caught.value.problems]


MAPPINGS = sorted([*SHIPPED.glob("*.json"), *EXAMPLES.glob("*.json")])


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)
def test_shipped_mapping_is_valid(path: Path):
    data = json.loads(path.read_text())
    assert importing.parse(data, SHAPES[data["target"]]).document == data


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"target": "deals"}, "target: This must be “leads”."),
        ({"format": None}, "format: This must be “concord/mapping/1”."),
        ({"system": ""}, "system: This is missing or of the wrong kind."),
        ({"rank": "high"}, "rank: This is missing or of the wrong kind."),
        ({"colour": 1}, "colour: There is no such key."),
        ({"time_zone": "Mars"}, "time_zone: There is no time zone “Mars”."),
        ({"blanks": "Select"}, "blanks: This must be a list of texts."),
        ({"file": {"encoding": "utf-99"}}, "file.encoding: There is no encoding “utf-99”."),
        ({"file": {"delimiter": "::"}}, "file.delimiter: A delimiter is one character."),
        ({"file": {"short_rows": "guess"}}, "file.short_rows: Say “reject” or “fill”."),
        ({"fields": []}, "fields: This must be a JSON object."),
        ({"fields": {"name": {}}}, "fields.name: Give either a column or a constant."),
        (
            {"fields": {"stage": {"column": "S", "values": {"New": "fresh"}}}},
            "fields.stage.values.New: Say one of: customer, disqualified, inquiry, lost, mql, nurturing, "
            "opportunity, recycled, sal, sql.",
        ),
        (
            {"fields": {"name": {"column": "N", "unmapped": "drop"}}},
            "fields.name.unmapped: Say keep, blank or reject.",
        ),
        ({"consent": [{"channel": "fax", "column": "F"}]}, "consent[0].channel: Say any, mail or phone."),
        (
            {"fields": {"name": {"column": "N", "type": "date"}}},
            "fields.name.type: Only attributes have a type: text, number, whole, moment, date, flag.",
        ),
        (
            {"ids": [], "fields": {"title": "T"}},
            "ids: Without an id, an address or a name no lead can be told from another.",
        ),
    ],
)
def test_problem_names_its_place(change: dict, problem: str):
    assert problem in problems(mapping(**change))


def test_all_problems_are_told_at_once():
    assert len(problems(mapping(system="", rank="x", colour=1))) == 3


def test_mapping_that_is_no_object_is_refused():
    assert problems([]) == ["$: A mapping is a JSON object."]


def test_hash_knows_two_mappings_apart_but_not_the_order_of_keys():
    one = importing.parse(mapping(), SHAPE)
    turned = importing.parse(dict(reversed(mapping().items())), SHAPE)
    other = importing.parse(mapping(rank=11), SHAPE)
    assert one.sha256 == turned.sha256 != other.sha256
