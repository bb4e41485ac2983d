"""After a move every number on screen says what a fresh page would: in the inbox, on the desk, of a team."""

import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from leads.models import User
from sla import handoffs, sweep
from sla.models import Handoff
from tests.factories import NOW
from tests.portal.conftest import Samples
from tests.sla.scene import Scene, accepted, offered

pytestmark = pytest.mark.django_db
COUNTED = ("inbox-sentence", "inbox-load", "inbox-segments", "count-inbox",
           "group-late", "group-today", "group-later")  # fmt: skip


class Counted(HTMLParser):
    """Keeps the words of the parts of a page that count, and of its title."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs).get("id") or ""
        part = tag if tag == "title" and not self.found.get("title") else named
        if tag in ("title", "p", "span", "div", "svg"):
            self._open.append(part)
            if part in COUNTED or part == "title":
                self.found[part] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "p", "span", "div", "svg") and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for part in self._open:
            if part in self.found:
                self.found[part] += data


def numbers(answer: HttpResponse) -> dict[str, str]:
    """Return what counts the rows, by where it stands."""
    reader = Counted()
    reader.feed(answer.content.decode())
    return {part: " ".join(text.split()) for part, text in reader.found.items()}


@pytest.fixture
def rep(at_now: None, play: Scene, client: Client) -> Client:
    User.objects.filter(pk=play.rep.pk).update(max_open=20, time_zone="Europe/Berlin")
    client.force_login(play.rep)
    return client


def filled(play: Scene) -> dict[str, Handoff]:
    """Fill the inbox: something late, something due today, something later, something in the pool."""
    made = {"late": offered(play, now=NOW - timedelta(hours=26)), "fresh": offered(play)}
    made |= {"other": offered(play), "worked": accepted(play), "pool": offered(play)}
    Handoff.objects.filter(pk=made["pool"].pk).update(rep=None)
    sweep.run(NOW)
    return made


def asked_by_script(client: Client, method: str, url: str, page: str, target: str, **data: str):
    headers = {"HX-Request": "true", "HX-Target": target, "HX-Current-URL": f"http://testserver{page}"}
    return getattr(client, method)(url, data, headers=headers)


#: A move of the inbox: of which handoff, what is sent, whether from a dialog.
MOVES: dict[str, tuple[str, str, dict[str, str]]] = {
    "accept": ("fresh", "handoff-accept", {}),
    "accept what is late": ("late", "handoff-accept", {}),
    "accept from the pool": ("pool", "handoff-accept", {}),
    "decline": ("fresh", "handoff-decline", {"reason": "no_budget"}),
    "decline what is late": ("late", "handoff-decline", {"reason": "no_budget"}),
    "hand back": ("worked", "handoff-hand-back", {"reason": "no_budget"}),
    "ask": ("fresh", "handoff-ask", {"text": "Which plant?"}),
    "pass on": ("fresh", "handoff-reroute", {}),
    "log a touch": ("worked", "lead-touch", {"outcome": "reached", "happened_at": "2026-03-02T10:00"}),
}


@pytest.mark.parametrize("where", ["/inbox/", "/inbox/?segment=accept", "/inbox/?segment=late"])
@pytest.mark.parametrize("name", MOVES)
def test_move_brings_the_numbers_of_a_fresh_inbox(play: Scene, rep: Client, name: str, where: str) -> None:
    made, (which, route, data) = filled(play), MOVES[name]
    before, handoff = numbers(rep.get(where)), made[which]
    pk = handoff.lead_id if route.startswith("lead") else handoff.pk
    answer = asked_by_script(rep, "post", reverse(route, args=[pk]), where, f"handoff-{handoff.pk}", **data)
    assert answer.status_code == 200, answer.content
    after = numbers(answer)
    assert set(after) == {"title", *COUNTED}
    assert after == {**after, **numbers(rep.get(where))}
    assert after != before or name == "log a touch"


def test_row_that_became_late_brings_the_numbers_too(play: Scene, rep: Client) -> None:
    handoff, page = filled(play)["fresh"], "/inbox/"
    handoff.clocks.filter(ended_at=None).update(breached_at=NOW)
    url = reverse("inbox-row", args=[handoff.pk])
    answer = asked_by_script(rep, "get", url, page, f"handoff-{handoff.pk}")
    assert numbers(answer)["group-late"] == "2"
    assert numbers(answer) == numbers(rep.get(page))
    assert "HX-Trigger" not in answer  # whoever has a dialog open keeps it


def test_row_that_a_colleague_took_brings_the_numbers_too(play: Scene, rep: Client) -> None:
    pool = filled(play)["pool"]
    handoffs.accept(handoff=pool, actor=play.cast.other_rep, now=NOW)
    url = reverse("handoff-accept", args=[pool.pk])
    answer = asked_by_script(rep, "post", url, "/inbox/", f"handoff-{pool.pk}")
    assert answer.status_code == 409
    assert numbers(answer) == numbers(rep.get("/inbox/"))


def test_undo_and_many_at_once_lead_to_a_fresh_inbox(play: Scene, rep: Client) -> None:
    made, page = filled(play), "/inbox/?segment=accept"
    before = numbers(rep.get(page))
    chosen = {"move": "accept", "handoff": [made["fresh"].pk, made["late"].pk], "next": page}
    answer = rep.post("/inbox/together/", chosen, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert numbers(answer) == numbers(rep.get(page)) != before
    for name in ("fresh", "late"):
        url = reverse("handoff-undo", args=[made[name].pk])
        answer = rep.post(url, {"next": page}, follow=True)
        assert answer.redirect_chain == [(page, 302)]
    assert numbers(answer) == before


def moves_on(page: str) -> list[tuple[str, bool]]:
    """Return the moves that the rows of a page offer, and whether each is made from a dialog."""
    found = re.findall(r'(action|hx-get)="(/(?:handoffs|leads|disputes)/[^"]*)"', page[page.index("<main") :])
    return list(dict.fromkeys((unescape(url), how == "hx-get") for how, url in found))


@pytest.mark.parametrize(
    ("who", "where", "most"), [("marketer", "/desk/", 14), ("sales_manager", "/team/", 4)]
)
def test_desk_and_team_are_drawn_anew_after_every_move(
    samples: Samples, who: str, where: str, most: int
) -> None:
    """Nothing is swapped there: whatever was done, the whole page comes with all its numbers."""
    offered = moves_on(samples.clients[who].get(where).content.decode())
    for url, is_dialog in offered:
        data = {**samples.filled(resolve(url.split("?")[0]).url_name), "next": where}
        headers = {"HX-Request": "true", "HX-Target": "dialog", "HX-Current-URL": f"http://testserver{where}"}
        headers = headers if is_dialog else {}
        answer, written = samples.watch(
            who, lambda client, url=url, data=data, headers=headers: client.post(url, data, headers=headers)
        )
        assert answer.get("HX-Redirect" if is_dialog else "Location", "").startswith(where), url
        assert (answer.content, written != []) == (b"", True), url
    assert len(offered) >= most


def said(samples: Samples, who: str, where: str, after: tuple[str, dict[str, object]] | None = None) -> str:
    """Return the words of a page, as it is or as it is after something was posted; that is taken back."""

    def call(client: Client) -> HttpResponse:
        if after:
            assert client.post(after[0], after[1]).status_code in (200, 302)
        return client.get(where)

    page = samples.watch(who, call)[0].content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


def count(page: str, word: str) -> int:
    """Return the number that stands behind a word of a page."""
    found = re.search(rf"{word} (\d+)", page)
    assert found, word
    return int(found[1])


@pytest.mark.parametrize("is_bulk", [False, True])
def test_desk_counts_a_hand_over_at_once(samples: Samples, is_bulk: bool) -> None:
    pk = samples.leads["ready"].pk
    move = ("/desk/offer/", {"lead": [pk]}) if is_bulk else (reverse("lead-offer", args=[pk]), {})
    before, after = said(samples, "marketer", "/desk/"), said(samples, "marketer", "/desk/", move)
    for word, change in (("Marketing desk", -1), ("All", -1), ("Waiting for Sales", 1), ("need you.", 1)):
        assert count(after, word) - count(before, word) == change, word
    assert count(before, "To hand over") == 1
    assert "To hand over" not in after


@pytest.mark.parametrize("is_bulk", [False, True])
def test_team_counts_what_was_given_to_somebody_else_at_once(samples: Samples, is_bulk: bool) -> None:
    late, to = samples.handoffs["late_touch"].pk, samples.company.cast.other_rep.pk
    move = (
        ("/team/give/", {"handoff": [late], "to": to})
        if is_bulk
        else (reverse("handoff-reassign", args=[late]), {"to": to})
    )
    before, after = (carried(said(samples, "sales_manager", "/team/", one)) for one in (None, move))
    assert after["Otto Other"] == [
        number + add for number, add in zip(before["Otto Other"], (1, 0, 1, 1, 0), strict=True)
    ]
    assert after["Rita Rep"] == [
        number - add for number, add in zip(before["Rita Rep"], (1, 0, 1, 1, 0), strict=True)
    ]


def carried(page: str) -> dict[str, list[int]]:
    """Return what the table of the load says of two people: open, to decide, working, late, due soon."""
    table = page[page.index("open leads against") :]
    return {
        name: [int(number) for number in re.search(rf"{name} ((?:\d+ ){{5}})", table)[1].split()]
        for name in ("Otto Other", "Rita Rep")
    }
