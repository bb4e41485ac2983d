"""Moves over HTTP: who may, what it does, what it says; declines and returns ask only what they need."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import Deal
from sla import handoffs
from sla.models import Handoff, Question, Refusal
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, in_state, offered, scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

#: Move, state it starts from, who may, what they send, state afterwards.
MOVES = [
    ("accept", "offered", "rep", {}, "accepted"),
    ("ask", "offered", "rep", {"text": "Which phone?"}, "offered"),
    ("decline", "offered", "rep", {"reason": "no_budget", "fate": "not_now"}, "declined"),
    ("reroute", "offered", "rep", {}, "rerouted"),
    ("reroute", "offered", "sales_manager", {}, "rerouted"),
    ("withdraw", "offered", "marketer", {"reason": "mistake", "note": "Sorry"}, "withdrawn"),
    ("qualify", "accepted", "rep", {"exception": "Known from before"}, "qualified"),
    ("hand-back", "accepted", "rep", {"reason": "competitor", "fate": "never"}, "returned"),
    ("nudge", "accepted", "sales_manager", {}, "accepted"),
    ("convert", "qualified", "rep", {}, "converted"),
    ("win", "converted", "rep", {"amount": "18000", "currency": "eur", "margin": "25"}, "won"),
    ("lose", "converted", "rep", {"reason": "competitor"}, "lost"),
    ("acknowledge", "declined", "marketer", {}, "declined"),
    ("contest", "declined", "marketing_manager", {"note": "They have a budget."}, "declined"),
]
CAST = ("rep", "other_rep", "sales_manager", "marketer", "marketing_manager", "leader", "stranger")
ALLOWED = {
    "nudge": {"sales_manager", "marketer", "marketing_manager"},
    "withdraw": {"marketer", "marketing_manager"},
    "acknowledge": {"marketer", "marketing_manager"},
    "contest": {"marketer", "marketing_manager"},
    "reroute": {"rep", "sales_manager"},
}


@pytest.fixture
def play() -> Scene:
    return scene(legs=factories.two_legs()[:1])


def post(client: Client, user, move: str, handoff: Handoff, **data: str):
    client.force_login(user)
    return client.post(reverse(f"handoff-{move}", args=[handoff.pk]), data)


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(("move", "state", "name", "data", "after"), MOVES)
def test_move_is_made_by_who_may(
    play: Scene, client: Client, move: str, state: str, name: str, data: dict[str, str], after: str
) -> None:
    handoff = in_state(play, state)
    answer = post(client, getattr(play.cast, name), move, handoff, **data)
    assert answer.status_code == 302
    handoff.refresh_from_db()
    assert handoff.state == after


def test_accept_by_the_page_is_short(play: Scene, client: Client, django_assert_max_num_queries: Any) -> None:
    first, second = offered(play), offered(play)
    post(client, play.rep, "accept", first)  # reads what is kept in memory from then on
    with django_assert_max_num_queries(23):
        client.post(reverse("handoff-accept", args=[second.pk]))
    assert Handoff.objects.get(pk=second.pk).state == "accepted"


@pytest.mark.parametrize(("move", "state", "_name", "data", "_after"), MOVES)
def test_move_is_refused_to_all_others(
    play: Scene, client: Client, move: str, state: str, _name: str, data: dict[str, str], _after: str
) -> None:
    handoff = in_state(play, state)
    seq = handoff.seq
    for name in set(CAST) - ALLOWED.get(move, {"rep"}):
        answer = post(client, getattr(play.cast, name), move, handoff, **data)
        is_foreign = name in ("other_rep", "stranger")
        assert (name, answer.status_code) == (name, 404 if is_foreign else 403)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.seq) == (state, seq)


@pytest.mark.parametrize(
    "move", sorted({move for move, *_ in MOVES if move not in ("accept", "nudge", "convert")})
)
def test_dialog_is_shown_and_changes_nothing(play: Scene, client: Client, move: str) -> None:
    _move, state, name, _data, _after = next(row for row in MOVES if row[0] == move)
    handoff = in_state(play, state)
    client.force_login(getattr(play.cast, name))
    url = reverse(f"handoff-{move}", args=[handoff.pk])
    as_page, as_dialog = client.get(url), client.get(url, headers={"HX-Request": "true"})
    assert (as_page.status_code, as_dialog.status_code) == (200, 200)
    assert "<html" in words(as_page)
    assert "<html" not in words(as_dialog)
    assert "<dialog" in words(as_dialog)
    before = handoff.seq
    handoff.refresh_from_db()
    assert handoff.seq == before


def test_what_somebody_else_did_first_is_told(play: Scene, client: Client) -> None:
    handoff = in_state(play, "declined")
    client.force_login(play.rep)
    answer = client.post(reverse("handoff-accept", args=[handoff.pk]), {"next": "/inbox/"}, follow=True)
    assert "Rita Rep declined this lead" in words(answer)


def test_refused_dialog_tells_why_in_its_place(play: Scene, client: Client) -> None:
    handoff = in_state(play, "returned")
    client.force_login(play.rep)
    url = reverse("handoff-hand-back", args=[handoff.pk])
    answer = client.post(url, {"reason": "competitor"}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "<dialog" in words(answer)


def test_question_is_answered_once(play: Scene, client: Client) -> None:
    handoff = offered(play)
    handoffs.ask(handoff=handoff, actor=play.rep, text="Which phone?", now=NOW)
    assert post(client, play.marketer, "answer", handoff, text="+49 30 5550 1").status_code == 302
    assert Question.objects.get(handoff=handoff).answer == "+49 30 5550 1"
    answer = client.post(reverse("handoff-answer", args=[handoff.pk]), {"text": "Again"}, follow=True)
    assert "There is no question waiting for an answer." in words(answer)


def test_manager_gives_work_to_another_rep_of_the_team(play: Scene, client: Client) -> None:
    handoff = in_state(play, "accepted")
    other = play.cast.other_rep
    assert post(client, play.cast.sales_manager, "reassign", handoff, to=str(other.pk)).status_code == 302
    handoff.refresh_from_db()
    assert handoff.rep == other
    stranger = play.cast.stranger.pk
    assert post(client, play.cast.sales_manager, "reassign", handoff, to=str(stranger)).status_code == 422


def test_referee_rules_and_the_lead_comes_back(play: Scene, client: Client) -> None:
    handoff = in_state(play, "declined")
    handoffs.contest(handoff=handoff, actor=play.marketer, note="They have a budget.", now=NOW)
    assert post(client, play.marketer, "rule", handoff, ruling="overturned").status_code == 403
    assert post(client, play.referee, "rule", handoff, ruling="overturned").status_code == 302
    assert Refusal.objects.get(pk=handoff.pk).ruling == "overturned"


def test_referee_reads_what_both_sides_said_before_ruling(play: Scene, client: Client) -> None:
    handoff = offered(play)
    handoffs.decline(handoff=handoff, actor=play.rep, reason="no_budget", note="Budget is spent", now=NOW)
    handoffs.contest(handoff=handoff, actor=play.marketer, note="They named one.", now=NOW)
    client.force_login(play.referee)
    asked = words(client.get(reverse("handoff-rule", args=[handoff.pk])))
    assert "Budget is spent" in asked
    assert "They named one." in asked


def test_repair_is_noted_by_marketing(play: Scene, client: Client) -> None:
    handoff = offered(play)
    handoffs.decline(handoff=handoff, actor=play.rep, reason="bad_data", note="Bounces", now=NOW)
    assert post(client, play.marketer, "repair", handoff, note="New address").status_code == 302
    assert Refusal.objects.get(pk=handoff.pk).repaired_by == play.marketer


def test_gate_that_is_not_met_asks_for_the_exception(play: Scene, client: Client) -> None:
    handoff = in_state(play, "accepted")
    answer = post(client, play.rep, "qualify", handoff, exception="")
    assert answer.status_code == 422
    assert "Name the exception to go on." in words(answer)


def test_win_keeps_amount_and_margin(play: Scene, client: Client) -> None:
    handoff = in_state(play, "converted")
    post(client, play.rep, "win", handoff, amount="18000", currency="eur", margin="25")
    deal = Deal.objects.get(lead=handoff.lead)
    assert (deal.state, deal.amount, deal.currency, str(deal.margin)) == ("won", 18_000, "EUR", "0.2500")


def test_lead_is_offered_and_opened_again_by_marketing(play: Scene, client: Client) -> None:
    ready, lost = factories.ready_lead(), factories.make_lead(stage="lost")
    for name, status in (("leader", 403), ("marketer", 302)):
        client.force_login(getattr(play.cast, name))
        assert client.post(reverse("lead-offer", args=[ready.pk])).status_code == status
        reason = {"reason": "new_interest"}
        assert client.post(reverse("lead-reopen", args=[lost.pk]), reason).status_code == status
    assert Handoff.objects.get(lead=ready).state == "offered"
    lost.refresh_from_db()
    assert lost.stage == "nurturing"


def test_lead_that_is_not_ready_is_not_offered(play: Scene, client: Client) -> None:
    lead = factories.make_lead()
    client.force_login(play.marketer)
    answer = client.post(reverse("lead-offer", args=[lead.pk]), follow=True)
    assert "Only a sales-ready lead can be handed over" in words(answer)


def reasons_page(client: Client, play: Scene, handoff: Handoff, move: str = "decline", **query: str) -> str:
    client.force_login(play.rep)
    return words(client.get(reverse(f"handoff-{move}", args=[handoff.pk]), query))


def test_decline_asks_only_what_the_reason_needs(play: Scene, client: Client) -> None:
    handoff = offered(play)
    assert 'name="wake_on"' not in reasons_page(client, play, handoff)
    assert 'name="wake_on"' in reasons_page(client, play, handoff, reason="no_budget")
    repair = reasons_page(client, play, handoff, reason="bad_data")
    assert 'name="wake_on"' not in repair
    assert 'name="fate"' not in repair


@pytest.mark.parametrize(
    ("reason", "fate", "verb"),
    [
        ("no_budget", "", "Decline until 16 Feb 2027"),
        ("no_budget", "never", "Decline for good"),
        ("competitor", "", "Decline for good"),
        ("competitor", "not_now", "Decline for now"),
        ("bad_data", "", "Send to Marketing for repair"),
        ("territory", "", "Pass on to another rep"),
    ],
)
def test_verb_names_the_result(play: Scene, client: Client, reason: str, fate: str, verb: str) -> None:
    text = reasons_page(client, play, offered(play), reason=reason, fate=fate)
    assert f'id="verb">{verb} ' in text


def test_preview_tells_stage_track_clocks_and_next_time(play: Scene, client: Client) -> None:
    text = reasons_page(client, play, offered(play), reason="no_budget")
    for word in ("Back in nurturing, still a fit", "Stay in touch", "Acknowledge within 1 business day",
                 "Another rep first, with your note"):  # fmt: skip
        assert word in text


def test_consequences_are_a_fragment_for_the_script(play: Scene, client: Client) -> None:
    handoff = offered(play)
    client.force_login(play.rep)
    url = reverse("handoff-consequences", args=[handoff.pk])
    query = {"part": "choice", "fate_for": "no_budget", "reason": "competitor", "fate": "not_now"}
    text = words(client.get(url, query))
    assert "<html" not in text
    assert 'id="verb" hx-swap-oob="true">Decline for good' in text


def test_reason_that_needs_attempts_is_barred_until_they_are_made(client: Client) -> None:
    play = scene(reasons=[*factories.agreement_data()["reasons"], not_reached()])
    handoff = in_state(play, "accepted")
    text = reasons_page(client, play, handoff, "hand-back")
    assert "After 3 attempts, now 0" in text
    answer = post(client, play.rep, "hand-back", handoff, reason="not_reached")
    assert answer.status_code == 422
    handoff.refresh_from_db()
    assert handoff.state == "accepted"


def not_reached() -> dict[str, object]:
    one = factories.agreement_data()["reasons"][0]
    return {**one, "code": "not_reached", "label": "Not reached", "needs_attempts": 3}


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ({}, "Choose a reason."),
        ({"reason": "bad_data"}, "This reason needs a few words."),
        ({"reason": "no_budget", "wake_on": "2026-11-01"}, "Choose a day that lies ahead."),
        ({"reason": "competitor", "fate": "not_now"}, "Say when it may come back."),
    ],
)
def test_what_is_missing_is_said_beside_the_field(
    play: Scene, client: Client, data: dict[str, str], word: str
) -> None:
    handoff = offered(play)
    answer = post(client, play.rep, "decline", handoff, **data)
    assert answer.status_code == 422
    assert word in words(answer)
    handoff.refresh_from_db()
    assert handoff.state == "offered"


def test_day_button_without_script_fills_the_day_and_decides_nothing(play: Scene, client: Client) -> None:
    handoff = offered(play)
    answer = post(client, play.rep, "decline", handoff, reason="no_budget", wake_pick="2027-03-01")
    assert answer.status_code == 200
    assert 'value="2027-03-01"' in words(answer)
    handoff.refresh_from_db()
    assert handoff.state == "offered"


def test_decline_keeps_note_day_and_sign(play: Scene, client: Client) -> None:
    handoff = offered(play)
    data = {
        "reason": "no_budget",
        "fate": "not_now",
        "wake_on": "2027-03-01",
        "signs": ["prospect.replied", "prospect.submitted"],
        "note": "Spring",
    }
    post(client, play.rep, "decline", handoff, **data)
    refusal = Refusal.objects.get(pk=handoff.pk)
    assert (refusal.note, refusal.wake_trigger, refusal.track) == (
        "Spring",
        "prospect.replied prospect.submitted",
        "stay_in_touch",
    )
    assert str(refusal.wake_at) == "2027-03-01 08:00:00+00:00"


def test_declining_from_the_inbox_takes_the_row_away(play: Scene, client: Client) -> None:
    handoff = offered(play)
    client.force_login(play.rep)
    answer = client.post(
        reverse("handoff-decline", args=[handoff.pk]),
        {"reason": "no_budget", "fate": "not_now"},
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox/"},
    )
    assert (answer.status_code, answer["HX-Reswap"], answer["HX-Retarget"]) == (
        200, "delete", f"#handoff-{handoff.pk}")  # fmt: skip
    assert "concord:close" in answer["HX-Trigger"]
    assert "Nothing waits for you." in words(answer)


def test_reason_of_our_own_side_passes_on_and_is_no_decline(play: Scene, client: Client) -> None:
    handoff = offered(play)
    client.force_login(play.rep)
    url = reverse("handoff-decline", args=[handoff.pk])
    answer = client.post(url, {"reason": "territory", "next": "/inbox/"}, follow=True)
    assert "Passed on" in words(answer)
    handoff.refresh_from_db()
    assert handoff.state == "rerouted"


def test_worked_lead_goes_to_another_rep_without_more_words(play: Scene, client: Client) -> None:
    handoff = in_state(play, "accepted")
    client.force_login(play.rep)
    url = reverse("handoff-hand-back", args=[handoff.pk])
    page = words(client.get(url, {"reason": "territory"}))
    assert "They go on with the next rep" in page
    assert 'name="note"' not in page
    answer = client.post(url, {"reason": "territory", "next": "/inbox/"}, follow=True)
    assert "Passed on" in words(answer)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.rep == play.rep) == ("accepted", False)


def test_track_may_be_chosen_with_the_refusal(play: Scene, client: Client) -> None:
    handoff = offered(play)
    data = {"reason": "competitor", "fate": "not_now", "wake_on": "2027-03-01", "track": "stay_in_touch"}
    post(client, play.rep, "decline", handoff, **data)
    assert Refusal.objects.get(pk=handoff.pk).track == "stay_in_touch"
