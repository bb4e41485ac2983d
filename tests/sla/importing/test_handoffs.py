"""Past handoffs: judged as of then under the version that the import names, and without notices."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from leads.models import FactChange, ImportReject, Lead, OutboxMessage, StageChange, Team
from sla import agreements, calendars
from sla.importing import HandoffsTarget, UnknownVersion, version_named
from sla.models import AgreementVersion, Clock, Handoff, Refusal, Snapshot
from tests import factories
from tests.leads.importing.files import NOW, counts, load, row, write

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[3] / "docs" / "real-data"
HEADER = ("No", "Lead", "Leg", "Rep", "Offered", "State", "Decided", "Reason")
MAPPING = {
    "format": "concord/mapping/1",
    "target": "handoffs",
    "system": "crm",
    "ids": ["No"],
    "lead": {"ids": ["Lead"]},
    "fields": {
        "leg": "Leg",
        "rep": "Rep",
        "offered_at": "Offered",
        "state": {"column": "State", "values": {"yes": "accepted", "no": "declined", "open": "offered"}},
        "decided_at": "Decided",
        "reason": "Reason",
    },
}


@pytest.fixture
def version() -> AgreementVersion:
    hours = json.loads((DATA / "calendar_days.json").read_text())
    calendars.save(key="calendar-days", name="Days", document=hours, now=NOW)
    data = json.loads((DATA / "marketstar_baseline.json").read_text())
    draft = agreements.load(key="past", data=data, now=NOW, is_baseline=True)
    return agreements.activate(version=draft, now=NOW)


@pytest.fixture
def team(tmp_path: Path) -> Team:
    load(write(tmp_path / "leads.csv", [row(number) for number in range(4)]))
    team = factories.team("Closers")
    factories.user(team=team, name="Rita Rep")
    FactChange.objects.all().delete()
    return team


def handoffs(
    tmp_path: Path, version: AgreementVersion, *rows: tuple[str, ...], as_of: date | None = None, **more
):
    path = write(tmp_path / "handoffs.csv", rows, HEADER)
    return load(path, {**MAPPING, **more}, HandoffsTarget(version), as_of=as_of, version_ref="past/1")


def line(number: int, state: str, decided: str = "", *, leg: str = "2", reason: str = "") -> tuple[str, ...]:
    return (f"H{number}", f"A{number}", leg, "Rita Rep", "2021-03-01", state, decided, reason)


def reasons() -> list[str]:
    return list(ImportReject.objects.order_by("line").values_list("reason", flat=True))


def test_past_handoffs_are_judged_as_of_then(tmp_path: Path, version: AgreementVersion, team: Team):
    run = handoffs(tmp_path, version, line(1, "yes", "2021-03-06"), line(2, "no", "2021-03-08"))
    assert counts(run) == (2, 0, 0, 0)
    kept, late = Handoff.objects.order_by("id")
    assert (kept.state, kept.is_history, kept.version, kept.team) == ("accepted", True, version, team)
    assert kept.accepted_at == datetime(2021, 3, 6, tzinfo=UTC)
    assert (late.state, late.reason_code, late.is_ended) == ("declined", "not_recorded", True)
    assert late.ended_at == datetime(2021, 3, 8, tzinfo=UTC)
    clocks = Clock.objects.order_by("handoff").values_list("state", "is_history", "due_on", "breached_at")
    assert list(clocks) == [
        ("met", True, date(2021, 3, 6), None),
        ("met", True, date(2021, 3, 6), datetime(2021, 3, 6, tzinfo=UTC)),
    ]
    assert OutboxMessage.objects.count() == 0
    assert Snapshot.objects.count() == 2
    assert list(Refusal.objects.values_list("handoff", "note")) == [(late.pk, "")]


def test_history_brings_its_lead_along(tmp_path: Path, version: AgreementVersion, team: Team):
    handoffs(tmp_path, version, line(1, "yes", "2021-03-06"), line(2, "no", "2021-03-08"))
    changes = StageChange.objects.order_by("lead").values_list("lead__name", "to_stage", "happened_at")
    assert list(changes) == [
        ("Ada Nr1", "opportunity", datetime(2021, 3, 6, tzinfo=UTC)),
        ("Ada Nr2", "sql", datetime(2021, 3, 8, tzinfo=UTC)),
    ]
    assert Lead.objects.get(name="Ada Nr1").owner.name == "Rita Rep"


def test_same_file_again_changes_nothing(tmp_path: Path, version: AgreementVersion, team: Team):
    rows = line(1, "yes", "2021-03-06"), line(2, "no", "2021-03-08"), line(3, "open")
    handoffs(tmp_path, version, *rows)
    before = list(Clock.objects.values()), list(Handoff.objects.values()), StageChange.objects.count()
    assert counts(handoffs(tmp_path, version, *rows)) == (0, 0, 3, 0)
    assert (
        list(Clock.objects.values()),
        list(Handoff.objects.values()),
        StageChange.objects.count(),
    ) == before


def test_as_of_a_day_what_came_later_is_open_and_goes_on_later(
    tmp_path: Path, version: AgreementVersion, team: Team
):
    rows = line(1, "yes", "2021-03-05"), line(2, "no", "2021-03-09"), line(3, "yes", "2021-03-04")
    later = (*rows[2][:4], "2021-03-08", "yes", "2021-03-09", "")
    run = handoffs(tmp_path, version, *rows[:2], later, as_of=date(2021, 3, 7), ended_states=["accepted"])
    assert counts(run) == (2, 0, 0, 1)
    assert reasons() == ["It was offered after the day as of which the file is read."]
    assert list(Handoff.objects.open().values_list("external_id", "state", "decided_at")) == [
        ("H2", "offered", None)
    ]
    assert Clock.objects.open().get().due_on == date(2021, 3, 6)
    run = handoffs(tmp_path, version, *rows[:2], later, ended_states=["accepted"])
    assert counts(run) == (1, 1, 1, 0)
    assert Handoff.objects.open().count() == 0
    late = Clock.objects.get(handoff__external_id="H2")
    assert (late.state, late.breached_at) == ("met", datetime(2021, 3, 6, tzinfo=UTC))


def test_history_without_times_gets_no_clock_and_no_invented_time(
    tmp_path: Path, version: AgreementVersion, team: Team
):
    undated = ("H1", "A1", "1", "Rita Rep", "", "no", "", "bad_timing")
    handoffs(tmp_path, version, undated)
    handoff = Handoff.objects.get()
    assert (handoff.offered_at, handoff.decided_at, handoff.ended_at) == (None, None, None)
    assert (handoff.is_ended, handoff.disposition) == (True, "recycle")
    assert not Clock.objects.exists()
    # The facts are frozen as the import found them, for want of a moment at which they were known.
    assert Snapshot.objects.get().taken_at == NOW
    assert StageChange.objects.values_list("to_stage", "happened_at").get() == ("recycled", None)


def test_row_that_cannot_be_is_rejected(tmp_path: Path, version: AgreementVersion, team: Team):
    rows = (
        line(1, "no", "2021-03-05", reason="too_tall"),
        line(2, "yes", "2021-02-01"),
        line(3, "open", leg="7"),
        ("H4", "A9", "2", "Rita Rep", "2021-03-01", "open", "", ""),
        ("H5", "A0", "2", "Somebody", "2021-03-01", "open", "", ""),
        ("H6", "A0", "2", "", "2021-03-01", "open", "", ""),
        line(3, "open"),
        ("H7", "A3", "2", "Rita Rep", "2021-03-01", "open", "", ""),
    )
    assert counts(handoffs(tmp_path, version, *rows)) == (1, 0, 0, 7)
    assert reasons() == [
        "The version knows no reason “too_tall”.",
        "Its times are out of order: it was decided before it was offered, or the like.",
        "The version knows no leg 7.",
        "There is no lead “A9”; import the leads first.",
        "Nobody here is called “Somebody”; import the people first.",
        "The row tells neither a team nor a rep who is in one.",
        "The lead has an open handoff on this leg already.",
    ]


def test_file_that_contradicts_an_ended_handoff_is_told_so(
    tmp_path: Path, version: AgreementVersion, team: Team
):
    handoffs(tmp_path, version, line(1, "no", "2021-03-05"))
    again = {**MAPPING, "fields": {**MAPPING["fields"], "state": {"constant": "lost"}}}
    run = handoffs(tmp_path, version, line(1, "lost", "2021-03-05"), fields=again["fields"])
    assert counts(run) == (0, 0, 0, 1)
    assert reasons() == ["It stands as “Declined” here, the file says “Lost”."]


def test_history_read_day_by_day_has_the_clocks_of_one_read_at_once(tmp_path: Path, team: Team):
    signed = factories.signed_version()
    fields = {**MAPPING["fields"], "state": {"constant": "qualified"}, "qualified_at": "Reason"}
    step_by_step, at_once = (
        line(number, "", "2021-03-05", leg="1", reason="2021-03-09") for number in (1, 2)
    )
    for day in (date(2021, 3, 3), date(2021, 3, 6), None):
        handoffs(tmp_path, signed, step_by_step, as_of=day, fields=fields)
    handoffs(tmp_path, signed, at_once, fields=fields)
    found = [
        sorted(
            clocks.values_list("kind", "commitment__code", "scope", "started_at", "ended_at", "state"),
            key=str,
        )
        for clocks in (Clock.objects.filter(lead__name=name) for name in ("Ada Nr1", "Ada Nr2"))
    ]
    assert found[0] == found[1]
    assert len(found[0]) > 2


def test_refusal_that_comes_later_keeps_its_note(tmp_path: Path, version: AgreementVersion, team: Team):
    fields = {**MAPPING["fields"], "note": {"constant": "Moved to Graz"}}
    for day in (date(2021, 3, 3), None):
        handoffs(tmp_path, version, line(2, "no", "2021-03-08"), as_of=day, fields=fields)
    assert Refusal.objects.get().note == "Moved to Graz"


def test_changed_reason_tier_or_quality_of_the_same_state_is_taken(
    tmp_path: Path, version: AgreementVersion, team: Team
):
    handoffs(tmp_path, version, line(1, "no", "2021-03-05"))
    better = line(1, "no", "2021-03-05", leg="2", reason="bad_timing")
    told = {**MAPPING["fields"], "quality": {"constant": "worse"}, "tier": {"constant": "top"}}
    assert counts(handoffs(tmp_path, version, better, fields=told)) == (0, 1, 0, 0)
    assert counts(handoffs(tmp_path, version, better, fields=told)) == (0, 0, 1, 0)
    assert counts(handoffs(tmp_path, version, line(1, "no", "2021-03-05"))) == (0, 0, 1, 0)
    handoff = Handoff.objects.get()
    assert (handoff.reason_code, handoff.quality, handoff.tier) == ("bad_timing", "worse", "top")
    assert Refusal.objects.count() == 1


def test_unknown_team_is_told_unless_the_mapping_says_which_side_it_is_of(
    tmp_path: Path, version: AgreementVersion, team: Team
):
    fields = {**MAPPING["fields"], "team": {"constant": "Clossers"}}
    assert counts(handoffs(tmp_path, version, line(1, "open"), fields=fields)) == (0, 0, 0, 1)
    assert reasons() == ["There is no team “Clossers”, and the row does not tell its side."]
    named = {**fields, "team_side": {"constant": "sales"}}
    assert counts(handoffs(tmp_path, version, line(1, "open"), fields=named)) == (1, 0, 0, 0)
    assert Team.objects.get(name="Clossers").side == "sales"


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("", "Name the version that judges these handoffs: --version KEY/NUMBER."),
        ("past", "Name the version that judges these handoffs: --version KEY/NUMBER."),
        ("past/2", "There is no version “past/2” that has taken effect."),
    ],
)
def test_version_must_be_named_and_have_taken_effect(
    version: AgreementVersion, reference: str, sentence: str
):
    with pytest.raises(UnknownVersion) as caught:
        version_named(reference)
    assert str(caught.value) == sentence
    assert version_named("past/1") == version
