"""Axes end on round values and places are written so that SVG can read them."""

import pytest
from django.utils import translation

from portal.charts import scale


@pytest.mark.parametrize(
    ("top", "marks"),
    [
        (0, [0, 1]),
        (3, [0, 1, 2, 3]),
        (32, [0, 10, 20, 30, 40]),
        (120, [0, 50, 100, 150]),
        (5.4, [0, 2, 4, 6]),
        (100, [0, 25, 50, 75, 100]),
    ],
)
def test_ticks_are_round_and_few(top: float, marks: list[float]) -> None:
    assert scale.ticks(top) == marks


def test_places_have_a_point_in_every_language() -> None:
    with translation.override("de"):
        assert scale.place(12.345) == "12.3"
        assert scale.place(12) == "12"
        assert scale.points([(1, 2.5), (3, 4)]) == "1,2.5 3,4"


@pytest.mark.parametrize(
    ("count", "wanted", "found"), [(3, 5, [0, 1, 2]), (21, 5, [0, 5, 10, 15, 20]), (10, 3, [0, 4, 9])]
)
def test_spread_keeps_first_and_last(count: int, wanted: int, found: list[int]) -> None:
    assert list(scale.spread(count, wanted)) == found


def test_scale_without_extent_stays_at_its_start() -> None:
    assert scale.Scale(5, 5, 10, 90).at(5) == 10
    assert scale.Scale(0, 10, 100, 0).at(2.5) == 75
