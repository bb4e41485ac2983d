"""Offering, accepting, asking, withdrawing: rows, lead, clocks, log and notice in one go."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.choices import Stage
from leads.models import AuditEntry, Lead, OutboxMessage
from sla import handoffs
from sla.models import Handoff, Question, Refusal, Snapshot, Standing, Verdict
from tests import factories
from tests.factories import NOW
from tests.sla.scene import MINUTE, accepted, clocks_of, offered, scene, states_of

pytestmark = pytest.mark.django_db


def log_of(handoff):
    entries = AuditEntry.objects.filter(stream=f"lead:{handoff.lead_id}", subject_type="handoff")
    return [(entry.verb, entry.subject_id, entry.actor_id) for entry in entries.order_by("seq")]


def test_offer_writes_row_owner_facts_log_and_notice():
    play = scene()
    lead = factories.ready_lead()
    handoff = offered(play, lead)
    lead.refresh_from_db()
    assert (handoff.state, handoff.cycle, handoff.hop, handoff.rep) == ("offered", 1, 1, play.rep)
    assert (lead.stage, lead.owner, lead.team) == (Stage.MQL, play.rep, play.cast.sales)
    assert handoff.version == play.version
    assert handoff.ready_at == Standing.objects.get(pk=lead.pk).ready_since
    assert Verdict.objects.get(pk=handoff.pk).value is True
    assert Snapshot.objects.get(pk=handoff.pk).missing == ["source", "consent"]
    assert log_of(handoff) == [("offer", handoff.pk, play.marketer.pk)]
    notice = OutboxMessage.objects.get(key=f"handoff:{handoff.pk}:1")
    assert (notice.kind, notice.recipient, notice.not_before) == ("handoff.offer", play.rep, NOW)


def test_offer_starts_the_clocks_of_its_tier():
    handoff = offered(scene())
    assert handoff.tier == "standard"
    clocks = clocks_of(handoff)
    assert set(clocks) == {"decide", "touch_from_offer"}
    # NOW is ten in the morning in Berlin: two business hours end at noon.
    assert (clocks["decide"].due_at, clocks["decide"].due_on) == (NOW + timedelta(hours=2), NOW.date())


def test_offer_of_top_tier_is_due_sooner():
    play = scene()
    lead = factories.ready_lead()
    Standing.objects.filter(pk=lead.pk).update(tier="top")
    handoff = offered(play, lead)
    assert clocks_of(handoff)["decide"].due_at == NOW + timedelta(hours=1)


def test_offer_ends_by_itself_after_two_business_days():
    assert offered(scene()).expires_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def test_offer_of_lead_that_is_not_ready_is_refused():
    scene()
    lead = factories.make_lead()
    with pytest.raises(handoffs.NotSalesReady) as refused:
        handoffs.offer(lead=lead, now=NOW)
    assert str(refused.value.sentence) == (
        "Only a sales-ready lead can be handed over; this one is “Inquiry”."
    )


def test_offer_twice_is_refused():
    play = scene()
    handoff = offered(play)
    with pytest.raises(handoffs.AlreadyOpen):
        offered(play, handoff.lead)


def test_offer_by_rep_is_refused():
    play = scene()
    with pytest.raises(handoffs.NotYours):
        handoffs.offer(lead=factories.ready_lead(), actor=play.rep, now=NOW)


def test_offer_without_any_team_waits_and_says_so():
    cast = factories.cast()
    factories.signed_version()
    cast.sales.leg = cast.elsewhere.leg = 9
    cast.sales.save()
    cast.elsewhere.save()
    lead = factories.ready_lead()
    with pytest.raises(handoffs.NoTeam):
        handoffs.offer(lead=lead, now=NOW)
    lead.refresh_from_db()
    assert (lead.stage, Handoff.objects.count()) == (Stage.MQL, 0)
    assert Standing.objects.get(pk=lead.pk).held_because == "refused"


def test_accept_moves_lead_and_starts_the_work():
    play = scene()
    handoff = offered(play)
    done = handoffs.accept(handoff=handoff, actor=play.rep, now=NOW + 5 * MINUTE)
    lead = Lead.objects.get(pk=handoff.lead_id)
    assert (done.state, lead.stage, lead.stage_since) == ("accepted", Stage.SAL, NOW + 5 * MINUTE)
    assert (done.decided_at, done.decided_by, done.accepted_at) == (
        NOW + 5 * MINUTE,
        play.rep,
        NOW + 5 * MINUTE,
    )
    assert states_of(handoff) == {
        "decide": "met",
        "touch_from_offer": "running",
        "first_touch": "running",
        "persistence": "running",
        "qualify_or_return": "running",
        "upkeep": "running",
    }
    assert clocks_of(handoff)["first_touch"].due_at == NOW + timedelta(hours=4, minutes=5)


def test_accept_notice_waits_for_the_undo():
    handoff = accepted(scene())
    notice = OutboxMessage.objects.get(key=f"handoff:{handoff.pk}:{handoff.seq}")
    assert (notice.kind, notice.not_before) == ("handoff.accept", NOW + 2 * MINUTE)


def test_second_accept_names_who_and_when():
    play = scene()
    handoff = offered(play)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW)
    with pytest.raises(handoffs.AlreadyDecided) as refused:
        handoffs.accept(handoff=handoff, actor=play.cast.other_rep, now=NOW + MINUTE)
    assert (refused.value.by, refused.value.at, refused.value.state) == (play.rep, NOW, "accepted")
    assert str(refused.value.sentence) == "Rita Rep accepted this lead at 09:00."


def test_sentence_of_another_day_names_the_day():
    play = scene()
    handoff = accepted(play)
    with pytest.raises(handoffs.AlreadyDecided) as refused:
        handoffs.accept(handoff=handoff, actor=play.rep, now=NOW + timedelta(days=3))
    assert str(refused.value.sentence) == "Rita Rep accepted this lead on 18 Nov, 09:00."


def test_accept_by_somebody_else_is_refused():
    play = scene()
    handoff = offered(play)
    with pytest.raises(handoffs.NotYours):
        handoffs.accept(handoff=handoff, actor=play.cast.other_rep, now=NOW)


def test_accept_from_pool_makes_it_the_reps():
    play = scene()
    pooled = handoffs.pool(handoff=offered(play), now=NOW)
    done = handoffs.accept(handoff=pooled, actor=play.cast.other_rep, now=NOW + MINUTE)
    lead = Lead.objects.get(pk=done.lead_id)
    assert (done.rep, lead.owner) == (play.cast.other_rep, play.cast.other_rep)
    assert clocks_of(done)["touch_from_offer"].rep == play.cast.other_rep


def test_accept_from_pool_of_another_team_is_refused():
    play = scene()
    pooled = handoffs.pool(handoff=offered(play), now=NOW)
    with pytest.raises(handoffs.NotYours):
        handoffs.accept(handoff=pooled, actor=play.cast.stranger, now=NOW)


def test_question_pauses_decision_and_asks_marketing():
    play = scene()
    handoff = offered(play)
    asked = handoffs.ask(handoff=handoff, actor=play.rep, text=" Which plant? ", now=NOW + 30 * MINUTE)
    assert (asked.state, asked.expires_at) == ("offered", None)
    assert Question.objects.get(pk=handoff.pk).text == "Which plant?"
    assert states_of(handoff) == {"decide": "paused", "touch_from_offer": "running", "answer": "running"}


def test_answer_resumes_decision_with_the_time_that_was_left():
    play = scene()
    handoff = offered(play)
    handoffs.ask(handoff=handoff, actor=play.rep, text="Which plant?", now=NOW + 30 * MINUTE)
    answered = handoffs.answer(
        handoff=handoff, actor=play.marketer, text="Hall 2", now=NOW + timedelta(hours=3)
    )
    clocks = clocks_of(handoff)
    assert (clocks["decide"].state, clocks["answer"].state) == ("running", "met")
    assert clocks["decide"].due_at == NOW + timedelta(hours=4, minutes=30)
    assert answered.expires_at == datetime(2026, 11, 20, 11, 30, tzinfo=UTC)


def test_second_question_is_refused():
    play = scene()
    handoff = offered(play)
    handoffs.ask(handoff=handoff, actor=play.rep, text="Which plant?", now=NOW)
    handoffs.answer(handoff=handoff, actor=play.marketer, text="Hall 2", now=NOW)
    with pytest.raises(handoffs.AskedBefore):
        handoffs.ask(handoff=handoff, actor=play.rep, text="Which line?", now=NOW)
    with pytest.raises(handoffs.NothingAsked):
        handoffs.answer(handoff=handoff, actor=play.marketer, text="Line 2", now=NOW)


def test_withdraw_takes_the_lead_back_to_nurturing():
    play = scene()
    handoff = offered(play)
    handoffs.withdraw(handoff=handoff, actor=play.marketer, reason="not_ready", now=NOW, note="Asked to wait")
    lead = Lead.objects.get(pk=handoff.lead_id)
    assert (lead.stage, lead.owner, lead.team) == (Stage.NURTURING, None, None)
    assert Refusal.objects.get(pk=handoff.pk).note == "Asked to wait"
    assert states_of(handoff) == {
        "decide": "cancelled",
        "touch_from_offer": "cancelled",
        "nurture_stale": "running",
    }


def test_withdraw_without_reason_is_refused():
    play = scene()
    with pytest.raises(handoffs.ReasonNeeds) as refused:
        handoffs.withdraw(handoff=offered(play), actor=play.marketer, reason="", now=NOW)
    assert refused.value.what == "reason"


def test_move_on_lead_in_another_stage_is_refused_and_changes_nothing():
    play = scene()
    handoff = offered(play)
    Lead.objects.filter(pk=handoff.lead_id).update(stage=Stage.LOST)
    with pytest.raises(handoffs.WrongStage) as refused:
        handoffs.accept(handoff=handoff, actor=play.rep, now=NOW)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.seq) == ("offered", 1)
    assert str(refused.value.sentence) == "This is not possible while the lead is “Lost”."
