"""Who gets a lead: the account's owner, else the next of the team; never who is away, full or said no."""

from datetime import timedelta

import pytest

from leads import transitions
from leads.models import Absence, Lead
from sla import agreements, handoffs, routing
from sla.choices import Considered
from sla.models import Standing
from tests import factories
from tests.factories import NOW
from tests.sla.scene import offered, scene

pytestmark = pytest.mark.django_db


def chosen(play, lead=None, **options):
    lead = lead or factories.ready_lead()
    return routing.choose(
        lead=lead,
        document=agreements.document(play.version),
        agreement_key="default",
        **{"leg": 1, "cycle": 1, "now": NOW, **options},
    )


def outcomes(choice):
    return {line["rep"]: line["outcome"] for line in choice.trace["considered"]}


def team_of(play):
    cast = play.cast
    return [cast.rep, cast.other_rep, cast.stranger, cast.qualifier]


def owned_lead(owner):
    lead = factories.ready_lead()
    lead.account.owner = owner
    lead.account.save()
    return lead


def test_leads_go_round_even_in_one_moment():
    play = scene()
    reps = [handoffs.offer(lead=factories.ready_lead(), now=NOW).rep for _ in range(8)]
    assert reps == team_of(play) * 2


def test_trace_lists_everybody_considered_and_why():
    play = scene()
    rep, other, stranger, qualifier = team_of(play)
    rep.is_paused, other.is_active = True, False
    rep.save()
    other.save()
    Absence.objects.create(user=stranger, first_on=NOW.date(), last_on=NOW.date())
    choice = chosen(play)
    assert choice.rep == qualifier
    assert outcomes(choice) == {
        rep.pk: Considered.PAUSED,
        other.pk: Considered.INACTIVE,
        stranger.pk: Considered.AWAY,
        qualifier.pk: Considered.CHOSEN,
    }


def test_full_rep_is_passed_over():
    play = scene()
    play.rep.max_open = 1
    play.rep.save()
    offered(play)
    choice = chosen(play)
    assert outcomes(choice)[play.rep.pk] == Considered.FULL
    assert choice.rep == play.cast.other_rep


def test_nobody_free_means_the_pool_of_the_team():
    play = scene()
    for person in team_of(play):
        person.is_paused = True
        person.save()
    choice = chosen(play)
    assert (choice.rep, choice.team) == (None, play.cast.sales)


def test_team_without_people_still_has_a_pool():
    factories.calendar()
    version = factories.signed_version()
    empty = factories.team("Nobody yet")
    handoff = handoffs.offer(lead=factories.ready_lead(), now=NOW)
    assert (handoff.rep, handoff.team, handoff.version) == (None, empty, version)


def test_accounts_owner_comes_first():
    play = scene()
    choice = chosen(play, owned_lead(play.cast.stranger))
    assert (choice.rep, choice.trace["considered"]) == (play.cast.stranger, [])
    assert choice.trace["owner"]["outcome"] == Considered.CHOSEN


@pytest.mark.parametrize(
    ("field", "value", "outcome"),
    [("is_paused", True, Considered.PAUSED), ("is_active", False, Considered.INACTIVE)],
)
def test_accounts_owner_who_cannot_is_passed_over(field, value, outcome):
    play = scene()
    setattr(play.cast.stranger, field, value)
    play.cast.stranger.save()
    choice = chosen(play, owned_lead(play.cast.stranger))
    assert (choice.rep, choice.trace["owner"]["outcome"]) == (play.rep, outcome)


def test_accounts_owner_of_another_leg_or_side_is_passed_over():
    play = scene()
    for owner in (play.closer, play.cast.marketer):
        choice = chosen(play, owned_lead(owner))
        assert (choice.rep, choice.trace["owner"]["outcome"]) == (play.rep, Considered.OTHER_TEAM)


def test_who_said_no_is_passed_over_in_the_next_cycle():
    play = scene()
    handoff = offered(play)
    handoffs.decline(handoff=handoff, actor=play.rep, reason="no_budget", now=NOW)
    assert outcomes(chosen(play, handoff.lead, cycle=2))[play.rep.pk] == Considered.SAID_NO
    assert outcomes(chosen(play, handoff.lead, cycle=3))[play.rep.pk] != Considered.SAID_NO


def test_who_said_no_gets_a_lead_of_an_own_account_back():
    play = scene()
    handoff = offered(play, owned_lead(play.rep))
    handoffs.decline(handoff=handoff, actor=play.rep, reason="no_budget", now=NOW)
    assert chosen(play, handoff.lead, cycle=2).rep == play.rep


def test_who_passed_it_on_does_not_get_it_again_in_this_cycle():
    play = scene()
    lead = owned_lead(play.rep)
    hop = handoffs.reroute(handoff=offered(play, lead), actor=play.rep, now=NOW)
    third = handoffs.reroute(handoff=hop, actor=hop.rep, now=NOW)
    assert third.rep not in (play.rep, hop.rep)


def test_team_of_the_segment_comes_before_those_of_any():
    play = scene()
    own = factories.team("Key accounts", segment_key="default")
    person = factories.user("rep", own)
    assert chosen(play).rep == person


def test_leg_two_goes_to_its_own_team():
    play = scene()
    assert chosen(play, leg=2).rep == play.closer


def test_who_said_no_is_not_even_offered_it_by_hand():
    play = scene()
    handoff = offered(play)
    handoffs.decline(handoff=handoff, actor=play.rep, reason="no_budget", now=NOW)
    handoffs.wake(handoff=handoff, now=NOW)
    lead = Lead.objects.get(pk=handoff.lead_id)
    transitions.change_stage(lead=lead, to_stage="mql", cause="become_ready", happened_at=NOW, now=NOW)
    with pytest.raises(handoffs.SaidNo):
        offered(play, lead)
    assert offered(play, lead, to=play.cast.other_rep).cycle == 2


def test_named_person_must_be_able_to_take_it():
    play = scene()
    Absence.objects.create(user=play.rep, first_on=NOW.date(), last_on=NOW.date() + timedelta(days=2))
    for person in (play.rep, play.closer, play.marketer):
        with pytest.raises(handoffs.NotEligible):
            offered(play, to=person)


def test_a_personal_bar_leaves_lesser_leads_to_colleagues():
    play = scene()
    rep, other, *_others = team_of(play)
    rep.personal_bar = {"grid": ["A1"]}
    rep.save()
    lead = factories.ready_lead()
    Standing.objects.update_or_create(lead=lead, defaults={"version": play.version, "grid": "B2"})
    choice = chosen(play, lead)
    assert choice.rep == other
    assert outcomes(choice)[rep.pk] == Considered.BELOW_BAR
    Standing.objects.filter(lead=lead).update(grid="A1")
    assert chosen(play, lead).rep == rep


def test_a_personal_bar_keeps_nobody_from_the_own_account():
    play = scene()
    rep = team_of(play)[0]
    rep.personal_bar = {"grid": ["A1"]}
    rep.save()
    lead = owned_lead(rep)
    Standing.objects.update_or_create(lead=lead, defaults={"version": play.version, "grid": "C3"})
    assert chosen(play, lead).rep == rep
