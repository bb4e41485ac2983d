"""The inbox: order, groups and segments as the worker left the clocks, in a constant number of queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sla import handoffs, intake, sweep
from sla.models import Clock
from sla.queries import inbox
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, accepted, offered, scene

pytestmark = pytest.mark.django_db
DAY_ENDS_AT = NOW + timedelta(hours=14)  # midnight in Berlin


@pytest.fixture
def play() -> Scene:
    return scene()


def look(play: Scene, segment: str = "all", limit: int = 50) -> inbox.Inbox:
    return inbox.inbox(play.rep, segment=segment, day_ends_at=DAY_ENDS_AT, limit=limit)


def ids(found: inbox.Inbox) -> list[int]:
    return [entry.handoff_id for entry in found.shown]


def test_earliest_due_comes_first(play: Scene) -> None:
    worked = accepted(play)  # first touch in 4 hours
    fresh = offered(play)  # decide in 2 hours
    assert ids(look(play)) == [fresh.pk, worked.pk]


def test_what_the_worker_marked_late_stands_before_all(play: Scene) -> None:
    late = offered(play, now=NOW - timedelta(hours=26))  # since yesterday at eight
    sweep.run(NOW)
    fresh = offered(play)
    found = look(play)
    assert ids(found) == [late.pk, fresh.pk]
    assert (found.groups, found.counts["late"]) == ({"late": 1, "today": 1, "later": 0}, 1)


def test_nothing_is_late_before_the_worker_says_so(play: Scene) -> None:
    offered(play, now=NOW - timedelta(hours=26))
    found = look(play)
    assert (found.counts["late"], found.groups["late"], found.soon) == (0, 0, ())


def test_segments_count_each_handoff_where_it_waits(play: Scene) -> None:
    offered(play)
    accepted(play)
    touched = accepted(play)
    intake.add_touch(
        lead=touched.lead, side="sales", kind="call", reached=True, happened_at=NOW, now=NOW, actor=play.rep
    )
    asked = offered(play)
    handoffs.ask(handoff=asked, actor=play.rep, text="Which phone?", now=NOW)
    counts = look(play).counts
    assert counts == {"all": 4, "accept": 2, "contact": 1, "next": 1, "late": 0, "waiting": 1}
    assert ids(look(play, "waiting")) == [asked.pk]


def test_waiting_row_shows_the_paused_clock_and_what_it_keeps(play: Scene) -> None:
    asked = offered(play)
    handoffs.ask(handoff=asked, actor=play.rep, text="Which phone?", now=NOW + timedelta(minutes=30))
    row = inbox.row(look(play), asked)
    assert row is not None
    assert row.clock is not None
    assert (row.clock.kind, row.remaining, row.entry.is_waiting) == ("decide", timedelta(minutes=90), True)


def test_pool_of_the_team_is_shown_and_that_of_others_not(play: Scene) -> None:
    mine = offered(play)
    pool = offered(play, to=play.cast.other_rep)
    pool.rep = None
    pool.save(update_fields=["rep"])
    offered(play, to=play.cast.stranger)
    entries = {entry.handoff_id: entry.is_pool for entry in look(play).entries}
    assert entries == {mine.pk: False, pool.pk: True}
    assert look(play).open_count == 1


def test_handoffs_of_a_colleague_are_not_mine(play: Scene) -> None:
    offered(play, to=play.cast.other_rep)
    assert look(play).entries == ()
    assert inbox.count(play.rep) == 0


def test_handoff_without_a_clock_is_listed_last(play: Scene) -> None:
    bare = offered(play)
    Clock.objects.filter(handoff=bare).update(
        ended_at=NOW, next_at=None, state="cancelled", running_since=None
    )
    fresh = offered(play)
    assert ids(look(play)) == [fresh.pk, bare.pk]


def test_limit_shows_the_first_and_counts_all(play: Scene) -> None:
    for _turn in range(3):
        offered(play)
    found = look(play, limit=2)
    assert (len(found.shown), found.groups["today"], len(found.entries)) == (2, 3, 3)


def test_arrived_counts_what_is_newer_than_the_page(play: Scene) -> None:
    first = offered(play)
    assert inbox.arrived(play.rep, after_id=first.pk) == 0
    offered(play)
    assert inbox.arrived(play.rep, after_id=first.pk) == 1


def test_attempts_count_own_touches_since_acceptance(play: Scene) -> None:
    handoff = accepted(play)
    for minutes in (10, 20):
        at = NOW + timedelta(minutes=minutes)
        factories.add_touch(handoff.lead, "call", side="sales", ago=timedelta(0), now=at)
    factories.add_touch(handoff.lead, "mail", side="sales", ago=timedelta(0), now=at, is_automatic=True)
    factories.add_touch(handoff.lead, "mail", side="sales", ago=timedelta(days=2))
    assert inbox.attempts_of(handoff) == 2


@pytest.mark.parametrize("many", [1, 30])
def test_number_of_queries_does_not_grow(play: Scene, many: int) -> None:
    for turn in range(many):
        accepted(play) if turn % 3 == 2 else offered(play)
    with CaptureQueriesContext(connection) as asked:
        rows = inbox.rows(look(play).shown)
        assert [row.handoff.lead.account.name for row in rows]
        assert [bool(row.handoff.snapshot) for row in rows] == [True] * many
    assert len(asked) <= 5
