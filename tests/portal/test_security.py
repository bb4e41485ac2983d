"""What somebody with a login of their own tries: former leads, parts of others, addresses, far days."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from leads.choices import Role, Stage
from leads.models import Lead, User
from portal import csvfile
from sla import handoffs
from sla.models import Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.compliance import rows
from tests.sla.scene import Scene, accepted, clocks_of, offered, offered_on_two

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def browser(user: User) -> Client:
    """Log somebody in; what breaks is an answer of 500, as it would be to them."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def passed_on(play: Scene) -> Handoff:
    """Offer a lead to the rep and pass it on to a colleague."""
    handoff = offered(play)
    handoffs.reroute(handoff=handoff, actor=play.rep, to=play.cast.other_rep, now=NOW)
    return handoff


def test_panel_of_a_lead_that_went_to_somebody_else_is_missing(play: Scene) -> None:
    handoff = passed_on(play)
    assert browser(play.rep).get(reverse("inbox-panel", args=[handoff.pk]), headers=HTMX).status_code == 404


def test_panel_of_an_old_hop_from_the_pool_is_missing(play: Scene) -> None:
    pooled = handoffs.pool(handoff=offered(play), now=NOW)
    handoffs.reroute(handoff=pooled, actor=play.cast.sales_manager, to=play.rep, now=NOW)
    address = reverse("inbox-panel", args=[pooled.pk])
    assert browser(play.cast.other_rep).get(address, headers=HTMX).status_code == 404
    assert browser(play.cast.marketer).get(address, headers=HTMX).status_code == 200


def test_qualifying_tells_no_facts_of_a_lead_handed_back(play: Scene) -> None:
    handoff = accepted(play)
    client, address = browser(play.rep), reverse("handoff-qualify", args=[handoff.pk])
    assert client.get(address).status_code == 200
    handoffs.hand_back(handoff=handoff, actor=play.rep, reason="no_budget", now=NOW)
    assert client.get(address).status_code == 404
    assert client.post(address, {"exception": ""}).status_code == 404


def test_former_rep_sees_the_clock_that_counted_for_them_and_none_of_what_came_after(play: Scene) -> None:
    handoff = offered(play)
    running = clocks_of(handoff, "decide")["decide"]
    handoffs.decline(handoff=handoff, actor=play.rep, reason="no_budget", now=NOW)
    theirs = clocks_of(handoff, "acknowledge")["acknowledge"]
    former, marketer = browser(play.rep), browser(play.marketer)
    own, other = (reverse("clock", args=[clock.pk]) for clock in (running, theirs))
    lead = reverse("lead", args=[handoff.lead_id])
    page = former.get(own)
    assert page.status_code == 200
    assert lead not in page.content.decode()
    assert other not in page.content.decode()
    assert former.get(other).status_code == 404
    assert [marketer.get(address).status_code for address in (own, other)] == [200, 200]
    assert other in marketer.get(own).content.decode()
    api = f"/api/v1/handoffs/{handoff.pk}/clocks/"
    own_ids = {one["id"] for one in former.get(api).json()["results"]}
    assert running.pk in own_ids
    assert theirs.pk not in own_ids
    assert former.get(f"/api/v1/clocks/{theirs.pk}/replay/").status_code == 404
    assert theirs.pk in [one["id"] for one in marketer.get(api).json()["results"]]


def test_manager_sees_what_counted_for_the_team_after_its_lead_went_to_another(play: Scene) -> None:
    handoff = offered(play)
    running = clocks_of(handoff, "decide")["decide"]
    handoffs.decline(handoff=handoff, actor=play.rep, reason="no_budget", now=NOW)
    theirs = clocks_of(handoff, "acknowledge")["acknowledge"]
    Lead.objects.filter(pk=handoff.lead_id).update(team=play.closers, owner=None)
    manager = browser(play.cast.sales_manager)
    seen = [manager.get(reverse("clock", args=[clock.pk])).status_code for clock in (running, theirs)]
    assert seen == [200, 404]


def test_whoever_gave_a_lead_on_answers_for_it_until_it_is_decided(play: Scene) -> None:
    handoff = offered_on_two(play)
    handoffs.ask(handoff=handoff, actor=play.closer, text="Which plant?", now=NOW)
    answer, withdraw = (reverse(f"handoff-{verb}", args=[handoff.pk]) for verb in ("answer", "withdraw"))
    assert browser(play.cast.other_rep).get(answer).status_code == 404
    assert browser(play.rep).get(withdraw).status_code == 200
    assert browser(play.rep).post(answer, {"text": "The one in Linz."}).status_code == 302
    handoffs.accept(handoff=handoff, actor=play.closer, now=NOW)
    assert browser(play.rep).get(withdraw).status_code == 404


def test_whoever_contested_does_not_rule(play: Scene) -> None:
    handoff = handoffs.decline(handoff=offered(play), actor=play.rep, reason="no_budget", now=NOW)
    handoffs.contest(handoff=handoff, actor=play.marketer, note="The budget is known.", now=NOW)
    User.objects.filter(pk=play.referee.pk).update(email="before@example.com")
    User.objects.filter(pk=play.marketer.pk).update(email="referee@example.com")
    judge = User.objects.get(pk=play.marketer.pk)
    with pytest.raises(handoffs.NotYours):
        handoffs.rule(handoff=handoff, actor=judge, ruling="overturned", now=NOW)
    client = browser(judge)
    answer = client.post(reverse("handoff-rule", args=[handoff.pk]), {"ruling": "overturned"})
    assert answer.status_code == 403


def test_late_leads_of_colleagues_are_not_named_on_results(play: Scene) -> None:
    for rep, company in ((play.rep, "Own Ltd"), (play.cast.other_rep, "Foreign Ltd")):
        lead = factories.make_lead(company=company, owner=rep)
        handoff = rows.offer(play.version, rep.team, "offered", NOW, lead=lead, rep=rep)
        rows.clock(play.version, "decide", NOW, "breached", lead=lead, handoff=handoff)
    seen = {
        user.pk: browser(user).get(reverse("compliance")).content.decode()
        for user in (play.rep, play.cast.marketer)
    }
    assert [company in seen[play.rep.pk] for company in ("Own Ltd", "Foreign Ltd")] == [True, False]
    assert [company in seen[play.cast.marketer.pk] for company in ("Own Ltd", "Foreign Ltd")] == [True, True]


def test_refused_leads_that_left_the_team_are_not_named_to_its_manager(play: Scene) -> None:
    names = ("Followed Ltd", "Departed Ltd")
    for company, team in zip(names, (play.cast.sales, play.closers), strict=True):
        lead = factories.make_lead(company=company, stage=Stage.RECYCLED)
        Lead.objects.filter(pk=lead.pk).update(team=team)
        rows.offer(play.version, play.cast.sales, "declined", NOW, lead=lead, rep=play.rep)
        factories.won_deal(lead, closed_at=NOW + timedelta(days=2))
    address = reverse("alignment") + "?period=own&first_on=2026-01-01&last_on=2026-12-31"
    seen = browser(play.cast.sales_manager).get(address).content.decode()
    assert [name in seen for name in names] == [True, False]


def test_manager_without_a_team_sees_no_team(play: Scene) -> None:
    offered(play)
    teamless = factories.user(Role.SALES_MANAGER, None, "Max Newcomer")
    name = play.rep.name
    assert name not in browser(teamless).get(reverse("team")).content.decode()
    assert name in browser(play.cast.sales_manager).get(reverse("team")).content.decode()


@pytest.mark.parametrize("address", ["inbox", "example.org", "//example.org", "javascript:alert(1)"])
def test_next_that_is_no_address_of_ours_leads_home(play: Scene, address: str) -> None:
    answer = browser(play.rep).post(reverse("appearance"), {"theme": "dark", "next": address})
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize(
    ("first_on", "last_on"), [("0001-01-01", "2026-01-01"), ("2026-01-01", "9999-12-31")]
)
@pytest.mark.parametrize("name", ["compliance", "compliance-csv", "compliance-offers", "alignment"])
def test_results_of_days_out_of_reach_are_the_usual_ones(
    play: Scene, name: str, first_on: str, last_on: str
) -> None:
    asked = {"period": "own", "first_on": first_on, "last_on": last_on}
    assert browser(play.cast.leader).get(reverse(name), asked).status_code == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "1001-01-01T00:00"])
def test_touch_of_another_age_is_refused(play: Scene, moment: str) -> None:
    handoff = accepted(play)
    said = {"outcome": "reached", "happened_at": moment}
    answer = browser(play.rep).post(reverse("lead-touch", args=[handoff.lead_id]), said)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("route", "parts", "said"),
    [
        ("lead-next-step", {}, {"step": "Call", "on": "9999-12-31"}),
        ("lead-bant", {"kind": "timing"}, {"on": "9999-12-31"}),
        (
            "lead-touch",
            {},
            {"outcome": "mail", "happened_at": "2026-11-01T10:00", "next_step_on": "9999-12-31"},
        ),
    ],
)
def test_day_out_of_reach_is_refused(play: Scene, route: str, parts: dict, said: dict) -> None:
    handoff = accepted(play)
    answer = browser(play.rep).post(reverse(route, kwargs={"pk": handoff.lead_id, **parts}), said)
    assert answer.status_code == 422


def test_wake_day_out_of_reach_is_refused(play: Scene) -> None:
    handoff = offered(play)
    said = {"reason": "no_budget", "wake_on": str(date.max)}
    answer = browser(play.rep).post(reverse("handoff-decline", args=[handoff.pk]), said)
    assert answer.status_code == 422


def test_search_for_a_null_character_finds_nothing(play: Scene) -> None:
    assert browser(play.rep).get(reverse("leads"), {"q": "Bra\0ndt"}).status_code == 200


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_runs_as_a_formula(start: str) -> None:
    assert csvfile.cell(f"{start}1") == f"'{start}1"
