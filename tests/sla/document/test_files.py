"""Agreements as files: schema, templates, JSON and YAML."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla import document

TEXTS = {
    "default": document.default_agreement(),
    **{code: document.template(code) for code in document.TEMPLATES},
}
VALUES = st.text() | st.booleans() | st.none() | st.integers()
PUBLISHED = Path(__file__).parents[3] / "docs" / "agreement.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(document.schema())


def test_published_schema_is_the_one_of_the_code() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == document.schema()


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(document.schema())


@pytest.mark.parametrize("name", TEXTS)
def test_every_shipped_text_is_valid(name: str) -> None:
    agreement = document.parse(TEXTS[name])
    assert list(VALIDATOR.iter_errors(document.dump(agreement))) == []
    assert list(VALIDATOR.iter_errors(TEXTS[name])) == []


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""}, {"legs": []}, {"maturity_days": 0}, {"unknown": 1}, {"grid": {"fit": {"A": 1}}},
        {"routing": {"method": "lottery", "max_hops": 3}}, {"starts_on": "1 Dec 2026"},
        {"gates": {"readiness": {"fact": "shoe size", "op": "=", "value": 1}, "qualification": {"all": []}}},
    ],
    ids=str,
)  # fmt: skip
def test_schema_refuses_what_the_reader_refuses(change: dict[str, Any]) -> None:
    data = TEXTS["default"] | change
    assert list(VALIDATOR.iter_errors(data))
    with pytest.raises(document.InvalidDocument):
        document.parse(data)


def test_templates_differ_and_start_when_they_are_told() -> None:
    assert len({document.canonical_text(text) for text in TEXTS.values()}) == 4
    begun = document.parse(document.template("software", date(2027, 8, 31)))
    assert (begun.starts_on, begun.review_due_on) == (date(2027, 8, 31), date(2028, 2, 29))


@pytest.mark.parametrize("write", [document.as_json, document.as_yaml])
@pytest.mark.parametrize("name", TEXTS)
def test_round_trip_keeps_the_hash(name: str, write: Any) -> None:
    normal = document.dump(document.parse(TEXTS[name]))
    again = document.dump(document.parse(document.read(write(normal))))
    assert document.canonical_text(again) == document.canonical_text(normal)


@given(st.dictionaries(st.text(min_size=1), VALUES, min_size=1))
def test_both_forms_read_back_what_was_written(data: dict[str, Any]) -> None:
    assert document.read(document.as_json(data)) == data
    assert document.read(document.as_yaml(data)) == data


def test_yaml_has_no_surprises() -> None:
    assert document.read("country: no\nstarts_on: 2026-12-01\nis_on: true\n") == {
        "country": "no",
        "starts_on": "2026-12-01",
        "is_on": True,
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: " + "9" * 5000, "The file holds a value that cannot be read."),
        ('{"a": ' + "9" * 5000 + "}", "The file holds a value that cannot be read."),
        ("a: !!timestamp 2026-99-99", "The file holds a value that cannot be read."),
        ("a: !!bool perhaps", "The file holds a value that cannot be read."),
        ("a: &x [1]\nb: *x\n", "References (*name) are not allowed in an agreement."),
        ("a: 1\na: 2\n", "“a” stands twice in one object."),
        ('{"a": 1, "a": 2}', "“a” stands twice in one object."),
        ("{", "Line 1, column 2: this is not JSON."),
        ("a: [", "Line 1: this is not YAML."),
        ("!!python/object:os.system {}", "Line 1: this is not YAML."),
        ('{"a":' * 100_000, "The file is nested too deeply."),
        ("x" * 1_000_001, "The file is larger than 1,000,000 signs."),
    ],
    ids=lambda value: str(value)[:30],
)
def test_unreadable_file_is_told_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(document.Unreadable) as refused:
        document.read(text)
    assert str(refused.value.sentence) == sentence
