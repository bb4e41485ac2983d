"""Several people and the sweep at one moment, on PostgreSQL: one wins, nobody hangs, no limit is passed."""

import threading
import time
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError

from leads.models import AuditEntry
from sla import clocks, handoffs, sweep
from sla.handoffs import acting
from sla.models import ClockEvent, Handoff
from sla.sweep import ticking
from tests import factories
from tests.factories import NOW
from tests.sla.races import at_once
from tests.sla.scene import MINUTE, clocks_of, offered, scene

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]
PEOPLE = 50
SWEPT = NOW + timedelta(hours=3)


def pool_of(play, count=PEOPLE):
    """Return a handoff in the pool and the people who may take it."""
    people = [factories.user("rep", play.cast.sales) for _ in range(count)]
    return handoffs.pool(handoff=offered(play), now=NOW), people


def accepts(handoff, people):
    return [partial(handoffs.accept, handoff=handoff, actor=one, now=NOW + MINUTE) for one in people]


def winners(found):
    return [one for one in found if isinstance(one, Handoff)]


def test_of_fifty_who_accept_at_once_exactly_one_wins_and_all_others_read_who():
    handoff, people = pool_of(scene())
    found = at_once(accepts(handoff, people))
    (won,) = winners(found)
    refusals = [one for one in found if not isinstance(one, Handoff)]
    assert Counter(type(one) for one in refusals) == {handoffs.AlreadyDecided: PEOPLE - 1}
    assert {(one.by, one.at) for one in refusals} == {(won.rep, NOW + MINUTE)}
    assert AuditEntry.objects.filter(verb="accept").count() == 1
    assert clocks_of(handoff)["first_touch"].rep == won.rep


def test_control_who_reads_then_writes_lets_several_win(monkeypatch):
    def careless(case, plan):
        time.sleep(0.05)
        Handoff.objects.filter(pk=case.handoff.pk).update(state="accepted", **plan.changes)
        return case.handoff

    monkeypatch.setattr(acting, "carry_out", careless)
    monkeypatch.setattr(clocks, "settle", lambda **_of: None)
    handoff, people = pool_of(scene())
    assert len(winners(at_once(accepts(handoff, people)))) > 1


def test_accept_against_decline_has_one_outcome():
    play = scene()
    for _ in range(5):
        handoff = offered(play)
        found = at_once(
            [
                partial(handoffs.accept, handoff=handoff, actor=play.rep, now=NOW),
                partial(handoffs.decline, handoff=handoff, actor=play.rep, reason="no_budget", now=NOW),
            ]
        )
        assert sorted(type(one).__name__ for one in found) == ["AlreadyDecided", "Handoff"]


def test_offers_of_one_lead_at_once_make_one_handoff():
    play = scene()
    lead = factories.ready_lead()
    found = at_once([partial(handoffs.offer, lead=lead, now=NOW) for _ in range(10)])
    assert len(winners(found)) == 1
    assert {type(one) for one in found if not isinstance(one, Handoff)} == {handoffs.AlreadyOpen}
    assert play.version.pk == Handoff.objects.get().version_id


def test_routing_at_once_gives_nobody_more_than_agreed():
    play = scene()
    for person in (play.rep, play.cast.other_rep, play.cast.stranger, play.cast.qualifier):
        person.max_open = 1
        person.save()
    leads = [factories.ready_lead() for _ in range(7)]
    found = at_once([partial(handoffs.offer, lead=lead, now=NOW) for lead in leads])
    assert [type(one) for one in found] == [Handoff] * 7
    held = Counter(Handoff.objects.filter(rep__isnull=False).values_list("rep", flat=True))
    assert list(held.values()) == [1, 1, 1, 1]
    assert Handoff.objects.filter(rep__isnull=True).count() == 3


def test_sweeps_at_once_write_each_step_once():
    play = scene()
    for _ in range(20):
        offered(play)
    found = at_once([partial(ticking.tick, SWEPT) for _ in range(4)])
    assert sum(one["breached"] for one in found) == 20
    events = ClockEvent.objects.filter(event="breached").values_list("clock", flat=True)
    assert (len(events), len(set(events))) == (20, 20)


def accept_while_sweeping(play, monkeypatch, meddle):
    """Accept at the moment in which a sweep holds the clock; `meddle` is what it writes besides."""
    handoff, is_held = offered(play), threading.Event()
    write = clocks.write

    def slow(changes, **options):
        if options.get("columns") == clocks.SWEPT:
            is_held.set()
            time.sleep(0.3)
            meddle(handoff)
        write(changes, **options)

    def accept():
        is_held.wait(10)
        return handoffs.accept(handoff=handoff, actor=play.rep, now=SWEPT)

    with monkeypatch.context() as patch:
        patch.setattr(clocks, "write", slow)
        return handoff, at_once([partial(sweep.run, SWEPT), accept])


def test_accept_while_a_sweep_holds_the_clock_never_deadlocks(monkeypatch):
    play = scene()
    for _ in range(5):
        handoff, found = accept_while_sweeping(play, monkeypatch, lambda handoff: None)
        assert [type(one) for one in found] == [sweep.Report, Handoff]
        assert found[0].breached == 1
        clock = clocks_of(handoff)["decide"]
        assert (clock.state, clock.breached_at) == ("met", NOW + timedelta(hours=2))


def test_control_of_a_sweep_that_also_writes_handoffs_fails(monkeypatch):
    def meddle(handoff):
        Handoff.objects.filter(pk=handoff.pk).update(tier="late")

    _handoff, found = accept_while_sweeping(scene(), monkeypatch, meddle)
    # One of the two was chosen as the victim: the accept fails, or the sweep does and sets its batch aside.
    is_victim = isinstance(found[1], OperationalError) or found[0].set_aside > 0 or found[0].breached == 0
    assert is_victim
