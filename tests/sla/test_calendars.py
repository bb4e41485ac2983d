"""Calendars: facts with revisions, and which of them rules a clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from leads.models import Absence, AuditEntry
from sla import agreements, calendars
from sla.businesstime import InvalidSchedule
from tests import factories
from tests.factories import NOW, WORKING_HOURS

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 18)
NEXT_DAY = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
LONDON: dict[str, Any] = {"timezone": "Europe/London", "hours": {"wed": [["10:00", "14:00"]]}}


def test_save_keeps_revisions_and_writes_none_for_the_same_hours() -> None:
    factories.calendar()
    assert calendars.save(key="default", name="Default", document=WORKING_HOURS, now=NOW).number == 1
    closed = {**WORKING_HOURS, "holidays": ["2026-11-18"]}
    assert calendars.save(key="default", name="Default", document=closed, now=NOW).number == 2
    assert calendars.schedule("default", 1).is_open(NOW) is True
    assert calendars.schedule("default").is_open(NOW) is False
    assert [e.verb for e in AuditEntry.objects.order_by("seq")] == ["calendar_created", "calendar_changed"]


def test_save_refuses_what_is_no_calendar() -> None:
    with pytest.raises(InvalidSchedule):
        calendars.save(key="x", name="X", document={"timezone": "Mars/Olympus", "hours": {}}, now=NOW)


def test_a_missing_calendar_is_named() -> None:
    with pytest.raises(calendars.CalendarMissing, match="nowhere"):
        calendars.schedule("nowhere")


def test_a_revision_is_read_once(django_assert_num_queries) -> None:
    factories.calendar()
    calendars.schedule("default", 1)
    with django_assert_num_queries(0):
        calendars.schedule("default", 1)


RULES = [
    ("team", "sales", False, "default"),
    ("team", "sales", True, "north"),
    ("rep", "sales", True, "rita"),
    ("rep", "marketing", True, "rita"),
    ("team", "marketing", True, "default"),
]


@pytest.mark.parametrize(("whose", "side", "has_people", "key"), RULES)
def test_which_calendar_rules_a_clock(whose: str, side: str, has_people: bool, key: str) -> None:
    north, rita = factories.calendar("north", LONDON), factories.calendar("rita", LONDON)
    team = factories.team(calendar=north)
    rep = factories.user(team=team, calendar=rita)
    kind = "decide" if side == "sales" else "hand_over"
    owed = {"decide": "sales", "hand_over": "marketing"}
    version = factories.signed_version(
        commitments=[
            factories.timed(one, by, 2, "business_hours", whose_hours=whose) for one, by in owed.items()
        ]
    )
    text = agreements.document(version)
    hours = calendars.for_clock(
        commitment=text.commitment(kind),
        document=text,
        team=team if has_people else None,
        rep=rep if has_people else None,
    )
    assert (hours.key, hours.revision) == (key, 1)


def test_absence_closes_the_days_of_the_person_only() -> None:
    factories.calendar("default", WORKING_HOURS)
    cast = factories.cast()
    Absence.objects.create(user=cast.rep, first_on=TODAY, last_on=TODAY)
    assert calendars.stored("default", 1, cast.rep).is_open(NOW) is False
    assert calendars.stored("default", 1, cast.rep).next_open(NOW) == NEXT_DAY
    assert calendars.stored("default", 1, cast.other_rep).is_open(NOW) is True
    assert calendars.stored("default", 1).is_open(NOW) is True


def test_away_follows_the_persons_own_date(django_assert_num_queries) -> None:
    factories.calendar()
    tokyo = factories.calendar("tokyo", {**WORKING_HOURS, "timezone": "Asia/Tokyo"})
    here, there = factories.user(), factories.user(calendar=tokyo)
    for user in (here, there):
        Absence.objects.create(user=user, first_on=TODAY, last_on=TODAY)
    late = NOW + timedelta(hours=7)  # 17:00 in Berlin, already tomorrow in Tokyo
    assert calendars.away([here, there], NOW) == {here.pk, there.pk}
    with django_assert_num_queries(3):
        assert calendars.away([here, there], late) == {here.pk}
