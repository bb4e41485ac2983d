"""The inbox as a rep sees and works it: words, rows, races, undo, pause."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.models import AuditEntry, User
from sla import handoffs, sweep
from sla.models import Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, accepted, offered, scene, second_round

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def play() -> Scene:
    play = scene()
    User.objects.filter(pk=play.rep.pk).update(time_zone="Europe/Berlin")
    return play


@pytest.fixture
def rep(play: Scene, client: Client) -> Client:
    client.force_login(play.rep)
    return client


def htmx(client: Client, url: str, target: str = "", **data: str):
    headers = {"HX-Request": "true", "HX-Target": target, "HX-Current-URL": "http://testserver/inbox/"}
    return client.post(url, data, headers=headers)


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def pooled(play: Scene) -> Handoff:
    handoff = offered(play)
    Handoff.objects.filter(pk=handoff.pk).update(rep=None)
    type(handoff.lead).objects.filter(pk=handoff.lead_id).update(owner=None)
    return Handoff.objects.get(pk=handoff.pk)


def test_empty_inbox_says_what_comes_next(rep: Client) -> None:
    text = words(rep.get("/inbox/"))
    assert "<title>Inbox · Concord</title>" in text
    assert "Nothing waits for you." in text
    assert "appears here the moment it is offered to you" in text


def test_title_and_sentence_count_what_is_late_and_soon(play: Scene, rep: Client) -> None:
    offered(play, now=NOW - timedelta(hours=26))
    offered(play, now=NOW - timedelta(hours=1, minutes=40))  # since nine has used one of two hours
    offered(play)
    sweep.run(NOW)
    text = words(rep.get("/inbox/"))
    assert "<title>Late (1) · Inbox · Concord</title>" in text
    assert "3 leads need you." in text
    assert "1 is late." in text


def test_row_says_who_why_and_by_when(play: Scene, rep: Client) -> None:
    lead = factories.ready_lead("Sofia Rinaldi", company="Vela Medical", title="VP Operations", source="Demo")
    factories.add_touch(lead, "submitted", ago=timedelta(minutes=5), summary="Asked for a demo")
    offered(play, lead)
    text = words(rep.get("/inbox/"))
    for word in ("Vela Medical", "Sofia Rinaldi, VP Operations", "Asked for a demo, 120 staff", "Demo",
                 "<b>Decide</b> · <span>due 12:00</span>", "2 h"):  # fmt: skip
        assert word in text


def test_each_state_has_the_buttons_of_its_moves(play: Scene, rep: Client) -> None:
    fresh, worked = offered(play), accepted(play)
    text = words(rep.get("/inbox/"))
    for name, pk in (("handoff-accept", fresh.pk), ("handoff-decline", fresh.pk), ("handoff-ask", fresh.pk),
                     ("handoff-hand-back", worked.pk), ("lead-touch", worked.lead_id)):  # fmt: skip
        assert reverse(name, args=[pk]) in text
    for name, pk in (("handoff-accept", worked.pk), ("handoff-hand-back", fresh.pk)):
        assert reverse(name, args=[pk]) not in text


def test_pool_lead_can_be_accepted_but_not_declined(play: Scene, rep: Client) -> None:
    handoff = pooled(play)
    text = words(rep.get("/inbox/"))
    assert "Pool of Sales north" in text
    assert reverse("handoff-accept", args=[handoff.pk]) in text
    assert reverse("handoff-decline", args=[handoff.pk]) not in text


def test_segment_shows_its_part_and_unknown_ones_all(play: Scene, rep: Client) -> None:
    fresh, worked = offered(play), accepted(play)
    only = words(rep.get("/inbox/", {"segment": "contact"}))
    assert f'id="handoff-{worked.pk}"' in only
    assert f'id="handoff-{fresh.pk}"' not in only
    assert f'id="handoff-{fresh.pk}"' in words(rep.get("/inbox/", {"segment": "nonsense"}))


def test_long_list_is_shown_in_parts(play: Scene, rep: Client, monkeypatch) -> None:
    monkeypatch.setattr("portal.pages.inbox.PAGE", 2)
    for _turn in range(3):
        offered(play)
    first, second = rep.get("/inbox/"), rep.get("/inbox/", {"pages": "2"})
    assert (words(first).count("data-row "), "Show more" in words(first)) == (2, True)
    assert (words(second).count("data-row "), "Show more" in words(second)) == (3, False)


@pytest.mark.parametrize("many", [1, 30])
def test_page_costs_at_most_twelve_queries(play: Scene, rep: Client, many: int) -> None:
    for turn in range(many):
        accepted(play) if turn % 3 == 2 else offered(play)
    with CaptureQueriesContext(connection) as asked:
        answer = rep.get("/inbox/")
    assert words(answer).count("data-row ") == many
    assert len(asked) <= 12


def test_accept_answers_with_the_row_and_an_undo(play: Scene, rep: Client) -> None:
    handoff = offered(play, factories.ready_lead(company="Vela Medical"))
    answer = htmx(rep, reverse("handoff-accept", args=[handoff.pk]), f"handoff-{handoff.pk}")
    text = words(answer)
    assert (answer.status_code, answer["HX-Retarget"]) == (200, f"#handoff-{handoff.pk}")
    assert "Accepted Vela Medical." in text
    assert "First touch is due 14:00." in text
    assert reverse("handoff-undo", args=[handoff.pk]) in text
    assert reverse("lead-touch", args=[handoff.lead_id]) in text
    handoff.refresh_from_db()
    assert (handoff.state, handoff.rep) == ("accepted", play.rep)


def test_accept_from_the_pool_tells_the_load(play: Scene, rep: Client) -> None:
    User.objects.filter(pk=play.rep.pk).update(max_open=20)
    accepted(play)
    handoff = pooled(play)
    assert "<b>1</b> of 20 open leads" in words(rep.get("/inbox/"))
    answer = words(htmx(rep, reverse("handoff-accept", args=[handoff.pk]), f"handoff-{handoff.pk}"))
    load = answer[answer.index('id="inbox-load" hx-swap-oob="true"') :]
    assert "<b>2</b> of 20 open leads" in load[: load.index("<div")]


def test_decline_tells_how_many_are_left(play: Scene, rep: Client) -> None:
    handoff = offered(play)
    offered(play)
    assert 'id="count-inbox">2<' in words(rep.get("/inbox/"))
    answer = htmx(rep, reverse("handoff-decline", args=[handoff.pk]), "dialog", reason="no_budget")
    assert 'id="count-inbox" hx-swap-oob="true">1<' in words(answer)


def test_accept_without_script_leads_back_with_the_same_words(play: Scene, rep: Client) -> None:
    handoff = offered(play, factories.ready_lead(company="Vela Medical"))
    answer = rep.post(reverse("handoff-accept", args=[handoff.pk]), {"next": "/inbox/"}, follow=True)
    assert answer.redirect_chain == [("/inbox/", 302)]
    assert "Accepted Vela Medical." in words(answer)


def test_get_never_accepts(play: Scene, rep: Client) -> None:
    handoff = offered(play)
    assert rep.get(reverse("handoff-accept", args=[handoff.pk])).status_code == 405
    handoff.refresh_from_db()
    assert handoff.state == "offered"


def test_loser_of_a_race_reads_who_and_when(play: Scene, rep: Client) -> None:
    handoff = pooled(play)
    handoffs.accept(handoff=handoff, actor=play.cast.other_rep, now=NOW - timedelta(minutes=1))
    answer = htmx(rep, reverse("handoff-accept", args=[handoff.pk]), f"handoff-{handoff.pk}")
    assert answer.status_code == 409
    assert "Otto Other accepted this lead at 09:59." in words(answer)
    assert f'id="handoff-{handoff.pk}"' in words(answer)
    handoff.refresh_from_db()
    assert handoff.rep == play.cast.other_rep


def test_loser_without_script_reads_it_on_the_page(play: Scene, rep: Client) -> None:
    handoff = pooled(play)
    handoffs.accept(handoff=handoff, actor=play.cast.other_rep, now=NOW - timedelta(minutes=1))
    answer = rep.post(reverse("handoff-accept", args=[handoff.pk]), {"next": "/inbox/"}, follow=True)
    assert "Otto Other accepted this lead at 09:59." in words(answer)


def test_undo_brings_the_offer_back(play: Scene, rep: Client) -> None:
    handoff = accepted(play)
    answer = rep.post(reverse("handoff-undo", args=[handoff.pk]), {"next": "/inbox/"}, follow=True)
    assert "Taken back." in words(answer)
    handoff.refresh_from_db()
    assert handoff.state == "offered"


def test_undo_after_two_minutes_is_refused_kindly(play: Scene, rep: Client) -> None:
    handoff = accepted(play, now=NOW - timedelta(minutes=3))
    answer = rep.post(reverse("handoff-undo", args=[handoff.pk]), {"next": "/inbox/"}, follow=True)
    assert "This can no longer be undone." in words(answer)


def test_fresh_tells_of_new_leads_only(play: Scene, rep: Client) -> None:
    first = offered(play)
    assert rep.get("/inbox/fresh/", {"after": first.pk}).status_code == 204
    offered(play)
    assert "1 new lead – show" in words(rep.get("/inbox/fresh/", {"after": first.pk}))


def test_panel_explains_the_row(play: Scene, rep: Client) -> None:
    handoff = offered(play)
    answer = rep.get(reverse("inbox-panel", args=[handoff.pk]), headers={"HX-Request": "true"})
    text = words(answer)
    assert "Decide by 12:00." in text
    assert "Accepting starts First touch, due 14:00." in text
    assert "2 of 2 met" in text


def test_panel_of_a_second_round_says_what_was_then_and_what_came_since(play: Scene, client: Client) -> None:
    handoff = second_round(play)
    client.force_login(handoff.rep)
    text = words(client.get(reverse("inbox-panel", args=[handoff.pk]), headers={"HX-Request": "true"}))
    assert "Last time" in text
    assert f"No budget, {NOW:%-d %b %Y}, by {play.rep.name}." in text
    assert "1 touch; changed: Budget." in text
    assert "cycle 2" in words(client.get(reverse("inbox")))


def test_panel_of_an_offer_that_a_colleague_just_took_stays_empty(play: Scene, rep: Client) -> None:
    pooled = handoffs.pool(handoff=offered(play), now=NOW)
    address = reverse("inbox-panel", args=[pooled.pk])
    assert rep.get(address, headers={"HX-Request": "true"}).status_code == 200
    handoffs.accept(handoff=pooled, actor=play.cast.other_rep, now=NOW)
    answer = rep.get(address, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")


def test_panel_without_script_is_the_dossier(play: Scene, rep: Client) -> None:
    handoff = offered(play)
    answer = rep.get(reverse("inbox-panel", args=[handoff.pk]))
    assert answer["Location"] == reverse("lead", args=[handoff.lead_id])


def test_pause_takes_a_person_out_of_the_turn_and_back(play: Scene, rep: Client) -> None:
    answer = rep.post("/inbox/pause/", {"pause": "1"}, follow=True)
    assert "Take new leads" in words(answer)
    assert User.objects.get(pk=play.rep.pk).is_paused is True
    rep.post("/inbox/pause/", {"pause": "0"})
    assert User.objects.get(pk=play.rep.pk).is_paused is False
    verbs = AuditEntry.objects.filter(stream=f"user:{play.rep.pk}").values_list("verb", flat=True)
    assert list(verbs) == ["paused", "resumed"]


@pytest.mark.parametrize("name", ["other_rep", "stranger"])
@pytest.mark.parametrize("page", ["inbox-row", "inbox-panel"])
def test_foreign_rows_are_missing(play: Scene, client: Client, name: str, page: str) -> None:
    handoff = offered(play)
    client.force_login(getattr(play.cast, name))
    assert client.get(reverse(page, args=[handoff.pk])).status_code == 404


def test_poll_that_finds_nothing_new_sends_nothing(play: Scene, rep: Client) -> None:
    offered(play)
    first = rep.get("/inbox/fresh/?after=0")
    assert (first.status_code, "1 new lead" in words(first)) == (200, True)
    again = {"If-None-Match": first["ETag"]}
    unchanged = rep.get("/inbox/fresh/?after=0", headers=again)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    offered(play)
    assert "2 new leads" in words(rep.get("/inbox/fresh/?after=0", headers=again))
