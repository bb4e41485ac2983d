"""An idle sweep asks every queue at once; whatever waits in one of them is found."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads import marks
from leads.models import Absence, FactChange
from sla import agreements, handoffs, sweep
from sla.models import ActionRow, AgreementVersion, Clock, Handoff, Refusal, Standing
from sla.sweep.looking import Waiting, look
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, offered, scene

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOTHING = Waiting(clocks=False, moves=False, versions=False, reviews=False, leads=False)


@pytest.fixture
def play() -> Scene:
    """A company in which everything has been done at NOW."""
    play = scene()
    handoff = offered(play)
    handoffs.decline(handoff=handoff, actor=play.rep, reason="no_budget", now=NOW)
    offered(play)
    AgreementVersion.objects.update(confirmed_until=NOW.date() + 90 * DAY)
    FactChange.objects.all().delete()
    sweep.run_regularly(NOW)
    return play


def test_nothing_waits_once_all_is_done(play: Scene) -> None:
    assert look(NOW) == NOTHING


def test_everything_may_wait_before_the_first_sweep() -> None:
    assert look(NOW) == Waiting()


def test_idle_sweep_is_short(play: Scene) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert sweep.run_regularly(NOW) == sweep.Report()
    assert len(asked) <= 4


def _expire(play: Scene) -> None:
    Handoff.objects.filter(state="offered").update(expires_at=NOW)


def _wake(play: Scene) -> None:
    Refusal.objects.update(wake_at=NOW)


def _go_away(play: Scene) -> None:
    Absence.objects.create(user=play.rep, first_on=NOW.date() - DAY, last_on=NOW.date())


def _ask(play: Scene) -> None:
    handoff = Handoff.objects.filter(state="offered").get()
    ActionRow.objects.create(key="one", action="pool", handoff=handoff, created_at=NOW, due_at=NOW)


def _mark(play: Scene) -> None:
    marks.mark_all(since=NOW)


def _propose(play: Scene) -> None:
    draft = agreements.load(key="default", data=factories.agreement_data(), now=NOW)
    agreements.propose(version=draft, now=NOW, actor=play.cast.marketing_manager)


def _hold(reason: str, play: Scene) -> None:
    Standing.objects.update(is_ready=True, held_because=reason, judged_at=NOW - DAY)


WORK: dict[str, tuple[str, Callable[[Scene], object]]] = {
    "clock": ("clocks", lambda play: Clock.objects.open().update(next_at=NOW)),
    "expiry": ("moves", _expire),
    "waking": ("moves", _wake),
    "absence": ("moves", _go_away),
    "action": ("moves", _ask),
    "proposal": ("versions", _propose),
    "review": ("reviews", lambda play: AgreementVersion.objects.update(confirmed_until=NOW.date() + DAY)),
    "mark": ("leads", _mark),
    "recheck": ("leads", lambda play: Standing.objects.update(recheck_at=NOW)),
    "no room": ("leads", lambda play: _hold("capacity", play)),
    "refused offer": ("leads", lambda play: _hold(handoffs.HELD, play)),
}


@pytest.mark.parametrize("work", WORK)
def test_whatever_waits_is_seen(play: Scene, work: str) -> None:
    kind, happen = WORK[work]
    happen(play)
    assert look(NOW) == NOTHING._replace(**{kind: True})


def test_what_waits_for_later_is_not_due(play: Scene) -> None:
    marks.mark_all(since=NOW)
    FactChange.objects.update(retry_at=NOW + DAY)
    ActionRow.objects.update(done_at=None, due_at=NOW + DAY)
    Absence.objects.create(user=play.rep, first_on=NOW.date() + 3 * DAY, last_on=NOW.date() + 5 * DAY)
    assert look(NOW) == NOTHING
