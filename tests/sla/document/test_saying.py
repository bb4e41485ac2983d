"""The agreement in words leaves nothing unsaid, and every change of it shows."""

from collections.abc import Iterator
from typing import Any

import pytest

from sla import document

DEFAULT = document.dump(document.parse(document.default_agreement()))
Path = tuple[Any, ...]
#: Values of a closed list that may stand instead of another, so that the text stays valid.
OTHERS = {
    "team": "rep", "rep": "team", "logged": "synced", "month": "quarter", "quarter": "month",
    "business_hours": "business_minutes", "business_minutes": "business_hours",
    "business_days": "calendar_days", "notify_owner": "pool", "notify_manager": "notify_owner",
    "reassign": "pool", "reroute": "pool", "round_robin": "weighted", "missed": "met", "EUR": "USD",
    "given": "withdrawn", "top": "high", "nobody": "sales", "note": "contact", "month_": "note",
}  # fmt: skip


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from places(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from places(one, (*path, index))
    else:
        yield path, value


def changed(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value - 0.01
    return OTHERS.get(value, f"{value} x") if isinstance(value, str) else value


def replaced(data: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = replaced(data[path[0]], path[1:], value)
    return copy


def texts(agreement: document.Document) -> dict[str, tuple[str, ...]]:
    said = document.clauses(agreement)
    return {anchor: (str(one.title), *map(str, one.texts)) for anchor, one in said.items()}


def test_every_value_that_may_change_is_said() -> None:
    """Change each value of the shipped text by itself: what stays valid must read otherwise."""
    said = texts(document.parse(DEFAULT))
    tried, silent = 0, []
    for path, value in places(DEFAULT):
        try:
            other = document.parse(replaced(DEFAULT, path, changed(value)))
        except document.InvalidDocument:
            continue
        if document.dump(other) != DEFAULT:
            tried += 1
            silent += [path] if texts(other) == said else []
    assert silent == []
    assert tried > 400


def test_numbers_of_clauses_count_within_their_chapter() -> None:
    chapters = document.chapters(document.parse(DEFAULT))
    assert [clause.number for clause in chapters[2].clauses] == ["3.1", "3.2", "3.3", "3.4"]
    assert str(chapters[2].clauses[2].texts[0]).startswith(
        "“Need and means”: at least 2 of these 4: Budget: more than 50,000 EUR;"
    )


def test_same_texts_do_not_differ() -> None:
    agreement = document.parse(DEFAULT)
    found = document.compare(agreement, agreement)
    assert not found.changes
    assert found.figures == ()


def test_difference_names_the_words_and_the_numbers_that_changed() -> None:
    data = replaced(DEFAULT, ("commitments", 0, "allowances", 2, "amount"), 6)
    found = document.compare(document.parse(DEFAULT), document.parse(data))
    (change,) = found.changes
    assert change.anchor == "commitments.decide"
    marked = [piece for piece in change.pieces(str) if piece[0] != "same"]
    assert ("remove", "8") in marked
    assert ("add", "6") in marked
    (figure,) = found.figures
    assert (figure.old, figure.new) == (8, 6)
    assert figure.path[:2] == ("commitments", "decide")


def test_clause_that_came_or_went_is_marked_whole() -> None:
    data = replaced(DEFAULT, ("reasons",), DEFAULT["reasons"][1:])
    found = document.compare(document.parse(DEFAULT), document.parse(data))
    gone = next(change for change in found.changes if change.new is None)
    assert {kind for kind, _ in gone.pieces(str)} == {"remove"}
    back = document.compare(document.parse(data), document.parse(DEFAULT))
    assert any(change.old is None for change in back.changes)


@pytest.mark.parametrize(
    ("before", "after"), [("a b c", "a x c"), ("", "a b"), ("a b", ""), ("a b c d", "d c b a"), ("a", "a")]
)
def test_marked_words_give_back_both_texts(before: str, after: str) -> None:
    pieces = document.words_changed(before, after)
    for unwanted, text in (("add", before), ("remove", after)):
        kept = "".join(words for kind, words in pieces if kind != unwanted)
        assert kept.split() == text.split()


def test_waiting_time_is_added_up_from_both_terms() -> None:
    said = [str(finding.sentence) for finding in document.consequences(document.parse(DEFAULT))]
    assert said[0] == (
        "Top: decide allows 2 business hours, first touch 4 business hours after: "
        "a lead may wait 6 business hours."
    )


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("commitments", 3, "params", "days"), 12, "12 different days do not fit into 10 business days"),
        (("commitments", 2, "allowances", 0, "amount"), 1, "who decides in time may be late already"),
        (("expiry", "after"), {"amount": 4, "unit": "business_hours"}, "an offer lapses after 4 business"),
        (("commitments", 5, "ladder"), [], "“Upkeep” has no escalation"),
        (("reasons", -1, "needs_attempts"), 9, "needs 9 attempts, yet Sales promises only"),
        (("commitments", 4, "allowances", 0, "amount"), 5, "Persistence has 10 business days, but"),
    ],
)
def test_consequence_is_said(path: Path, value: Any, expected: str) -> None:
    data = replaced(DEFAULT, path, value)
    if "days" in path:
        data = replaced(data, ("commitments", 3, "params", "attempts"), 12)
    said = "\n".join(str(finding.sentence) for finding in document.consequences(document.parse(data)))
    assert expected in said
    shipped = document.consequences(document.parse(DEFAULT))
    assert expected not in "\n".join(str(finding.sentence) for finding in shipped)


def test_daily_maximum_below_the_promise_is_said() -> None:
    index = next(place for place, one in enumerate(DEFAULT["commitments"]) if one["kind"] == "volume")
    data = replaced(DEFAULT, ("commitments", index, "params", "daily_maximum"), 4)
    said = [str(finding.sentence) for finding in document.consequences(document.parse(data))]
    assert "At most 4 a day are about 84 leads, fewer than the 120 promised." in said
