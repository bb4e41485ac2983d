"""My week: one person's own commitments, times and what is due next, for them and their manager."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sla import handoffs, sweep
from sla.compliance import timed
from sla.compliance.periods import Filters
from sla.models import Clock
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, accepted, offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def text(client: Client, user, url: str = "/me/") -> str:
    client.force_login(user)
    return " ".join(client.get(url).content.decode().split())


def decided(user) -> timed.Count3:
    return timed.count(None, Filters(rep_id=user.pk), NOW).get("decide", timed.Count3())


def test_card_counts_own_clocks_only(play: Scene, client: Client) -> None:
    accepted(play, now=NOW - timedelta(days=2))
    assert (decided(play.rep).kept, decided(play.cast.other_rep).kept) == (1, 0)
    assert "commitments kept in the last four weeks." in text(client, play.rep)
    assert "Nothing fell due in the last four weeks." in text(client, play.cast.other_rep)


def test_missed_stands_beside_kept_with_its_target(play: Scene, client: Client) -> None:
    accepted(play, now=NOW - timedelta(days=2))
    offered(play, now=NOW - timedelta(days=2))
    sweep.run(NOW - timedelta(days=1, hours=12))
    assert (decided(play.rep).kept, decided(play.rep).missed) == (1, 1)
    assert "1 of 2" in text(client, play.rep)


def test_whoever_took_over_is_measured_by_their_own_clock(play: Scene) -> None:
    handoff = accepted(play, now=NOW - timedelta(hours=2))
    handoffs.reassign(handoff=handoff, to=play.cast.other_rep, actor=play.cast.sales_manager, now=NOW)
    own = timed.clocks_in(None, Filters(rep_id=play.cast.other_rep.pk))
    twice = Clock.objects.filter(rep=play.cast.other_rep, scope="person").values("commitment")
    assert twice
    assert not own.filter(scope="lead", commitment__in=twice).exists()
    codes = [clock.commitment_id for clock in own.filter(ended_at=None)]
    assert len(codes) == len(set(codes))


def test_what_is_due_stands_beside_with_its_clock(play: Scene, client: Client) -> None:
    handoff = offered(play, factories.ready_lead(company="Vela Medical"))
    found = text(client, play.rep)
    assert "Vela Medical" in found
    assert f'href="/clocks/{Clock.objects.get(handoff=handoff, kind="decide").pk}/"' in found


def test_only_the_manager_of_the_team_sees_it_too(play: Scene, client: Client) -> None:
    url = f"/me/{play.rep.pk}/"
    answers = {}
    for name in (
        "rep",
        "other_rep",
        "sales_manager",
        "marketer",
        "marketing_manager",
        "leader",
        "operations",
    ):
        client.force_login(getattr(play.cast, name))
        answers[name] = client.get(url).status_code
    assert {name for name, code in answers.items() if code == 200} == {"rep", "sales_manager"}
    client.force_login(play.cast.sales_manager)
    assert client.get(f"/me/{play.cast.stranger.pk}/").status_code == 404


def test_queries_do_not_grow_with_the_leads(play: Scene, client: Client) -> None:
    accepted(play, now=NOW - timedelta(days=2))
    text(client, play.rep)
    with CaptureQueriesContext(connection) as one:
        text(client, play.rep)
    for _turn in range(5):
        offered(play)
    with CaptureQueriesContext(connection) as many:
        text(client, play.rep)
    assert len(many) == len(one) <= 25
