"""The drawing of where leads went: widths are numbers, nothing runs out of the paper."""

import re

import pytest

from portal import charts

WORDS = {"inquiry": "Inquiry", "mql": "Sales-ready", "disqualified": "Disqualified"}
REACHED = {"inquiry": 900, "mql": 350, "sal": 290, "sql": 150, "opportunity": 140, "customer": 60}
WENT = {
    ("inquiry", "mql"): 300,
    ("inquiry", "nurturing"): 500,
    ("nurturing", "mql"): 60,
    ("inquiry", "disqualified"): 40,
    ("mql", "sal"): 290,
    ("mql", "recycled"): 30,
    ("mql", "disqualified"): 10,
    ("sal", "sql"): 150,
    ("sal", "nurturing"): 90,
    ("sql", "opportunity"): 140,
    ("opportunity", "customer"): 60,
    ("opportunity", "lost"): 40,
    ("recycled", "nurturing"): 30,
}


def test_widths_are_in_proportion_to_the_leads() -> None:
    drawn = charts.flow(WENT, REACHED, WORDS)
    assert drawn is not None
    ready, nurtured = (float(band.width) for band in drawn.bands[:2])
    assert nurtured / ready == pytest.approx(500 / 300, rel=0.01)


def test_stages_are_named_with_their_numbers() -> None:
    drawn = charts.flow(WENT, REACHED, WORDS)
    assert [label.text for label in drawn.labels][:2] == ["Inquiry 900", "Sales-ready 350"]
    assert drawn.sentence == "Of 900 leads 350 became sales-ready and 60 bought."
    assert drawn.rows[0] == ("Inquiry", "nurturing", "500")


def test_nothing_runs_out_of_the_paper() -> None:
    for went, start in ((WENT, 900), ({("inquiry", "mql"): 1}, 1), ({("inquiry", "nurturing"): 9}, 9)):
        drawn = charts.flow(
            went, {**REACHED, "inquiry": start} if went is WENT else {"inquiry": start}, WORDS
        )
        for band in drawn.bands:
            numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", band.path)]
            assert all(0 <= number <= drawn.width for number in numbers), band
        assert all(float(label.y) <= drawn.height for label in (*drawn.labels, *drawn.notes))


def test_without_leads_there_is_nothing_to_draw() -> None:
    assert charts.flow({}, {"inquiry": 0}, WORDS) is None
