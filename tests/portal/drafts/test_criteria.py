"""The builder of criteria loses nothing, and its buttons do what they say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.forms.drafts import criteria, lists
from sla import document, readiness

AT = "gates.readiness"
TEXT = st.text("abc1 .\"'{}[]é", min_size=1, max_size=8).filter(lambda text: text.strip())
LINE = TEXT | st.sampled_from(["5", "true", "null", '"', "1.5", " x"])
NUMBER = st.integers(-10, 10**6) | st.sampled_from([0.5, 2.25])
MORE = st.fixed_dictionaries({}, optional={"unknown": st.sampled_from(["missed", "met"]), "label": TEXT})


def compared(values: Any, ops: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    one = st.fixed_dictionaries({"op": st.sampled_from(ops), "value": values})
    some = st.fixed_dictionaries(
        {"op": st.sampled_from(["in", "not_in"]), "value": st.lists(values, min_size=1, max_size=3)}
    )
    return one | some | st.just({"op": "known"})


CONTAINS = st.fixed_dictionaries({"op": st.just("contains"), "value": LINE | st.lists(LINE, min_size=1)})
HEADS = st.one_of(
    st.tuples(
        st.sampled_from(["industry", "title"]).map(lambda name: {"fact": name}),
        compared(LINE, ["=", "!="]) | CONTAINS,
    ),
    st.tuples(st.just({"fact": "employees"}), compared(NUMBER, [">", "<="])),
    st.tuples(st.just({"fact": "attributes.Own size"}), compared(LINE | NUMBER | st.booleans(), ["=", "!="])),
    st.tuples(
        st.just({"bant": "budget", "currency": "EUR"}),
        st.just({"op": ">", "value": 5}) | st.just({"op": "known"}),
    ),
    st.tuples(st.just({"bant": "timing"}), st.just({"within_days": 9}) | st.just({"op": "known"})),
    st.tuples(
        st.just({"touches": {"sides": ["prospect"], "kinds": ["visited", "attended"], "evidence": "synced"}})
        | st.just({"touches": {}}),
        st.just({"at_least": 3, "within_days": 14}),
    ),
    st.tuples(st.just({"score": "fit"}), st.just({"op": ">=", "value": 40})),
)
LEAVES = st.tuples(HEADS, MORE).map(lambda pair: {**pair[0][0], **pair[0][1], **pair[1]})


def groups(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(parts, min_size=1, max_size=3)
    labels = st.fixed_dictionaries({}, optional={"label": TEXT})
    plain = st.tuples(st.sampled_from(["all", "any"]), several, labels)
    return plain.map(lambda found: {found[0]: found[1], **found[2]}) | st.tuples(several, labels).map(
        lambda found: {"at_least": 1, "of": found[0], **found[1]}
    )


TREES = st.recursive(LEAVES, groups, max_leaves=8)


@given(TREES)
def test_what_is_shown_reads_back_unchanged(tree: dict[str, Any]) -> None:
    problems: list[document.Problem] = []
    parsed = readiness.parse_criterion(tree, AT, problems)
    if parsed is None:
        return
    assert criteria.read(criteria.posted_of(tree, AT), AT) == tree


def test_default_gates_read_back_unchanged() -> None:
    for gate in document.default_agreement()["gates"].values():
        assert criteria.read(criteria.posted_of(gate, AT), AT) == gate


@pytest.fixture
def posted() -> lists.Posted:
    first, second = {"fact": "employees", "op": ">=", "value": 50}, {"bant": "need", "op": "known"}
    return criteria.posted_of({"all": [first, second]}, AT)


def read(posted: lists.Posted) -> Any:
    return criteria.read(posted, AT)


def test_buttons_move_and_remove_parts(posted: lists.Posted) -> None:
    moved = read(criteria.change(posted, f"down:{AT}.parts:0"))["all"]
    assert ["bant" in moved[0], "fact" in moved[1]] == [True, True]
    assert read(criteria.change(posted, f"up:{AT}.parts:0")) == read(posted)
    assert read(criteria.change(posted, f"remove:{AT}.parts:1"))["all"] == read(posted)["all"][:1]


def test_buttons_add_a_criterion_and_a_group(posted: lists.Posted) -> None:
    with_leaf = criteria.change(posted, f"leaf:{AT}.parts")
    assert read(with_leaf)["all"][2] == {}
    with_group = criteria.change(posted, f"group:{AT}.parts")
    assert read(with_group)["all"][2] == {"any": [{}]}
    assert len(criteria.node(with_group, AT).parts[2].parts) == 1


@pytest.mark.parametrize("do", ["remove:nothing:0", "up", "down:x:9", "nonsense:a:b", f"remove:{AT}.parts:7"])
def test_unknown_button_changes_nothing(posted: lists.Posted, do: str) -> None:
    assert read(criteria.change(posted, do)) == read(posted)


def test_leaf_asks_only_what_it_needs(posted: lists.Posted) -> None:
    leaf = criteria.node(posted, AT).parts[1]
    assert set(leaf.form.fields) == {"what", "op", "value", "unknown", "label"}


def test_place_in_the_document_finds_its_place_on_the_page() -> None:
    assert (
        criteria.place_of("gates.readiness.all[0].of[2].value") == "gates.readiness.parts[0].parts[2].value"
    )


def test_row_number_out_of_all_reason_is_not_believed() -> None:
    assert lists.count({"reasons[999999999].row": [""], "reasons[1].row": [""]}, "reasons") == 2
