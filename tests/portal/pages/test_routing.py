"""How leads are given out: rules, turns and caps of a crew, the last offers, a past day with other rules."""

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import User
from sla import handoffs
from sla.choices import Considered
from sla.models import Handoff
from sla.queries import crews
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def page(client: Client, user: User, **query: str) -> str:
    client.force_login(user)
    return client.get(reverse("team-routing"), query).content.decode()


def given_out(play: Scene, count: int) -> list[Handoff]:
    return [handoffs.offer(lead=factories.ready_lead(), actor=None, now=NOW) for _n in range(count)]


def test_manager_sees_rules_turns_and_the_last_offers(client: Client, play: Scene) -> None:
    (first,) = given_out(play, 1)
    said = page(client, play.cast.sales_manager)
    assert "Reps take turns" in said
    assert reverse("lead", args=[first.lead_id]) in said
    found = crews.of_team(play.cast.sales, NOW, NOW)
    assert found
    assert [one.turn for one in found.members if one.turn] == list(range(1, len(found.members) + 1))
    # Whoever got the last lead is not the next.
    assert [one.person for one in found.members if one.is_next] != [first.rep]


def test_whoever_takes_no_leads_has_no_turn_and_the_page_says_why(client: Client, play: Scene) -> None:
    User.objects.filter(pk=play.rep.pk).update(is_paused=True)
    User.objects.filter(pk=play.cast.other_rep.pk).update(max_per_day=1, max_open=9)
    said = page(client, play.cast.sales_manager)
    assert str(Considered.PAUSED.label) in said
    found = crews.of_team(play.cast.sales, NOW, NOW)
    assert found
    assert {one.person: one.turn for one in found.members}[play.rep] is None
    assert found.members[0].is_next


def test_past_day_is_tried_with_other_rules_and_nothing_changes(client: Client, play: Scene) -> None:
    made = given_out(play, 4)
    before = list(Handoff.objects.order_by("pk").values())
    said = page(client, play.cast.sales_manager, day=NOW.date().isoformat(), method="least_busy", hours="any")
    assert f"{len(made)} leads were given out that day" in said
    assert "Would have got" in said
    assert list(Handoff.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("query", [{"method": "moon", "hours": "any", "day": "x"}, {"team": "999999"}])
def test_odd_address_shows_the_page(client: Client, play: Scene, query: dict[str, str]) -> None:
    assert "Whose turn it is" in page(client, play.cast.sales_manager, **query)


def test_another_team_is_not_shown_to_a_manager(client: Client, play: Scene) -> None:
    said = page(client, play.cast.sales_manager, team=str(play.closers.pk))
    assert play.closer.name not in said
    assert play.closer.name in page(client, play.cast.marketing_manager, team=str(play.closers.pk))


def test_team_without_an_agreement_says_so(client: Client, at_now: None) -> None:
    cast = factories.cast()
    assert "No agreement in force" in page(client, cast.sales_manager)
