"""Columns in which each distinct value is told once, and what is judged of them."""

from hypothesis import given
from hypothesis import strategies as st

from sla import readiness
from sla.readiness import ScoreLeaf
from sla.standings import frames
from sla.standings.columns import Column

_windows = st.lists(st.tuples(st.just("prospect"), st.sampled_from(("opened", "clicked")), st.just(2)))
_values = st.one_of(
    st.none(), st.text(), st.integers(), st.floats(allow_nan=False), st.builds(tuple, _windows)
)


@given(st.lists(st.one_of(_values, st.integers(0, 400)), max_size=400))
def test_a_column_yields_its_rows_also_when_packed(rows: list[object]) -> None:
    column = Column.of(rows)
    assert list(column) == [_as_one(rows, row) for row in rows]
    assert list(Column.unpacked(column.packed())) == list(column)


def test_more_values_than_a_byte_holds() -> None:
    rows = [row % 700 for row in range(3_000)]
    column = Column.unpacked(Column.of(rows).packed())
    assert list(column) == rows
    odd = column.marks(bytes(value % 2 for value in column.known()))
    assert odd == bytes(row % 2 for row in rows)


def test_rows_at_their_places() -> None:
    column = Column.of(["a", "b", "a"], [1, 2, 4], size=6)
    assert not column.is_whole
    assert list(column.at(bytes([0, 1, 0, 0, 1, 0]))) == ["a", "a"]
    assert column.at(bytes([0, 1, 1, 0, 0, 0])).is_whole
    assert not column.at(bytes([0, 1, 0, 1, 0, 0])).is_whole


@given(st.lists(st.floats(-5, 20) | st.just(float("-inf"))), st.sampled_from((">", ">=", "<", "<=")))
def test_scores_are_judged_as_one_by_one(scores: list[float], op: str) -> None:
    leaf = ScoreLeaf("engagement", op, 8)
    together, alone = (frames.judge(leaf, readiness.compile(leaf).probes[0].value) for _ in range(2))
    marks = together.marks({"log_score": Column.of(scores)})
    assert marks == bytes(alone[score] for score in scores)


def _as_one(rows: list[object], row: object) -> object:
    """Return the first of what a dictionary takes for one: 1 and 1.0 are."""
    return next(other for other in rows if other == row)
