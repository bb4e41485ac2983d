"""Signed messages: taken once, from whom the secret proves, and only in time."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from standardwebhooks import Webhook

from leads.models import Deal, Touch
from portal import api_keys
from portal.models import IncomingEvent, IntakeSource
from tests import company, factories
from tests.company import Company
from tests.portal.api.conftest import ROOT, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(at: Company) -> IntakeSource:
    person = at.cast.operations
    return api_keys.open_source(name="crm", owner=person, now=at.now, actor=person)


def send(
    source: IntakeSource, event: Any, *, event_id: str = "e1", at: datetime | None = None, **changes: Any
) -> HttpResponse:
    """Send a message signed with the source's secret; `changes` spoil it afterwards."""
    body = event if isinstance(event, str) else json.dumps(event)
    moment = at or datetime.now(UTC)
    signature = Webhook(changes.get("secret", source.secret)).sign(event_id, moment, body)
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signature,
        **changes.get("headers", {}),
    }
    return Client().post(
        f"{ROOT}/intake/{changes.get('name', source.name)}/",
        changes.get("body", body),
        content_type="application/json",
        headers=headers,
    )


def touches(*leads: Any) -> dict[str, Any]:
    usual = {"side": "prospect", "kind": "visited", "happened_at": "2026-01-02T03:04:05Z", "source": "mat"}
    return {"type": "touches", "data": {"touches": [{**usual, "lead": lead} for lead in leads]}}


def deal(lead: int, **outcome: Any) -> dict[str, Any]:
    data = {"lead": lead, "external_id": "006A", "name": "A line", "amount": "100.00", "currency": "EUR"}
    return {"type": "deal", "data": {**data, **({"outcome": outcome} if outcome else {})}}


def test_touches_are_taken_once(source: IntakeSource) -> None:
    lead = factories.make_lead()
    first = send(source, touches(lead.pk, 987654321)).json()
    again = send(source, touches(lead.pk, 987654321)).json()
    assert [one["status"] for one in first["result"]["results"]] == ["created", "rejected"]
    assert (first["is_replay"], again["is_replay"]) == (False, True)
    assert again["result"] == first["result"]
    assert Touch.objects.filter(source="mat").count() == 1


def test_deal_comes_open_and_then_won(source: IntakeSource) -> None:
    lead = factories.make_lead()
    assert send(source, deal(lead.pk)).status_code == 200
    won = deal(lead.pk, state="won", closed_at="2026-01-02T03:04:05Z", margin="0.3")
    assert send(source, won, event_id="e2").status_code == 200
    kept = Deal.objects.get()
    assert (kept.state, kept.system, kept.external_id) == ("won", "crm", "006A")
    send(source, deal(lead.pk), event_id="e3")
    assert Deal.objects.get().state == "won"  # an older message says nothing new


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "whsec_" + "QUJD" * 8},
        {"body": "{}"},
        {"name": "nobody"},
        {"headers": {"webhook-id": "other"}},
        {"headers": {"webhook-id": ""}},
        {"headers": {"webhook-signature": ""}},
        {"headers": {"webhook-signature": "v1"}},
        {"headers": {"webhook-signature": "v1,%%%"}},
        {"headers": {"webhook-timestamp": "soon"}},
    ],
    ids=lambda changes: str(changes)[:50],
)
def test_what_is_not_signed_as_sent_is_refused(source: IntakeSource, changes: dict[str, Any]) -> None:
    lead = factories.make_lead()
    problem(send(source, touches(lead.pk), **changes), 401, "bad_signature")
    assert not IncomingEvent.objects.exists()
    assert not Touch.objects.filter(source="mat").exists()


@pytest.mark.parametrize("minutes", [-6, 6])
def test_old_and_early_messages_are_refused(source: IntakeSource, minutes: int) -> None:
    when = datetime.now(UTC) + timedelta(minutes=minutes)
    problem(send(source, touches(1), at=when), 401, "bad_signature")


@pytest.mark.parametrize(
    "event", [[], {}, {"type": "guess", "data": {}}, {"type": "deal", "data": {}}, "{", "NaN"]
)
def test_signed_nonsense_is_told_and_may_be_sent_again(source: IntakeSource, event: Any) -> None:
    assert send(source, event).status_code in (400, 422)
    assert not IncomingEvent.objects.exists()


def test_source_ends_with_its_switch_and_its_owner(at: Company, source: IntakeSource) -> None:
    api_keys.switch_source(source=source, is_on=False, now=at.now, actor=at.cast.operations)
    problem(send(source, touches(1)), 401, "bad_signature")
    api_keys.switch_source(source=source, is_on=True, now=at.now, actor=at.cast.operations)
    source.owner.is_active = False
    source.owner.save()
    problem(send(source, touches(1)), 401, "bad_signature")


def test_source_reaches_only_what_its_owner_sees(at: Company) -> None:
    foreign = company.offered(at, "Foreign Ltd", at.cast.stranger).lead
    narrow = api_keys.open_source(name="narrow", owner=at.cast.rep, now=at.now, actor=at.cast.operations)
    result = send(narrow, touches(foreign.pk)).json()["result"]["results"]
    assert result[0]["status"] == "rejected"
    problem(send(narrow, deal(foreign.pk), event_id="e2"), 404, "not_found")
