"""Each chart puts its figures where they belong and repeats them as a table."""

import pytest

from portal import charts
from portal.charts import process


def test_spark_leaves_gaps_out_and_ends_on_the_last_value() -> None:
    line = charts.spark([0.9, None, 0.8], target=0.9, is_missed=True)
    assert line is not None
    assert (line.line, line.end_x, line.end_y, line.target_y) == ("3,4 79,20", "79", "20", "4")


@pytest.mark.parametrize("values", [[], [0.5], [None, 0.5, None]])
def test_spark_needs_two_values(values: list[float | None]) -> None:
    assert charts.spark(values) is None


def test_pace_compares_with_what_was_promised_by_now() -> None:
    month = charts.pace(
        [f"{day} Nov" for day in range(1, 11)], [3, 8, 11, 20], [5 * day for day in range(1, 11)], (40, 60)
    )
    assert (month.today.text, month.expected.text) == ("20", "20")
    assert [end.text for end in month.ends] == ["50", "50"]
    assert abs(float(month.ends[0].y) - float(month.ends[1].y)) == 14
    assert month.rows[-1] == ("4 Nov", "20", "20")


def test_pace_of_a_month_that_has_not_begun() -> None:
    month = charts.pace(["2 Nov", "3 Nov"], [], [5, 10])
    assert (month.today.text, month.rows, month.band) == ("0", (), "")


def test_stacks_add_up_and_skip_empty_parts() -> None:
    weeks = charts.stacks(["W1", "W2"], [("Accepted", [20, 10]), ("Not now", [4, 0])])
    assert weeks is not None
    assert [total.text for total in weeks.totals] == ["24", "10"]
    assert [block.mark for block in weeks.blocks] == ["b1", "b2", "b1"]
    assert weeks.rows == (("W1", "20", "4", "24"), ("W2", "10", "0", "10"))


def test_stacks_of_nothing_are_not_drawn() -> None:
    assert charts.stacks([], []) is None
    assert charts.stacks(["W1"], [("Accepted", [0])]) is None


def test_truth_meter_spans_the_interval() -> None:
    meter = charts.truth(0.337, 0.291, 0.385, target=0.3)
    assert (meter.target_x, meter.rate, meter.rate_first) == ("320", "33.7%", False)
    assert [end.text for end in meter.ends] == ["29.1", "38.5"]
    assert meter.sentence == "33.7%, 95% interval 29.1% to 38.5%, target 30%."


def test_truth_meter_grows_for_a_wide_interval() -> None:
    assert charts.truth(0.7, 0.4, 0.9).axis[-1].text == "80"


def test_intervals_keep_names_and_the_judged_one() -> None:
    drawn = charts.intervals(
        [("v3", "117 of 348", 0.336, 0.288, 0.387, False), ("v4", "", 0.9, 0.8, 1.0, True)], 0.3
    )
    assert [(line.name, line.text, line.is_judged) for line in drawn.lines] == [
        ("v3", "33.6%", False),
        ("v4", "90.0%", True),
    ]
    assert drawn.grid[-1].text == "100%"


def test_control_chart_names_what_is_outside_and_long_runs() -> None:
    values = [2.0, 2.2] * 8 + [5.0, 2.0] + [2.6] * 9
    drawn = charts.control([str(day) for day in range(len(values))], values, "h")
    assert drawn is not None
    assert [dot.text for dot, _ in drawn.outside][:1] == ["16"]
    assert drawn.run_text == "9 in a row on one side"


def test_early_point_is_named_where_the_scale_has_no_figures() -> None:
    values = [9.0] + [2.0, 2.2] * 12 + [9.0]
    drawn = charts.control([str(day) for day in range(len(values))], values, "h")
    assert drawn is not None
    assert [(dot.text, is_early) for dot, is_early in drawn.outside] == [("0", True), ("25", False)]


def test_limits_follow_wheeler() -> None:
    usual = process.limits_of([10.0, 12.0, 11.0, 13.0])
    mean_range = 5 / 3
    assert usual.mean == 11.5
    assert usual.high == pytest.approx(11.5 + 2.66 * mean_range)
    assert usual.widest_range == pytest.approx(3.268 * mean_range)


def test_control_chart_needs_three_values() -> None:
    assert charts.control(["1", "2"], [1, 2]) is None
