"""The agreed ways of giving leads out: by turn, weight or load, or pulled; hours, caps and matches."""

from collections import Counter
from datetime import timedelta

import pytest

from leads.models import OutboxMessage
from sla import agreements, handoffs, routing
from sla.choices import Considered
from sla.models import Clock
from tests import factories
from tests.factories import NOW
from tests.sla.routing.test_choosing import chosen, outcomes, owned_lead, team_of
from tests.sla.scene import scene

pytestmark = pytest.mark.django_db


def rules(method="round_robin", **more):
    return {"routing": {"method": method, "max_hops": 3, **more}}


def change(person, **fields):
    type(person).objects.filter(pk=person.pk).update(**fields)


def given(count, now=NOW):
    """Offer so many leads by routing and count who got them."""
    return Counter(handoffs.offer(lead=factories.ready_lead(now=now), now=now).rep for _ in range(count))


def test_weights_share_the_leads_in_proportion():
    play = scene(**rules("weighted"))
    change(play.rep, weight=3)
    assert given(12) == {play.rep: 6, play.cast.other_rep: 2, play.cast.stranger: 2, play.cast.qualifier: 2}


def test_newcomer_is_not_flooded_by_weight():
    play = scene(**rules("weighted"))
    given(20)
    newcomer = factories.user("rep", play.cast.sales)
    assert given(5)[newcomer] == 1


def test_least_busy_gets_the_next_lead():
    play = scene(**rules("least_busy"))
    change(play.cast.other_rep, is_paused=True)
    given(6)
    change(play.cast.other_rep, is_paused=False)
    assert given(2) == {play.cast.other_rep: 2}


def test_pulled_leads_wait_in_the_pool_without_alarm_but_with_a_clock():
    play = scene(**rules("pull"))
    handoff = handoffs.offer(lead=factories.ready_lead(), now=NOW)
    assert (handoff.rep, handoff.team) == (None, play.cast.sales)
    assert Clock.objects.filter(handoff=handoff, kind="decide", state="running").exists()
    assert not OutboxMessage.objects.filter(kind="handoff.unplaced").exists()


def test_pulling_leaves_an_own_account_to_its_owner():
    play = scene(**rules("pull"))
    assert chosen(play, owned_lead(play.rep)).rep == play.rep


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_cap_per_period_counts_what_was_given_not_what_is_open(period):
    play = scene()
    change(play.rep, **{f"max_per_{period}": 1})
    handoff = handoffs.offer(lead=factories.ready_lead(), now=NOW)
    handoffs.decline(handoff=handoff, actor=play.rep, reason="competitor", now=NOW)
    choice = chosen(play)
    assert outcomes(choice)[play.rep.pk] == Considered.CAPPED
    assert choice.rep != play.rep


@pytest.mark.parametrize(
    ("period", "before", "after"),
    [("day", timedelta(), timedelta(days=1)), ("week", timedelta(days=2), timedelta(days=5))],
)
def test_cap_is_free_again_when_the_next_period_begins(period, before, after):
    play = scene()
    change(play.rep, **{f"max_per_{period}": 1})
    for person in team_of(play)[1:]:
        change(person, is_paused=True)
    handoffs.offer(lead=factories.ready_lead(), now=NOW)
    assert handoffs.offer(lead=factories.ready_lead(), now=NOW + before).rep is None
    assert handoffs.offer(lead=factories.ready_lead(), now=NOW + after).rep == play.rep


def test_nobody_free_alarms_once_however_many_leads_wait():
    play = scene()
    for person in team_of(play):
        change(person, is_paused=True)
    given(3)
    (alarm,) = OutboxMessage.objects.filter(kind="handoff.unplaced")
    assert alarm.data == {"team": play.cast.sales.pk}


@pytest.mark.parametrize(("hours", "night_rep"), [("any", "rep"), ("prefer", "owl"), ("only", "owl")])
def test_people_on_duty_come_first_as_agreed(hours, night_rep):
    play = scene(**rules(hours=hours))
    night = factories.calendar("night", {"timezone": "Europe/Berlin", "hours": {"wed": [["20:00", "23:00"]]}})
    owl = factories.user("rep", play.cast.sales, "Olaf Owl", calendar=night)
    evening = NOW + timedelta(hours=11)
    choice = chosen(play, now=evening)
    assert choice.rep == (owl if night_rep == "owl" else play.rep)


def test_when_nobody_is_on_duty_preferring_asks_everybody_and_insisting_waits_in_the_pool():
    evening = NOW + timedelta(hours=11)
    play = scene(**rules(hours="prefer"))
    preferred = chosen(play, now=evening)
    assert (preferred.rep, preferred.trace["nobody_on_duty"]) == (play.rep, True)


def test_only_on_duty_means_the_pool_at_night():
    play = scene(**rules(hours="only"))
    choice = chosen(play, now=NOW + timedelta(hours=11))
    assert choice.rep is None
    assert set(outcomes(choice).values()) == {Considered.OFF_DUTY}


LANGUAGES = {"label": "Language", "attribute": "languages", "fact": "language"}
BIG = {
    "label": "Large accounts",
    "attribute": "skills",
    "when": {"fact": "employees", "op": ">=", "value": 100},
    "value": "enterprise",
}


def test_leads_go_to_who_speaks_their_language():
    play = scene(**rules(matching=[LANGUAGES]))
    change(play.rep, attributes={"languages": ["de"]})
    change(play.cast.other_rep, attributes={"languages": ["fr", "en"]})
    choice = chosen(play, factories.ready_lead(language="FR"))
    assert choice.rep == play.cast.other_rep
    assert outcomes(choice)[play.rep.pk] == Considered.NO_MATCH


def test_what_is_not_said_excludes_nobody():
    play = scene(**rules(matching=[LANGUAGES]))
    change(play.rep, attributes={"languages": ["de"]})
    assert chosen(play, factories.ready_lead()).rep == play.rep
    change(play.rep, attributes={})
    assert chosen(play, factories.ready_lead(language="fr")).rep == play.rep


def test_leads_that_need_a_skill_go_only_to_who_has_it():
    play = scene(**rules(matching=[BIG]))
    change(play.cast.stranger, attributes={"skills": ["enterprise"]})
    assert chosen(play, factories.ready_lead(employees=120)).rep == play.cast.stranger
    assert chosen(play, factories.ready_lead(employees=60)).rep == play.rep


def test_named_person_need_not_match_but_must_have_room():
    play = scene(**rules(matching=[BIG]))
    assert handoffs.offer(lead=factories.ready_lead(), now=NOW, to=play.rep).rep == play.rep
    change(play.rep, max_per_day=1)
    with pytest.raises(handoffs.NotEligible):
        handoffs.offer(lead=factories.ready_lead(), now=NOW, to=play.rep)


def test_trace_of_a_large_team_names_some_and_counts_the_others():
    play = scene()
    for _ in range(60):
        factories.user("rep", play.cast.sales)
    trace = chosen(play).trace
    assert len(trace["considered"]) + trace["others"] == 64


def test_many_leads_at_once_are_shared_like_one_by_one():
    play = scene()
    change(play.rep, max_open=1)
    requests = [routing.Request(factories.ready_lead(), 1) for _ in range(7)]
    document = agreements.document(play.version)
    crew = routing.crew_for(document, "default", 1, NOW)
    choices = routing.choose_many(requests=requests, crew=crew, leg=1, now=NOW)
    rep, other, stranger, qualifier = team_of(play)
    assert [one.rep for one in choices] == [rep, other, stranger, qualifier, other, stranger, qualifier]


def test_pulling_stops_at_what_is_agreed():
    play = scene(**rules("pull"))
    change(play.rep, max_open=1)
    first, second = (handoffs.offer(lead=factories.ready_lead(), now=NOW) for _ in range(2))
    handoffs.accept(handoff=first, actor=play.rep, now=NOW)
    with pytest.raises(handoffs.NoRoom):
        handoffs.accept(handoff=second, actor=play.rep, now=NOW)
    assert handoffs.accept(handoff=second, actor=play.cast.other_rep, now=NOW).rep == play.cast.other_rep


def test_what_came_over_night_counts_for_the_day_it_was_taken():
    play, tomorrow = scene(**rules("pull")), NOW + timedelta(days=1)
    change(play.rep, max_per_day=1)
    first, second = (handoffs.offer(lead=factories.ready_lead(), now=NOW) for _ in range(2))
    handoffs.accept(handoff=first, actor=play.rep, now=tomorrow)
    with pytest.raises(handoffs.NoRoom):
        handoffs.accept(handoff=second, actor=play.rep, now=tomorrow)
    assert handoffs.accept(handoff=second, actor=play.rep, now=tomorrow + timedelta(days=1)).rep == play.rep


def test_what_a_colleague_left_counts_for_the_day_it_was_handed_over():
    play, tomorrow = scene(**rules("pull")), NOW + timedelta(days=1)
    change(play.rep, max_per_day=1)
    first, second = (handoffs.offer(lead=factories.ready_lead(), now=NOW) for _ in range(2))
    handoffs.accept(handoff=first, actor=play.cast.other_rep, now=NOW)
    handoffs.reassign(handoff=first, to=play.rep, actor=play.cast.sales_manager, now=tomorrow)
    with pytest.raises(handoffs.NoRoom):
        handoffs.accept(handoff=second, actor=play.rep, now=tomorrow)


def test_taken_back_in_time_it_was_never_given():
    play, tomorrow = scene(**rules("pull")), NOW + timedelta(days=1)
    change(play.rep, max_per_day=1)
    first, second = (handoffs.offer(lead=factories.ready_lead(), now=NOW) for _ in range(2))
    accepted = handoffs.accept(handoff=first, actor=play.rep, now=tomorrow)
    handoffs.undo(handoff=accepted, actor=play.rep, now=tomorrow)
    assert handoffs.accept(handoff=second, actor=play.rep, now=tomorrow).rep == play.rep
