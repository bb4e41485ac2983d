"""Fifty reps accept one offer of the pool at the same moment, over HTTP: one wins, the others read who."""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Barrier
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from leads.models import AuditEntry
from sla.choices import HandoffState
from sla.handoffs import acting
from sla.models import Handoff
from tests import company, factories
from tests.company import Company

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]
REPS = 50
TOKEN = "a" * 32
Claim = Callable[[acting.Case, acting.Plan], dict[str, Any]]


@pytest.fixture
def crowd(live_server: LiveServer) -> tuple[Company, Handoff, list[str]]:
    """Return the company, an offer in a team's pool, and one logged-in session per rep of that team."""
    # The test server lets ten callers wait at its door and turns others away.
    live_server.thread.httpd.socket.listen(2 * REPS)
    at = company.company()
    handoff = company.pooled(at, "Vela Medical")
    sessions = []
    for number in range(REPS):
        client = Client()
        client.force_login(factories.user("rep", at.cast.sales, f"Rep {number}"))
        sessions.append(client.cookies["sessionid"].value)
    return at, handoff, sessions


def accept_together(server: LiveServer, handoff: Handoff, sessions: list[str]) -> list[tuple[int, str]]:
    """Press Accept in every session at once; return each one's status and page."""
    barrier, home = Barrier(len(sessions)), urlsplit(server.url)

    def press(session: str) -> tuple[int, str]:
        connection = HTTPConnection(home.hostname or "", home.port, timeout=60)
        connection.connect()
        barrier.wait(60)
        body = urlencode({"csrfmiddlewaretoken": TOKEN, "next": reverse("inbox")})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "HX-Request": "true",
            "HX-Target": f"handoff-{handoff.pk}",
            "HX-Current-URL": f"{server.url}{reverse('inbox')}",
        }
        connection.request("POST", reverse("handoff-accept", args=[handoff.pk]), body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    with ThreadPoolExecutor(len(sessions)) as threads:
        return list(threads.map(press, sessions))


def meet_before(claim: Claim) -> Claim:
    """Let everybody read the open offer first, and only then claim it: the worst moment there is."""
    barrier = Barrier(REPS)

    def claim_together(case: acting.Case, plan: acting.Plan) -> dict[str, Any]:
        barrier.wait(60)
        return claim(case, plan)

    return claim_together


def read_then_write(case: acting.Case, plan: acting.Plan) -> dict[str, Any]:
    """Claim as one must not: look whether the offer is still open, then write without asking again."""
    handoff = case.handoff
    before = acting.values(handoff, {"state", *plan.changes})
    assert Handoff.objects.get(pk=handoff.pk).state == HandoffState.OFFERED
    changes = {"state": case.move.to_state, **plan.changes, "seq": handoff.seq + 1}
    Handoff.objects.filter(pk=handoff.pk).update(**changes)
    for name, value in changes.items():
        setattr(handoff, name, value)
    return {"values": before, "stage": handoff.lead.stage}


def check_one_winner(handoff: Handoff, answers: list[tuple[int, str]]) -> None:
    assert Counter(status for status, _text in answers) == {200: 1, 409: REPS - 1}
    handoff.refresh_from_db()
    assert handoff.state == "accepted"
    told = re.compile(rf"{re.escape(handoff.rep.name)} accepted this lead at \d\d:\d\d\.")
    assert [text for status, text in answers if status == 409 and not told.search(text)] == []
    assert AuditEntry.objects.filter(verb="accept", actor_id__isnull=False).count() == 1


def test_one_of_fifty_wins(live_server: LiveServer, crowd: tuple[Company, Handoff, list[str]]) -> None:
    _at, handoff, sessions = crowd
    check_one_winner(handoff, accept_together(live_server, handoff, sessions))


def test_one_wins_when_all_fifty_saw_it_open(
    live_server: LiveServer, crowd: tuple[Company, Handoff, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _at, handoff, sessions = crowd
    monkeypatch.setattr(acting, "claim", meet_before(acting.claim))
    check_one_winner(handoff, accept_together(live_server, handoff, sessions))


def test_several_win_without_the_conditional_update(
    live_server: LiveServer, crowd: tuple[Company, Handoff, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: this harness sees the fault once the two nets behind the claim are gone as well."""
    _at, handoff, sessions = crowd
    monkeypatch.setattr(acting, "claim", meet_before(read_then_write))
    monkeypatch.setattr(acting, "lock_lead", lambda handoff: handoff.lead)
    monkeypatch.setattr(acting, "step", lambda lead, to_stage, case: None)
    statuses = Counter(status for status, _text in accept_together(live_server, handoff, sessions))
    assert statuses[200] > 1
