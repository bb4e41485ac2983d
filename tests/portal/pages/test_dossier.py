"""The dossier: every move has its button for who may make it, and for nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.choices import Stage
from leads.models import BantFact, Touch
from sla import handoffs, sweep
from sla.models import Clock, Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.queries.test_dossier import second_round
from tests.sla.scene import Scene, accepted, in_state, offered, scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

#: State of the handoff, person, moves that have a button on the page.
BUTTONS = [
    ("offered", "rep", {"accept", "decline", "ask", "reroute"}),
    ("offered", "sales_manager", {"reroute", "nudge"}),
    ("offered", "marketer", {"withdraw", "nudge"}),
    ("offered", "marketing_manager", {"withdraw", "nudge"}),
    ("offered", "leader", set()),
    ("offered", "operations", set()),
    ("accepted", "rep", {"hand-back", "qualify", "rate"}),
    ("accepted", "sales_manager", {"reassign", "nudge"}),
    ("accepted", "marketer", {"nudge"}),
    ("accepted", "leader", set()),
    ("converted", "rep", {"win", "lose", "rate"}),
    ("converted", "marketer", {"nudge"}),
    ("declined", "marketer", {"acknowledge", "contest"}),
    ("returned", "marketing_manager", {"acknowledge", "contest"}),
    ("declined", "leader", set()),
    ("won", "marketer", set()),
]


@pytest.fixture
def play() -> Scene:
    return scene(legs=factories.two_legs()[:1])


def page(client: Client, user, lead, **query) -> str:
    client.force_login(user)
    answer = client.get(reverse("lead", args=[lead.pk]), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def moves_on(text: str, handoff: Handoff) -> set[str]:
    prefix = f"/handoffs/{handoff.pk}/"
    return {part.split("/")[0] for part in text.split(prefix)[1:]} - {"undo"}


@pytest.mark.parametrize(("state", "name", "expected"), BUTTONS)
def test_moves_have_buttons_for_who_may_make_them(
    play: Scene, client: Client, state: str, name: str, expected: set[str]
) -> None:
    handoff = in_state(play, state)
    assert moves_on(page(client, getattr(play.cast, name), handoff.lead), handoff) == expected


@pytest.mark.parametrize("name", ["other_rep", "stranger", "qualifier"])
def test_foreign_lead_is_missing(play: Scene, client: Client, name: str) -> None:
    lead = offered(play).lead
    client.force_login(getattr(play.cast, name))
    assert client.get(reverse("lead", args=[lead.pk])).status_code == 404


def test_asked_question_is_answered_by_marketing(play: Scene, client: Client) -> None:
    handoff = offered(play)
    handoffs.ask(handoff=handoff, actor=play.rep, text="Which phone?", now=NOW)
    text = page(client, play.marketer, handoff.lead)
    assert "answer" in moves_on(text, handoff)
    assert "Which phone?" in text
    assert "Decide waits until Marketing answers." in text
    assert "ask" not in moves_on(page(client, play.rep, handoff.lead), handoff)


def test_contested_decline_is_ruled_by_the_referee(play: Scene, client: Client) -> None:
    handoff = in_state(play, "declined")
    handoffs.contest(handoff=handoff, actor=play.marketer, note="They have a budget.", now=NOW)
    assert moves_on(page(client, play.referee, handoff.lead), handoff) == {"rule"}
    assert moves_on(page(client, play.marketer, handoff.lead), handoff) == set()


def test_ready_lead_is_handed_over_and_lost_one_opened_again(play: Scene, client: Client) -> None:
    ready, lost = factories.ready_lead(), factories.make_lead(stage=Stage.LOST)
    assert reverse("lead-offer", args=[ready.pk]) in page(client, play.marketer, ready)
    assert reverse("lead-offer", args=[ready.pk]) not in page(client, play.cast.leader, ready)
    assert reverse("lead-reopen", args=[lost.pk]) in page(client, play.marketer, lost)


def test_head_and_strip_say_how_it_stands(play: Scene, client: Client) -> None:
    handoff = offered(play, factories.ready_lead("Callum Reid", company="Tarn Energy", title="Plant Manager"))
    text = page(client, play.rep, handoff.lead)
    for word in ("<h1 tabindex=\"-1\">Tarn Energy</h1>", "Callum Reid, Plant Manager", "Owner Rita Rep",
                 "Sales-ready", "Offered", "Why due", "2 business hours", "Not started",
                 "6 attempts in 6 business days"):  # fmt: skip
        assert word in text


def test_strip_leaves_out_a_clock_of_one_person_that_ended_with_the_next(play: Scene, client: Client) -> None:
    """The lead's own clock runs on, and says all there is to say of its commitment."""
    first = offered(play)
    second = handoffs.reroute(handoff=first, to=play.cast.other_rep, actor=play.rep, now=NOW)
    pooled = handoffs.pool(handoff=second, actor=play.cast.sales_manager, now=NOW)
    assert Clock.objects.filter(lead=pooled.lead, scope="person", state="cancelled").exists()
    assert "Does not count" not in page(client, play.rep, pooled.lead)


def test_verdict_names_need_fact_and_proof(play: Scene, client: Client) -> None:
    text = page(client, play.rep, offered(play).lead)
    assert "Sales-ready:</b> 2 of 2 met." in text
    assert '<td class="m">50 or more</td> <td>120</td>' in text
    assert "See timeline" in text
    assert "frozen 18 Nov" in text


def test_second_round_shows_the_last_words_and_what_changed(
    play: Scene, client: Client, time_machine
) -> None:
    second = second_round(play)
    time_machine.move_to(NOW + timedelta(days=2), tick=False)
    text = page(client, play.marketer, second.lead)
    assert "Second time round" in text
    assert "“No money this year”" in text
    assert "Rita Rep, sent back as <b>No budget</b>, not now" in text
    assert '<td class="m">Unknown</td> <td><span class="chg">90,000</span></td>' in text
    assert "Still unknown" in text


def test_timeline_is_filtered_by_link_and_keeps_the_undo(play: Scene, client: Client) -> None:
    handoff = accepted(play)
    text = page(client, play.rep, handoff.lead)
    assert "Rita Rep accepted" in text
    assert "Mara Marketer offered it to Rita Rep" in text
    assert reverse("handoff-undo", args=[handoff.pk]) in text
    touches = page(client, play.rep, handoff.lead, show="touches")
    assert "Rita Rep accepted" not in touches
    assert "Downloaded" in touches


@pytest.mark.parametrize("move", ["hand_back", "accept"])
def test_what_was_undone_is_in_the_history_and_not_in_the_clock_strip(
    play: Scene, client: Client, move: str
) -> None:
    handoff = accepted(play) if move == "hand_back" else offered(play)
    reason = {"reason": "no_budget"} if move == "hand_back" else {}
    before = client_strip(client, play, handoff)
    moved = getattr(handoffs, move)(handoff=handoff, actor=play.rep, now=NOW, **reason)
    assert client_strip(client, play, moved) != before
    handoffs.undo(handoff=moved, actor=play.rep, now=NOW)
    assert client_strip(client, play, moved) == before
    assert Clock.objects.filter(handoff=moved, state="cancelled").exists()
    assert "took the last move back" in page(client, play.cast.marketer, moved.lead)


def client_strip(client: Client, play: Scene, handoff: Handoff) -> list[tuple[str, str]]:
    """Return what the strip of clocks shows: names and states."""
    client.force_login(play.cast.marketer)
    strip = client.get(reverse("lead", args=[handoff.lead_id])).context["strip"]
    return [(cell.label, cell.badge.state) for cell in strip]


def test_undo_goes_when_it_is_no_longer_possible(play: Scene, client: Client, time_machine) -> None:
    handoff = accepted(play)
    time_machine.move_to(NOW + timedelta(minutes=3), tick=False)
    assert reverse("handoff-undo", args=[handoff.pk]) not in page(client, play.rep, handoff.lead)


def test_late_clock_says_so_once_the_worker_has(play: Scene, client: Client, time_machine) -> None:
    handoff = offered(play)
    time_machine.move_to(NOW + timedelta(hours=3), tick=False)
    assert "Why it was due" not in page(client, play.rep, handoff.lead)
    sweep.run(NOW + timedelta(hours=3))
    assert "Why it was due" in page(client, play.rep, handoff.lead)


@pytest.mark.parametrize("many", [1, 30])
def test_number_of_queries_does_not_grow(play: Scene, client: Client, many: int) -> None:
    lead = accepted(play).lead
    for hours in range(many):
        factories.add_touch(lead, ago=timedelta(hours=hours, minutes=2))
        other = factories.make_lead(account=lead.account)
        factories.add_touch(other)
    client.force_login(play.marketer)
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("lead", args=[lead.pk]))
    assert len(asked) <= 34


def test_touch_is_logged_with_its_next_step(play: Scene, client: Client) -> None:
    lead = accepted(play).lead
    client.force_login(play.rep)
    data = {"outcome": "no_answer", "summary": "Front desk", "happened_at": "2026-11-18T08:55",
            "next_step": "Call again", "next_step_on": "2026-11-20"}  # fmt: skip
    answer = client.post(reverse("lead-touch", args=[lead.pk]), data, follow=True)
    assert "Logged: No answer." in answer.content.decode()
    touch = Touch.objects.get(lead=lead, side="sales")
    assert (touch.kind, touch.reached, touch.summary, touch.actor) == ("call", False, "Front desk", play.rep)
    lead.refresh_from_db()
    assert (lead.next_step, str(lead.next_step_on)) == ("Call again", "2026-11-20")


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"outcome": ""}, "Say what came of it."),
        ({"happened_at": "2026-11-18T23:00"}, "This time lies ahead."),
    ],
)
def test_faulty_touch_is_explained(play: Scene, client: Client, wrong: dict[str, str], word: str) -> None:
    lead = accepted(play).lead
    client.force_login(play.rep)
    data = {"outcome": "reached", "happened_at": "2026-11-18T08:55", **wrong}
    answer = client.post(reverse("lead-touch", args=[lead.pk]), data)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not Touch.objects.filter(lead=lead, side="sales").exists()


def test_bant_is_learned_in_place(play: Scene, client: Client) -> None:
    lead = accepted(play).lead
    client.force_login(play.rep)
    url = reverse("lead-bant", args=[lead.pk, "budget"])
    form = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in form
    answer = client.post(url, {"amount": "60000", "currency": "eur", "text": "for 2027"}, follow=True)
    assert "60,000 EUR" in answer.content.decode()
    fact = BantFact.objects.get(lead=lead)
    assert (fact.amount, fact.currency, fact.text, fact.actor) == (60_000, "EUR", "for 2027", play.rep)


def test_facts_of_a_lead_are_written_by_who_works_with_it(play: Scene, client: Client) -> None:
    lead = accepted(play).lead
    for name, status in (("rep", 200), ("marketer", 200), ("leader", 403), ("stranger", 404)):
        client.force_login(getattr(play.cast, name))
        assert client.get(reverse("lead-touch", args=[lead.pk])).status_code == status
        assert client.get(reverse("lead-bant", args=[lead.pk, "need"])).status_code == status
    assert client.get(reverse("lead-bant", args=[lead.pk, "weather"])).status_code == 404
