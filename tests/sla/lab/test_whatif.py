"""Clocks of the past under other terms, and promises against hours."""

from datetime import date, timedelta
from typing import Any

import pytest

from sla import agreements, document, handoffs, sweep
from sla.compliance.periods import Period
from sla.lab import capacity, whatif
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, committed, offered, scene

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), "Europe/Berlin")
HOUR = timedelta(hours=1)


@pytest.fixture
def play() -> Scene:
    return scene()


def text(**changes: Any) -> document.Document:
    return document.parse(factories.agreement_data(legs=factories.two_legs(), **changes))


def decided(play: Scene, draft: document.Document, now: Any) -> dict[str, Any]:
    found = whatif.replay(NOVEMBER, draft, now)
    [row] = [one for one in found["rows"] if one["commitment"] == "decide"]
    return row


def test_the_same_terms_give_the_same_outcome(play: Scene) -> None:
    handoff = offered(play)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW + timedelta(minutes=90))
    sweep.run(NOW + 9 * HOUR)
    row = decided(play, agreements.document(play.version), NOW + timedelta(days=3))
    assert row["before"] == row["after"]
    assert (row["after"]["kept"], row["after"]["missed"]) == (1, 0)


def test_a_shorter_time_would_have_been_missed(play: Scene) -> None:
    handoff = offered(play)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW + timedelta(minutes=90))
    shorter = text(commitments=committed(factories.timed("decide", "sales", 1, "business_hours")))
    row = decided(play, shorter, NOW + timedelta(days=3))
    assert (row["before"]["kept"], row["after"]["kept"], row["after"]["missed"]) == (1, 0, 1)


def test_a_longer_time_would_have_been_kept(play: Scene) -> None:
    handoff = offered(play)
    sweep.run(NOW + 3 * HOUR)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW + 3 * HOUR)
    longer = text(commitments=committed(factories.timed("decide", "sales", 6, "business_hours")))
    row = decided(play, longer, NOW + timedelta(days=3))
    assert (row["before"]["missed"], row["after"]["kept"], row["after"]["missed"]) == (1, 1, 0)


def test_longer_opening_hours_miss_what_a_closed_evening_kept(play: Scene) -> None:
    at = NOW + 7 * HOUR - timedelta(minutes=30)  # 16:30 in Berlin, half an hour before closing
    handoff = offered(play, now=at)
    handoffs.accept(handoff=handoff, actor=play.rep, now=at + timedelta(hours=17))  # 9:30 the next day
    hours = {
        "timezone": "Europe/Berlin",
        "hours": {day: [["00:00", "24:00"]] for day in factories.WORKING_HOURS["hours"]},
    }
    factories.calendar("always", hours)
    factories.team("Unused")
    play.cast.sales.calendar = None
    play.cast.sales.save()
    always = text(calendars={"sales": "always", "marketing": "always", "referee": "always"})
    row = decided(play, always, at + timedelta(days=3))
    assert (row["before"]["kept"], row["after"]["missed"]) == (1, 1)


def test_a_commitment_that_the_draft_lacks_is_left_out(play: Scene) -> None:
    handoff = offered(play)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW)
    without = [one for one in factories.agreement_commitments() if one["code"] != "decide"]
    found = whatif.replay(NOVEMBER, text(commitments=without), NOW + timedelta(days=3))
    assert found["dropped"] == 1
    assert "decide" not in {row["commitment"] for row in found["rows"]}


def test_promised_leads_are_held_against_working_hours() -> None:
    cast = factories.cast()
    factories.signed_version()
    # November 2026 has 21 working days of 8 hours; two reps and a qualifier in the north, one in the south.
    draft = document.parse(factories.agreement_data())
    found = capacity.check(draft, NOVEMBER, leads=100, minutes=10, share=0.5)
    by_team = {team["team"]: team for team in found["teams"]}
    assert by_team["Sales north"]["hours"] == pytest.approx(3 * 21 * 8 / 2)
    assert found["touches"] == 6
    assert found["needed_hours"] == pytest.approx(100 * 6 * 10 / 60)
    assert by_team["Sales south"]["leads"] == pytest.approx(25)
    assert found["fits"]
    assert not capacity.check(draft, NOVEMBER, leads=1000)["fits"]
    assert cast.rep.team_id
