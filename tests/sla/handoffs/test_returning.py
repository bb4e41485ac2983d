"""After a refusal: acknowledge, repair, contest and rule, wake, reopen."""

from datetime import timedelta

import pytest

from leads.choices import Stage
from leads.models import FactChange, Lead, OutboxMessage
from sla import handoffs
from sla.models import Clock, Handoff, Refusal
from tests import factories
from tests.factories import NOW
from tests.sla.scene import MINUTE, clocks_of, in_state, offered, scene, states_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def declined(play, code="no_budget", **said):
    return handoffs.decline(handoff=offered(play), actor=play.rep, reason=code, now=NOW, **said)


def contested(play, code="no_budget"):
    return handoffs.contest(
        handoff=declined(play, code), actor=play.marketer, note="The budget is known", now=NOW + MINUTE
    )


def test_acknowledge_stops_its_clock_and_may_change_the_track():
    play = scene()
    handoff = declined(play, "competitor", not_now=True, wake_trigger="prospect.replied")
    handoffs.acknowledge(handoff=handoff, actor=play.marketer, now=NOW + MINUTE, track="stay_in_touch")
    refusal = Refusal.objects.get(pk=handoff.pk)
    assert (refusal.acknowledged_at, refusal.acknowledged_by) == (NOW + MINUTE, play.marketer)
    assert refusal.track == "stay_in_touch"
    assert states_of(handoff)["acknowledge"] == "met"


def test_acknowledge_twice_is_refused():
    play = scene()
    handoff = declined(play)
    handoffs.acknowledge(handoff=handoff, actor=play.marketer, now=NOW)
    with pytest.raises(handoffs.AlreadyDone):
        handoffs.acknowledge(handoff=handoff, actor=play.marketer, now=NOW)


def test_contest_without_a_word_lets_the_dossier_speak():
    against = {"fact": "employees", "op": ">=", "value": 50}
    play = scene(
        reasons=[factories.agreement_data()["reasons"][0] | {"code": "too_small", "contradicted_by": against}]
    )
    handoff = handoffs.contest(handoff=declined(play, "too_small"), actor=play.marketer, now=NOW + MINUTE)
    assert "120" in Refusal.objects.get(pk=handoff.pk).contest_note


def test_repair_marks_the_lead_to_be_judged():
    play = scene()
    handoff = declined(play, "bad_data", note="Wrong number")
    FactChange.objects.all().delete()
    handoffs.repair(handoff=handoff, actor=play.marketer, now=NOW + MINUTE, note="Right one found")
    refusal = Refusal.objects.get(pk=handoff.pk)
    assert (refusal.repaired_by, refusal.note) == (play.marketer, "Wrong number\nRight one found")
    assert states_of(handoff)["repair"] == "met"
    assert FactChange.objects.filter(pk=handoff.lead_id).exists()


@pytest.mark.parametrize(("code", "kind"), [("no_budget", "acknowledge"), ("bad_data", "repair")])
def test_contest_is_refused_once_its_clock_is_late(code, kind):
    play = scene()
    handoff = declined(play, code, note="The number is wrong")
    due_at = clocks_of(handoff, kind)[kind].due_at
    with pytest.raises(handoffs.TooLate) as refused:
        handoffs.contest(handoff=handoff, actor=play.marketer, note="It fits.", now=due_at + MINUTE)
    assert "The time to contest this ended" in str(refused.value)
    assert Refusal.objects.get(pk=handoff.pk).contested_at is None
    handoffs.contest(handoff=handoff, actor=play.marketer, note="It fits.", now=due_at)


def test_contest_of_what_has_no_clock_is_never_late():
    play = scene()
    handoff = declined(play, "competitor")
    assert not {"acknowledge", "repair"} & set(clocks_of(handoff))
    handoffs.contest(handoff=handoff, actor=play.marketer, note="It fits.", now=NOW + 60 * DAY)


def test_contest_calls_the_referee_and_stops_marketings_clocks():
    play = scene()
    states = states_of(contested(play))
    assert (states["acknowledge"], states["nurture"], states["rule"]) == ("met", "cancelled", "running")


def test_referee_is_told_of_the_contest_and_marketing_of_the_ruling():
    play = scene()
    handoff = contested(play)
    handoffs.rule(handoff=handoff, actor=play.referee, ruling="upheld", now=NOW + DAY)
    told = OutboxMessage.objects.filter(kind__in=["handoff.contest", "handoff.rule"]).order_by("pk")
    assert [(one.recipient, one.data["told"]) for one in told] == [
        (play.rep, [play.referee.pk]),
        (play.rep, [play.marketer.pk]),
    ]


def test_contest_needs_a_note_and_a_referee():
    play = scene()
    with pytest.raises(handoffs.ReasonNeeds):
        handoffs.contest(handoff=declined(play), actor=play.marketer, note=" ", now=NOW)


def test_contest_without_referee_is_refused():
    commitments = [one for one in factories.agreement_commitments() if one["kind"] != "rule"]
    play = scene(referee=None, commitments=commitments)
    with pytest.raises(handoffs.NoReferee):
        handoffs.contest(handoff=declined(play), actor=play.marketer, note="No", now=NOW)


def test_ruling_belongs_to_the_referee():
    play = scene()
    with pytest.raises(handoffs.NotYours):
        handoffs.rule(handoff=contested(play), actor=play.cast.leader, ruling="upheld", now=NOW)


def test_upheld_ruling_ends_it():
    play = scene()
    handoff = handoffs.rule(handoff=contested(play), actor=play.referee, ruling="upheld", now=NOW + DAY)
    assert Refusal.objects.get(pk=handoff.pk).ruling == "upheld"
    assert states_of(handoff)["rule"] == "met"
    assert Lead.objects.get(pk=handoff.lead_id).stage == Stage.RECYCLED


def test_upheld_repair_is_owed_anew():
    play = scene()
    handoff = handoffs.contest(
        handoff=declined(play, "bad_data", note="Wrong number"), actor=play.marketer, note="Right", now=NOW
    )
    with pytest.raises(handoffs.AlreadyDone):
        handoffs.repair(handoff=handoff, actor=play.marketer, now=NOW)
    handoffs.rule(handoff=handoff, actor=play.referee, ruling="upheld", now=NOW + DAY)
    repairs = Clock.objects.filter(handoff=handoff, kind="repair").order_by("pk")
    assert list(repairs.values_list("state", "started_at")) == [("met", NOW), ("running", NOW + DAY)]
    handoffs.repair(handoff=handoff, actor=play.marketer, now=NOW + DAY + MINUTE)
    assert repairs.last().state == "met"


@pytest.mark.parametrize("code", ["no_budget", "competitor"])
def test_overturned_ruling_offers_to_somebody_else_in_a_new_cycle(code):
    play = scene()
    handoff = handoffs.rule(
        handoff=contested(play, code), actor=play.referee, ruling="overturned", now=NOW + DAY
    )
    again = Handoff.objects.get(lead=handoff.lead, cycle=2)
    assert (again.state, again.rep == play.rep) == ("offered", False)
    assert Lead.objects.get(pk=handoff.lead_id).stage == Stage.MQL
    outcomes = {line["rep"]: line["outcome"] for line in again.trace["considered"]}
    assert outcomes[play.rep.pk] == "said_no"


def test_overturned_ruling_goes_back_to_the_accounts_own_rep():
    play = scene()
    handoff = contested(play)
    account = handoff.lead.account
    account.owner = play.rep
    account.save()
    handoffs.rule(handoff=handoff, actor=play.referee, ruling="overturned", now=NOW + DAY)
    assert Handoff.objects.get(lead=handoff.lead, cycle=2).rep == play.rep


def test_wake_brings_the_lead_to_nurturing_to_be_judged():
    play = scene()
    handoff = declined(play)
    FactChange.objects.all().delete()
    handoffs.wake(handoff=handoff, now=NOW + 90 * DAY)
    assert Refusal.objects.get(pk=handoff.pk).woken_at == NOW + 90 * DAY
    lead = Lead.objects.get(pk=handoff.lead_id)
    assert (lead.stage, lead.team) == (Stage.NURTURING, None)
    states = states_of(handoff)
    assert (states["nurture"], states["nurture_stale"]) == ("cancelled", "running")
    assert FactChange.objects.filter(pk=handoff.lead_id).exists()


def test_wake_twice_is_refused():
    handoff = declined(scene())
    handoffs.wake(handoff=handoff, now=NOW + DAY)
    with pytest.raises(handoffs.AlreadyDone):
        handoffs.wake(handoff=handoff, now=NOW + DAY)


def test_reopen_brings_a_lost_lead_back():
    play = scene()
    lead = in_state(play, "lost").lead
    fresh = handoffs.reopen(lead=lead, actor=play.marketer, reason="new_interest", now=NOW + DAY)
    assert fresh.stage == Stage.NURTURING
    with pytest.raises(handoffs.WrongStage):
        handoffs.reopen(lead=lead, actor=play.marketer, reason="new_interest", now=NOW + DAY)


def test_reopen_needs_a_reason_and_a_marketer():
    play = scene()
    lead = declined(play, "competitor").lead
    with pytest.raises(handoffs.ReasonNeeds):
        handoffs.reopen(lead=lead, actor=play.marketer, reason="", now=NOW)
    with pytest.raises(handoffs.NotYours):
        handoffs.reopen(lead=lead, actor=play.rep, reason="mistake", now=NOW)


def test_upheld_not_now_is_owed_anew():
    play = scene()
    handoff = contested(play)
    with pytest.raises(handoffs.AlreadyDone):
        handoffs.acknowledge(handoff=handoff, actor=play.marketer, now=NOW)
    handoffs.rule(handoff=handoff, actor=play.referee, ruling="upheld", now=NOW + DAY)
    owed = Clock.objects.filter(handoff=handoff, kind__in=["acknowledge", "nurture"], ended_at=None)
    assert sorted(owed.values_list("kind", "started_at")) == [
        ("acknowledge", NOW + DAY),
        ("nurture", NOW + DAY),
    ]
    handoffs.acknowledge(handoff=handoff, actor=play.marketer, now=NOW + DAY + MINUTE)
    assert states_of(handoff)["acknowledge"] == "met"
