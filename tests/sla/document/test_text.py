"""The round trip, the canonical text that is signed, and the clauses in words."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla import document
from tests.sla.readiness.invented import criteria

DEFAULT = document.default_agreement()

_texts = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=20
).filter(str.strip)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def agreements(draw: st.DrawFn) -> dict[str, Any]:
    """Draw changes of the shipped agreement that keep it faultless."""
    data = copy.deepcopy(DEFAULT)
    data["title"] = draw(_texts)
    data["preamble"] = draw(st.just("") | _texts)
    data["segment"] = {"label": draw(st.just("") | _texts), "rule": draw(st.none() | criteria)}
    data["gates"] = {"readiness": draw(criteria), "qualification": draw(criteria)}
    data["maturity_days"] = draw(st.none() | st.integers(1, 3650))
    data["valve"] = draw(st.none() | st.just(data["valve"]))
    data["engagement"]["half_life_days"] = draw(st.integers(1, 60) | st.floats(1, 60))
    for part in ("reasons", "commitments", "fit"):
        data[part] = draw(st.permutations(data[part]))
    for commitment in data["commitments"]:
        commitment["is_on"] = draw(st.booleans()) or commitment["code"] in ("decide", "hand_over")
        if commitment["target"] is not None:
            commitment["target"] = draw(st.floats(0, 1) | st.integers(0, 1))
    return data


@given(agreements())
@settings(max_examples=60, deadline=None)
def test_document_survives_the_round_trip(data: dict[str, Any]) -> None:
    read = document.parse(data)
    written = document.dump(read)
    assert document.parse(json.loads(json.dumps(written))) == read
    assert document.dump(document.parse(written)) == written


def test_shipped_agreement_is_written_as_it_is_read() -> None:
    assert document.dump(document.parse(DEFAULT)) == DEFAULT


@given(_json)
@settings(deadline=None)
def test_canonical_text_is_its_own_canonical_text(data: Any) -> None:
    try:
        text = document.canonical_text(data)
    except ValueError:
        return
    assert document.canonical_text(json.loads(text)) == text


@given(st.dictionaries(st.text("abc", max_size=3), st.integers(), max_size=6), st.randoms())
def test_canonical_text_ignores_the_order_of_keys(data: dict[str, int], draw: Any) -> None:
    items = list(data.items())
    draw.shuffle(items)
    assert document.canonical_text(dict(items)) == document.canonical_text(data)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ([1, 1.0, -0.0, 0.5, 1e3, 1e-7], "[1,1,0,0.5,1000,1e-07]"),
        ("e\u0301 “x”\n", '"é “x”\\n"'),
        ({"e\u0301": 1}, '{"é":1}'),
        ((1, 2), "[1,2]"),
    ],
)
def test_canonical_text_is_pinned(data: Any, text: str) -> None:
    assert document.canonical_text(data) == text


@pytest.mark.parametrize("data", [float("nan"), [float("inf")], {"é": 1, "e\u0301": 2}])
def test_canonical_text_refuses_what_has_no_one_text(data: Any) -> None:
    with pytest.raises(ValueError, match=r"infinite|same text"):
        document.canonical_text(data)


def test_hash_is_that_of_the_text_in_utf_8() -> None:
    assert document.sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert document.sha256("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


def test_any_change_of_content_changes_the_hash() -> None:
    signed = document.sha256(document.canonical_text(DEFAULT))
    for change in ({"title": "Other"}, {"maturity_days": 181}, {"valve": None}):
        assert document.sha256(document.canonical_text(DEFAULT | change)) != signed


def test_clauses_read_as_sentences() -> None:
    agreement = document.parse(DEFAULT)
    said = {each.code: str(document.explain_clause(each, agreement)) for each in agreement.commitments}
    assert said["decide"] == (
        "Accept or decline within 2 business hours (Top), 4 business hours (High), 8 business hours (others) "
        "of the offer, in at least 90% of cases"
    )
    assert said["volume"] == "Deliver 120 ready leads each month, at most 12 a day"
    assert said["rule"] == "Rule on a contested decline within 3 business days, in at least 90% of cases"
    assert said["close_rate"] == (
        "Win the leads followed up, at a margin of 20% or more, in at least 30% of cases each quarter"
    )


def test_every_clause_can_be_said() -> None:
    agreement = document.parse(DEFAULT)
    for commitment in agreement.commitments:
        assert "%(" not in str(document.explain_clause(commitment, agreement))


def test_clause_is_said_in_another_language() -> None:
    agreement = document.parse(DEFAULT)
    german = {
        "Rule on a contested decline within %(time)s": "Entscheidet über Einsprüche in %(time)s",
        "%(amount)s business days": "%(amount)s Arbeitstagen",
        "in at least %(percent)s%% of cases": "in mindestens %(percent)s%% der Fälle",
    }
    sentence = document.explain_clause(agreement.commitment("rule"), agreement)
    assert sentence.say(lambda text: german.get(text, text)) == (
        "Entscheidet über Einsprüche in 3 Arbeitstagen, in mindestens 90% der Fälle"
    )
