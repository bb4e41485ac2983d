"""Disputes: who may say that a breach was not theirs, who answers, and what it changes."""

from datetime import timedelta

import pytest

from leads.models import AuditEntry, OutboxMessage, User
from sla import clocks, disputes, handoffs
from sla.choices import Event
from sla.models import Clock, Dispute, Outage
from sla.sweep import ticking
from tests import factories
from tests.factories import NOW
from tests.sla.scene import clocks_of, in_state, offered, scene

pytestmark = pytest.mark.django_db
LATE = NOW + timedelta(hours=3)


@pytest.fixture
def play():
    return scene()


@pytest.fixture
def marketing_manager(play):
    return factories.user("marketing_manager", play.marketer.team, "Mona Manager")


@pytest.fixture
def sales_manager(play):
    return factories.user("sales_manager", play.cast.sales, "Sam Manager")


@pytest.fixture
def late(play):
    """Return a decision of the rep that is late."""
    handoff = offered(play)
    ticking.tick(LATE)
    return clocks_of(handoff)["decide"]


def ask(clock, actor, reason="The account was closed that day."):
    return disputes.dispute(clock=clock, actor=actor, reason=reason, now=LATE)


def give(dispute, actor, is_granted=True, note=""):
    return disputes.answer(dispute=dispute, actor=actor, is_granted=is_granted, note=note, now=LATE)


def test_granted_breach_is_excused_and_stays_in_the_log(play, late, marketing_manager):
    give(ask(late, play.rep), marketing_manager)
    late.refresh_from_db()
    assert (late.is_excused, late.state, late.breached_at) == (True, "breached", NOW + timedelta(hours=2))
    line = late.events.get(event="excused")
    assert (line.actor_id, line.happened_at) == (marketing_manager.pk, LATE)
    assert clocks.replay(late, LATE).state == clocks.state_of(late)


def test_refused_breach_stays_charged(play, late, marketing_manager):
    answered = give(ask(late, play.rep), marketing_manager, is_granted=False, note="The calendar was open.")
    late.refresh_from_db()
    assert (late.is_excused, answered.is_granted, answered.note) == (False, False, "The calendar was open.")


def test_ended_clock_can_be_excused_too(play, late, marketing_manager):
    handoffs.accept(handoff=late.handoff, actor=play.rep, now=LATE)
    give(ask(late, play.rep), marketing_manager)
    late.refresh_from_db()
    assert (late.state, late.is_excused) == ("met", True)


def test_manager_of_the_blamed_side_may_ask(late, sales_manager):
    assert ask(late, sales_manager).asked_by == sales_manager


@pytest.mark.parametrize("who", ["other_rep", "marketer", "stranger"])
def test_nobody_else_may_ask(play, late, who):
    people = {
        "other_rep": play.cast.other_rep,
        "marketer": play.marketer,
        "stranger": factories.user("sales_manager", play.closers, "Steve Stranger"),
    }
    with pytest.raises(disputes.NotYours):
        ask(late, people[who])


@pytest.mark.parametrize("role", ["rep", "sales_manager", "marketer", "leader", "operations"])
def test_nobody_but_the_other_sides_manager_may_answer(play, late, role):
    dispute = ask(late, play.rep)
    with pytest.raises(disputes.NotYours):
        give(dispute, factories.user(role, play.cast.sales if "sales" in role else None, "Nobody Much"))


def test_sales_manager_answers_what_marketing_disputes(play, sales_manager):
    lead = factories.ready_lead()
    lead.team = play.cast.sales
    lead.save()
    clocks.hear(event=Event.BECAME_READY, lead=lead, now=NOW)
    ticking.tick(NOW + timedelta(hours=9))
    clock = Clock.objects.get(kind="hand_over")
    dispute = ask(clock, play.marketer)
    told = OutboxMessage.objects.get(kind="clock.disputed").data["told"]
    assert set(User.objects.filter(pk__in=told).values_list("role", "team")) == {
        ("sales_manager", play.cast.sales.pk)
    }
    with pytest.raises(disputes.NotYours):
        give(dispute, factories.user("sales_manager", play.closers, "Steve Stranger"))
    give(dispute, sales_manager)
    clock.refresh_from_db()
    assert clock.is_excused


def test_leader_answers_for_the_referee(play):
    handoff = in_state(play, "declined")
    handoffs.contest(handoff=handoff, actor=play.marketer, note="It fits.", now=NOW)
    ticking.tick(NOW + timedelta(days=10))
    clock = Clock.objects.get(kind="rule")
    give(ask(clock, play.referee), factories.user("leader", None, "Lea Leader"))
    clock.refresh_from_db()
    assert clock.is_excused


def test_referee_does_not_answer_for_themselves(play):
    handoff = in_state(play, "declined")
    handoffs.contest(handoff=handoff, actor=play.marketer, note="It fits.", now=NOW)
    ticking.tick(NOW + timedelta(days=10))
    dispute = ask(Clock.objects.get(kind="rule"), play.referee)
    with pytest.raises(disputes.NotYours):  # the referee of the tests is a leader
        give(dispute, play.referee)


def test_breach_is_disputed_once(play, late, marketing_manager):
    give(ask(late, play.rep), marketing_manager, is_granted=False, note="No.")
    with pytest.raises(disputes.AlreadyDisputed):
        ask(late, play.rep)


def test_dispute_is_answered_once(play, late, marketing_manager):
    dispute = ask(late, play.rep)
    give(dispute, marketing_manager)
    with pytest.raises(disputes.AlreadyAnswered):
        give(dispute, marketing_manager, is_granted=False, note="No.")


def test_clock_in_time_has_nothing_to_dispute(play):
    with pytest.raises(disputes.NothingToDispute):
        ask(clocks_of(offered(play))["decide"], play.rep)


def test_breach_of_an_outage_has_nothing_to_dispute(play):
    handoff = offered(play)
    Outage.objects.create(from_at=NOW, to_at=LATE)
    ticking.tick(LATE)
    with pytest.raises(disputes.NothingToDispute):
        ask(clocks_of(handoff)["decide"], play.rep)


def test_reason_and_the_note_of_a_refusal_are_needed(play, late, marketing_manager):
    with pytest.raises(disputes.WordsNeeded):
        ask(late, play.rep, reason="  ")
    with pytest.raises(disputes.WordsNeeded):
        give(ask(late, play.rep), marketing_manager, is_granted=False, note=" ")
    assert Dispute.objects.waiting().count() == 1


def test_both_steps_leave_log_and_notice(play, late, marketing_manager):
    give(ask(late, play.rep), marketing_manager)
    verbs = AuditEntry.objects.filter(subject_type="clock", subject_id=late.pk).order_by("seq")
    assert list(verbs.values_list("verb", "actor_id")) == [
        ("disputed", play.rep.pk),
        ("dispute_granted", marketing_manager.pk),
    ]
    asked, granted = OutboxMessage.objects.filter(kind__startswith="clock.disput").order_by("id")
    assert marketing_manager.pk in asked.data["told"]
    assert (play.rep.pk in asked.data["told"], granted.data["told"]) == (False, [play.rep.pk])
