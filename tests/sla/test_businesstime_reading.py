"""Calendar documents: what is refused, and where it says the fault lies."""

import pytest

from sla.businesstime import InvalidSchedule, Schedule

GOOD = {"timezone": "Europe/Berlin", "hours": {"mon": [["09:00", "17:00"]]}}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"timezone": "Europe/Atlantis"}, "timezone"),
        ({"timezone": None}, "timezone"),
        ({"timezone": "../zone"}, "timezone"),
        ({"hours": {}}, "hours"),
        ({"hours": {"mon": []}}, "hours"),
        ({"hours": {"monday": [["09:00", "17:00"]]}}, "hours.monday"),
        ({"hours": {"mon": [["09:00", "12:00"], ["17:00", "13:00"]]}}, "hours.mon[1]"),
        ({"hours": {"mon": [["09:00", "09:00"]]}}, "hours.mon[0]"),
        ({"hours": {"mon": [["09:00", "24:01"]]}}, "hours.mon[0]"),
        ({"hours": {"mon": [["9:00", "17:00"]]}}, "hours.mon[0]"),
        ({"hours": {"mon": [["09:00"]]}}, "hours.mon[0]"),
        ({"hours": {"mon": "09:00-17:00"}}, "hours.mon"),
        ({"hours": [["09:00", "17:00"]]}, "hours"),
        ({"holidays": ["2026-02-30"]}, "holidays[0]"),
        ({"holidays": ["20261225"]}, "holidays[0]"),
        ({"holidays": "2026-12-25"}, "holidays"),
        ({"breaks": [{"date": "2026-12-24"}]}, "breaks[0]"),
        ({"breaks": [{"date": "x", "from": "09:00", "to": "10:00"}]}, "breaks[0].date"),
        ({"breaks": [{"date": "2026-12-24", "from": "11:00", "to": "10:00"}]}, "breaks[0]"),
        ({"overrides": {"12/24": []}}, "overrides.12/24"),
        ({"overrides": {"2026-12-24": [["12:00", "09:00"]]}}, "overrides.2026-12-24[0]"),
        ({"holiday": ["2026-12-25"]}, "holiday"),
    ],
)
def test_wrong_document_is_refused_with_its_path(change, path):
    with pytest.raises(InvalidSchedule) as refusal:
        Schedule.from_json({**GOOD, **change})
    assert refusal.value.path == path
    assert str(refusal.value) == f"{path}: {refusal.value.sentence}"


def test_document_that_is_no_object_is_refused():
    with pytest.raises(InvalidSchedule, match="This has to be an object"):
        Schedule.from_json([])


def test_to_json_writes_what_from_json_reads():
    schedule = Schedule.from_json(
        {
            **GOOD,
            "holidays": ["2026-12-26", "2026-12-25"],
            "breaks": [{"date": "2026-12-24", "from": "11:30", "to": "24:00"}],
            "overrides": {"2026-12-28": [], "2026-12-24": [["10:00", "12:00"], ["09:00", "11:00"]]},
        }
    )
    assert schedule.to_json() == {
        "timezone": "Europe/Berlin",
        "hours": {"mon": [["09:00", "17:00"]]},
        "holidays": ["2026-12-25", "2026-12-26"],
        "breaks": [{"date": "2026-12-24", "from": "11:30", "to": "24:00"}],
        "overrides": {"2026-12-24": [["09:00", "12:00"]], "2026-12-28": []},
    }
    assert Schedule.from_json(schedule.to_json()) == schedule
    assert hash(Schedule.from_json(schedule.to_json())) == hash(schedule)
