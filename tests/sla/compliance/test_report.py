"""The report puts both sides' commitments side by side; page, CSV and command print its figures."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sla.compliance import members, plain, report
from sla.compliance.periods import Filters, Period
from sla.models import Handoff
from tests.factories import (
    NOW,
    START,
    agreement_commitments,
    cast,
    make_lead,
    periodic,
    signed_version,
    timed,
)
from tests.sla.compliance import rows

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
EVERYTHING = Filters()
VOLUME = {"weighted": False, "daily_maximum": None}
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def place():
    people = cast()
    return signed_version(signers=(people.marketing_manager, people.sales_manager)), people.sales


def test_report_has_every_commitment_that_is_on(place) -> None:
    found = report.build(NOVEMBER, EVERYTHING, NOW)

    timed = ["hand_over", "acknowledge", "nurture", "nurture_stale", "answer", "repair"]
    assert [line.code for line in found.of_side("marketing")] == [*timed, "volume", "quality", "readiness"]
    assert {line.status for line in found.lines if line.code != "volume"} == {"none"}
    assert found.line("volume").status == "behind"


def test_commitment_with_few_cases_is_not_judged(place) -> None:
    for _ in range(4):
        rows.clock(place[0], "decide", YESTERDAY, "late")
    assert report.build(NOVEMBER, EVERYTHING, NOW).line("decide").status == "too_few"

    rows.clock(place[0], "decide", YESTERDAY, "late")
    assert report.build(NOVEMBER, EVERYTHING, NOW).line("decide").status == "missed"


def test_commitment_at_its_target_is_kept(place) -> None:
    for index in range(10):
        rows.clock(place[0], "decide", YESTERDAY, "late" if index == 0 else "met")

    line = report.build(NOVEMBER, EVERYTHING, NOW).line("decide")

    assert (line.value, line.target, line.status) == (0.9, 0.9, "kept")
    assert str(line.terms)


def test_change_is_against_the_period_before(place) -> None:
    for _ in range(5):
        rows.clock(place[0], "decide", YESTERDAY, "met")
        rows.clock(place[0], "decide", YESTERDAY - timedelta(days=30), "late")

    assert report.build(NOVEMBER, EVERYTHING, NOW).line("decide").change == 1.0


def test_weakest_is_furthest_below_its_target(place) -> None:
    for index in range(10):
        rows.clock(place[0], "decide", YESTERDAY, "met" if index < 8 else "late")
        rows.clock(place[0], "hand_over", YESTERDAY, "met" if index < 5 else "late")

    assert report.build(NOVEMBER, EVERYTHING, NOW).weakest.code == "hand_over"


@pytest.fixture
def segments(place):
    """Return two versions: the second segment asks less of decisions and promises 60 more a quarter."""
    own = {
        "decide": timed("decide", "sales", 2, "business_hours", target=0.5),
        "volume": periodic("volume", "marketing", amount=60, target=None, per="quarter", params=VOLUME),
    }
    commitments = [own.get(one["code"], one) for one in agreement_commitments()]
    return place[0], signed_version(key="segment", commitments=commitments)


def test_segments_are_summed_and_never_averaged(segments) -> None:
    first, second = segments
    for index in range(8):
        rows.clock(first, "decide", YESTERDAY, "met" if index else "late")
    for index in range(2):
        rows.clock(second, "decide", YESTERDAY, "met" if index else "late")

    line = report.build(NOVEMBER, EVERYTHING, NOW).line("decide")

    assert (line.kept, line.n, line.value) == (8, 10, 0.8)
    # Nine in ten of eight, five in ten of two.
    assert line.target == pytest.approx(0.82)


def test_volume_promised_in_several_segments_adds_up(segments) -> None:
    assert report.build(NOVEMBER, EVERYTHING, NOW).volume.promised == 20 + 60 / 3

    only = Filters(agreement_id=segments[0].agreement_id)
    assert report.build(NOVEMBER, only, NOW).volume.promised == 20


def test_breach_of_an_outage_is_an_exception(place) -> None:
    for index in range(10):
        rows.clock(place[0], "decide", YESTERDAY, "met" if index else "late", cause="" if index else "system")

    line = report.build(NOVEMBER, EVERYTHING, NOW).line("decide")

    assert (line.value, line.value_after_exceptions, line.excused) == (0.9, 1.0, 1)


def test_volume_is_kept_at_the_end_or_missed(place) -> None:
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    for _ in range(19):
        rows.offer(*place, "accepted", NOW.replace(month=10))
    assert report.build(october, EVERYTHING, NOW).line("volume").status == "missed"

    rows.offer(*place, "accepted", NOW.replace(month=10))
    assert report.build(october, EVERYTHING, NOW).line("volume").status == "kept"


def test_volume_of_all_times_is_counted_and_not_judged(place) -> None:
    assert report.build(None, EVERYTHING, NOW).line("volume").status == "none"

    rows.offer(*place, "accepted", YESTERDAY)
    line = report.build(None, EVERYTHING, NOW).line("volume")
    assert (line.status, line.value, line.target) == ("unjudged", 1, None)


def test_overdue_review_is_a_miss_of_both(place) -> None:
    review = {"code": "review", "kind": "definition_review", "side": "both", "leg": None, "is_on": True}
    signed_version(
        key="reviewed",
        rank=1,
        segment={"label": "Big", "rule": {"fact": "employees", "op": ">", "value": 1}},
        commitments=[*agreement_commitments(), {**review, "target": None, "amount": None, "per": None}],
    )
    after = START + timedelta(days=200)
    month = Period(date(2026, 11, 1), date(2026, 12, 31))

    assert report.build(month, EVERYTHING, NOW).line("review").status == "none"
    assert report.build(month, EVERYTHING, after).line("review").status == "missed"


@pytest.mark.parametrize("bucket", ["kept", "missed", "open"])
def test_members_are_those_that_the_line_counts(place, bucket: str) -> None:
    for state in ("met", "met", "late", "breached", "cancelled"):
        rows.clock(place[0], "decide", YESTERDAY, state)
    rows.clock(place[0], "decide", NOW + timedelta(days=1), "running")
    line = report.build(NOVEMBER, EVERYTHING, NOW).line("decide")

    found = members.of_commitment(line.promise, bucket, NOVEMBER, EVERYTHING, NOW)

    assert len(found) == getattr(line, bucket)
    assert all(member.lead_id and member.due_at for member in found)


@pytest.mark.parametrize("code", ["quality", "feedback", "volume", "readiness", "records"])
@pytest.mark.parametrize("bucket", ["kept", "missed"])
def test_members_of_periodic_commitment_are_those_the_line_counts(place, code: str, bucket: str) -> None:
    for state in ("accepted", "declined", "won", "returned", "withdrawn"):
        rows.offer(*place, state, YESTERDAY)
    rows.overturned(*place, YESTERDAY, ruling="upheld")
    line = report.build(NOVEMBER, EVERYTHING, NOW).line(code)

    found = members.of_commitment(line.promise, bucket, NOVEMBER, EVERYTHING, NOW)

    expected = {"kept": line.n, "missed": 0}[bucket] if code == "volume" else getattr(line, bucket)
    assert len(found) == expected


def test_number_of_queries_does_not_grow_with_the_leads(place, django_assert_num_queries) -> None:
    def grow(number: int) -> None:
        for _ in range(number):
            rows.clock(place[0], "decide", YESTERDAY, "met")
            rows.offer(*place, "accepted", YESTERDAY)

    grow(1)
    with CaptureQueriesContext(connection) as first:
        report.build(NOVEMBER, EVERYTHING, NOW)
    grow(29)
    with django_assert_num_queries(len(first)):
        report.build(NOVEMBER, EVERYTHING, NOW)


def test_command_prints_the_very_figures_of_the_report(place, capsys, time_machine) -> None:
    time_machine.move_to(NOW, tick=False)
    for state in ("met", "late", "met"):
        rows.clock(place[0], "decide", YESTERDAY, state)
    rows.offer(*place, "accepted", YESTERDAY, lead=make_lead(source="Fair"))
    period = Period(date(2026, 11, 1), date(2026, 11, 30), "Europe/Berlin")

    call_command("compliance", "--from", "2026-11-01", "--to", "2026-11-30", "--format", "json")

    expected = plain.of_report(report.build(period, EVERYTHING, NOW))
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(expected))
    assert expected["legs"][0]["acceptance"] == 1.0


def test_command_prints_a_table_for_people(place, capsys) -> None:
    rows.offer(*place, "accepted", YESTERDAY)

    call_command("compliance")

    out = capsys.readouterr().out
    assert "hand_over" in out
    assert Handoff.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--from", "2026-11-01"], "Give both --from and --to"),
        (["--from", "2026-11-02", "--to", "2026-11-01"], "--to lies before --from"),
        (["--team", "Nobody"], "Nothing goes by that name: Nobody"),
    ],
)
def test_command_refuses_with_a_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("compliance", *arguments)
