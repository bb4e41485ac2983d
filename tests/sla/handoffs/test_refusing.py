"""Declining and handing back: what a reason needs, and what follows from it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from leads.choices import Stage
from leads.models import AuditEntry, Lead, User
from sla import handoffs
from sla.models import Handoff, Refusal
from tests import factories
from tests.factories import NOW
from tests.sla.scene import MINUTE, accepted, offered, qualified, scene, states_of

pytestmark = pytest.mark.django_db


def reason(code, **terms):
    one = {
        "code": code,
        "label": code,
        "group": "Reasons",
        "side_to_act": "marketing",
        "disposition": "recycle",
        "recycle_days": 30,
        "track": None,
        "asks": [],
        "contradicted_by": None,
        "needs_attempts": None,
    }
    return {**one, **terms}


def declined(play, code="no_budget", **said):
    return handoffs.decline(handoff=offered(play), actor=play.rep, reason=code, now=NOW, **said)


def test_not_now_recycles_until_the_opening_of_the_day():
    handoff = declined(scene())
    lead = Lead.objects.get(pk=handoff.lead_id)
    refusal = Refusal.objects.get(pk=handoff.pk)
    assert (handoff.state, handoff.disposition, handoff.is_ended) == ("declined", "recycle", True)
    # Nobody owns it, but the manager of the team still sees it.
    assert (lead.stage, lead.owner, lead.team) == (Stage.RECYCLED, None, handoff.team)
    # 90 days after 18 November is a Tuesday in February; Berlin opens at nine, an hour ahead of UTC.
    assert (refusal.wake_at, refusal.track) == (datetime(2027, 2, 16, 8, 0, tzinfo=UTC), "stay_in_touch")
    assert states_of(handoff) == {
        "decide": "met",
        "touch_from_offer": "cancelled",
        "acknowledge": "running",
        "nurture": "running",
    }


def test_date_named_wins_over_the_days_of_the_reason():
    handoff = declined(scene(), wake_on=date(2026, 12, 5))
    # The fifth of December is a Saturday: it opens on Monday.
    assert Refusal.objects.get(pk=handoff.pk).wake_at == datetime(2026, 12, 7, 8, 0, tzinfo=UTC)


def test_date_in_the_past_is_refused():
    with pytest.raises(handoffs.ReasonNeeds) as refused:
        declined(scene(), wake_on=date(2026, 11, 18))
    assert refused.value.what == "future"


def test_never_disqualifies_without_any_clock_of_marketing():
    handoff = declined(scene(), "competitor")
    assert Lead.objects.get(pk=handoff.lead_id).stage == Stage.DISQUALIFIED
    assert states_of(handoff) == {"decide": "met", "touch_from_offer": "cancelled"}


def test_rep_switches_between_not_now_and_never():
    play = scene()
    assert declined(play, not_now=False).disposition == "disqualify"
    assert declined(play, "competitor", not_now=True, wake_on=date(2027, 1, 4)).disposition == "recycle"


def test_not_now_without_any_day_or_sign_is_refused():
    with pytest.raises(handoffs.ReasonNeeds) as refused:
        declined(scene(), "competitor", not_now=True)
    assert refused.value.what == "month"


def test_not_now_may_wait_for_a_touch_instead_of_a_day():
    handoff = declined(scene(), "competitor", not_now=True, wake_trigger="prospect.attended")
    refusal = Refusal.objects.get(pk=handoff.pk)
    assert (refusal.wake_at, refusal.wake_trigger) == (None, "prospect.attended")


def test_repair_has_no_choice_between_not_now_and_never():
    with pytest.raises(handoffs.ReasonNeeds) as refused:
        declined(scene(), "bad_data", not_now=True, note="Wrong number")
    assert refused.value.what == "choice"


def test_repair_goes_to_nurturing_and_starts_marketings_repair():
    handoff = declined(scene(), "bad_data", note="Wrong number")
    assert Lead.objects.get(pk=handoff.lead_id).stage == Stage.NURTURING
    assert Refusal.objects.get(pk=handoff.pk).note == "Wrong number"
    states = states_of(handoff)
    assert (states["repair"], "acknowledge" in states) == ("running", False)


def test_reason_that_asks_for_a_note_needs_one():
    with pytest.raises(handoffs.ReasonNeeds) as refused:
        declined(scene(), "bad_data")
    assert str(refused.value.sentence) == "This reason needs a note."


def test_reason_for_another_rep_is_no_decline():
    play = scene()
    handoff = offered(play)
    hop = handoffs.decline(handoff=handoff, actor=play.rep, reason="territory", note="Mine ends", now=NOW)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.disposition, hop.hop) == ("rerouted", "", 2)
    assert Lead.objects.get(pk=handoff.lead_id).stage == Stage.MQL
    assert Refusal.objects.get(pk=handoff.pk).note == "Mine ends"


def test_reason_of_our_own_side_gives_worked_leads_to_another_rep_who_goes_on():
    play = scene()
    handoff = accepted(play)
    moved = handoffs.hand_back(handoff=handoff, actor=play.rep, reason="territory", now=NOW + MINUTE)
    assert (moved.pk, moved.state, moved.disposition) == (handoff.pk, "accepted", "")
    assert moved.rep not in (None, play.rep)
    assert Lead.objects.get(pk=handoff.lead_id).stage == Stage.SAL
    entry = AuditEntry.objects.get(stream=f"lead:{handoff.lead_id}", verb="reassign")
    assert (entry.actor_id, entry.data["reason"], entry.data["to"]) == (
        play.rep.pk,
        "territory",
        moved.rep_id,
    )
    assert states_of(handoff)["first_touch"] == "running"


def test_reason_of_our_own_side_without_another_rep_changes_nothing():
    play = scene()
    handoff = accepted(play)
    User.objects.exclude(pk=play.rep.pk).update(is_active=False)
    with pytest.raises(handoffs.NobodyElse):
        handoffs.hand_back(handoff=handoff, actor=play.rep, reason="territory", now=NOW + MINUTE)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.rep) == ("accepted", play.rep)


def test_only_whoever_works_it_gives_it_away():
    play = scene()
    handoff = accepted(play)
    with pytest.raises(handoffs.NotYours):
        handoffs.hand_back(handoff=handoff, actor=play.marketer, reason="territory", now=NOW)


def test_not_now_may_wait_for_any_of_several_signs():
    signs = "prospect.replied prospect.submitted"
    handoff = declined(scene(), "competitor", not_now=True, wake_trigger=signs)
    assert Refusal.objects.get(pk=handoff.pk).wake_trigger == signs


@pytest.mark.parametrize("signs", [" ", "prospect.dreamt", "prospect.replied sales.moon"])
def test_sign_that_there_is_none_wakes_nobody(signs):
    with pytest.raises(handoffs.ReasonNeeds):
        declined(scene(), "competitor", not_now=True, wake_trigger=signs)


@pytest.mark.parametrize("code", ["not_recorded", "moon"])
def test_reason_that_the_agreement_does_not_have_is_refused(code):
    with pytest.raises(handoffs.UnknownReason):
        declined(scene(), code)


def test_track_that_the_agreement_does_not_have_is_refused():
    with pytest.raises(handoffs.ReasonNeeds) as refused:
        declined(scene(), track="moon")
    assert refused.value.what == "track"


def test_reason_that_asks_for_the_right_contact_keeps_it():
    play = scene(reasons=[reason("wrong_person", asks=["contact"])])
    with pytest.raises(handoffs.ReasonNeeds) as refused:
        declined(play, "wrong_person")
    assert refused.value.what == "contact"
    handoff = declined(play, "wrong_person", right_contact="Vera Fink")
    assert Refusal.objects.get(pk=handoff.pk).right_contact == "Vera Fink"


def test_not_reached_needs_the_attempts_on_record():
    play = scene(reasons=[reason("not_reached", needs_attempts=2)])
    handoff = accepted(play)
    factories.add_touch(handoff.lead, "call", side="sales", ago=timedelta(0), now=NOW + MINUTE)
    with pytest.raises(handoffs.ReasonNeeds) as refused:
        handoffs.hand_back(handoff=handoff, actor=play.rep, reason="not_reached", now=NOW + 2 * MINUTE)
    assert str(refused.value.sentence) == "This reason needs 2 attempts; 1 on record."
    factories.add_touch(handoff.lead, "mail", side="sales", ago=timedelta(0), now=NOW + 2 * MINUTE)
    back = handoffs.hand_back(handoff=handoff, actor=play.rep, reason="not_reached", now=NOW + 3 * MINUTE)
    assert back.state == "returned"


def test_reason_against_the_dossier_keeps_the_mismatch_of_the_frozen_facts():
    against = {"fact": "employees", "op": ">=", "value": 50}
    play = scene(reasons=[reason("too_small", contradicted_by=against)])
    handoff = offered(play)
    handoff.lead.account.employees = 3
    handoff.lead.account.save()
    handoffs.decline(handoff=handoff, actor=play.rep, reason="too_small", now=NOW)
    mismatch = Refusal.objects.get(pk=handoff.pk).mismatch
    assert "120" in mismatch


def test_reason_that_the_dossier_bears_out_has_no_mismatch():
    against = {"fact": "employees", "op": ">=", "value": 500}
    play = scene(reasons=[reason("too_small", contradicted_by=against)])
    assert Refusal.objects.get(pk=declined(play, "too_small").pk).mismatch == ""


@pytest.mark.parametrize("bring", [accepted, qualified])
def test_hand_back_ends_the_work(bring):
    play = scene()
    handoff = handoffs.hand_back(handoff=bring(play), actor=play.rep, reason="no_budget", now=NOW + MINUTE)
    assert (handoff.state, handoff.decided_at, handoff.ended_at) == ("returned", NOW, NOW + MINUTE)
    states = states_of(handoff)
    assert (states["qualify_or_return"], states["first_touch"]) == ("met", "cancelled")
    assert (states["upkeep"], states["acknowledge"]) == ("cancelled", "running")


def test_consequences_tell_what_then_happens_and_write_nothing():
    play = scene()
    handoff = accepted(play)
    before = Handoff.objects.values().get(pk=handoff.pk)
    told = handoffs.consequences(handoff=handoff, reason="no_budget", now=NOW)
    assert (told.disposition, told.stage, told.track) == ("recycle", "recycled", "stay_in_touch")
    assert set(told.stops) == {"first_touch", "persistence", "qualify_or_return", "upkeep"}
    assert told.starts == ("acknowledge", "nurture")
    assert Handoff.objects.values().get(pk=handoff.pk) == before
    done = handoffs.hand_back(handoff=handoff, actor=play.rep, reason="no_budget", now=NOW)
    assert (done.lead.stage, done.refusal.wake_at) == (told.stage, told.wake_at)
