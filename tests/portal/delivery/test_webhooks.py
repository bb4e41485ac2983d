"""Webhooks: signed as Standard Webhooks has it, with a stable id, tried again, switched off in the end."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from leads.models import OutboxMessage
from portal import delivery
from portal.delivery import claiming, webhooks
from portal.models import Delivery, Endpoint
from tests.factories import NOW, Cast
from tests.portal.delivery.post import HOUR, leave, states
from tests.portal.delivery.receiver import Receiver, receiver

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def other(settings: Settings) -> Iterator[Receiver]:
    settings.OUTBOUND_INTERNAL_NETWORKS = ["127.0.0.0/8"]
    with receiver() as told:
        yield told


def hook(people: Cast, url: str, events: tuple[str, ...] = ()) -> Endpoint:
    return webhooks.add(name="CRM", url=url, events=list(events), now=NOW, actor=people.operations)


def test_receiver_can_verify_what_it_gets(people: Cast, other: Receiver) -> None:
    endpoint = hook(people, other.url)
    leave("handoff.accept", recipient_id=people.rep.pk, data={"state": "accepted"})
    delivery.deliver(now=timezone.now())
    ((headers, body),) = other.got
    said = Webhook(endpoint.secret).verify(body, headers)
    assert (said["type"], said["data"]["state"]) == ("handoff.accept", "accepted")
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.new_secret()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(body.replace("accepted", "declined"), headers)


def test_body_holds_ids_and_codes_but_no_personal_data(people: Cast, other: Receiver) -> None:
    hook(people, other.url)
    leave("handoff.contest", recipient_id=people.rep.pk, data={"told": [people.leader.pk]})
    delivery.deliver(now=NOW)
    ((_headers, body),) = other.got
    assert people.rep.name not in body
    assert people.rep.email not in body
    assert "told" not in json.loads(body)["data"]


def test_failed_post_is_tried_again_under_the_same_id(people: Cast, other: Receiver) -> None:
    hook(people, other.url)
    leave("handoff.accept")
    other.answers = [500, 302]
    for minutes in (0, 1, 5):
        delivery.deliver(now=NOW + timedelta(minutes=minutes))
    assert len(other.got) == 3
    assert len(set(other.ids)) == 1
    assert states(channel="webhook") == ["sent"]
    assert Endpoint.objects.get().failing_since is None


def test_redirect_is_not_followed(people: Cast, other: Receiver) -> None:
    hook(people, other.url)
    leave("handoff.accept")
    other.answers, other.location = [307], other.url
    delivery.deliver(now=NOW)
    assert len(other.got) == 1
    assert "Answered 307" in Delivery.objects.get(channel="webhook").error


def test_filter_lets_only_its_events_through(people: Cast, other: Receiver) -> None:
    hook(people, other.url, ("handoff.accept", "clock.*"))
    for kind in ("handoff.accept", "handoff.decline", "clock.breached"):
        leave(kind)
    delivery.deliver(now=NOW)
    assert sorted(json.loads(body)["type"] for _headers, body in other.got) == [
        "clock.breached",
        "handoff.accept",
    ]


def test_old_secret_signs_beside_the_new_one_for_a_day(people: Cast, other: Receiver) -> None:
    endpoint = hook(people, other.url)
    now = timezone.now()
    fresh = webhooks.rotate(endpoint=endpoint, now=now, actor=people.operations)
    leave("handoff.accept")
    delivery.deliver(now=now)
    ((headers, body),) = other.got
    assert len(headers["webhook-signature"].split()) == 2
    for secret in (endpoint.secret, fresh.secret):
        assert Webhook(secret).verify(body, headers)["type"] == "handoff.accept"
    later = webhooks.headers(Endpoint.objects.get(), "k", "{}", now + webhooks.OLD_SECRET_LIVES)
    assert len(later["webhook-signature"].split()) == 1


def test_dead_receiver_is_switched_off_after_days_and_told_nothing_more(people: Cast) -> None:
    endpoint = hook(people, "http://127.0.0.1:9/")
    at = NOW
    for day in range(7):
        leave("handoff.accept", key=f"day{day}")
        delivery.deliver(now=at)
        at += DAY
    endpoint.refresh_from_db()
    assert endpoint.disabled_at is not None
    assert endpoint.disabled_because == "It took nothing for five days."
    before = Delivery.objects.count()
    leave("handoff.accept", key="afterwards")
    delivery.deliver(now=at)
    assert Delivery.objects.count() == before

    webhooks.switch(endpoint=endpoint, is_on=True, now=at, actor=people.operations)
    leave("handoff.accept", key="again")
    delivery.deliver(now=at)
    assert Delivery.objects.count() == before + 1


def test_receiver_that_is_gone_is_switched_off_at_once(people: Cast, other: Receiver) -> None:
    hook(people, other.url)
    leave("handoff.accept")
    other.answers = [410]
    delivery.deliver(now=NOW)
    assert Endpoint.objects.get().disabled_because == "The receiver says that it is gone."


def test_silent_receiver_holds_up_nobody_else(people: Cast, other: Receiver) -> None:
    hook(people, "http://127.0.0.1:9/")
    hook(people, other.url)
    for number in range(10):
        leave("handoff.accept", key=f"news{number}")
    delivery.deliver(now=NOW)
    assert len(other.got) == 10
    tried = Delivery.objects.filter(endpoint__url="http://127.0.0.1:9/", attempts__gt=0)
    assert tried.count() == claiming.LETTERS_AT_ONCE


def test_test_button_reaches_only_its_own_webhook(people: Cast, other: Receiver, client: Client) -> None:
    endpoint = hook(people, other.url, ("handoff.win",))
    hook(people, other.url)
    client.force_login(people.operations)
    client.post(reverse("operations-webhook-test", args=[endpoint.pk]))
    delivery.deliver(now=timezone.now())
    ((_headers, body),) = other.got
    assert json.loads(body)["type"] == "webhook.test"
    page = client.get(reverse("operations-webhook", args=[endpoint.pk])).content.decode()
    assert "webhook.test" in page
    assert "Sent" in page


def test_secret_is_shown_once(people: Cast, client: Client) -> None:
    client.force_login(people.operations)
    address = reverse("operations-webhooks")
    page = client.post(address, {"name": "CRM", "url": "https://crm.example.com/hook"}).content.decode()
    endpoint = Endpoint.objects.get()
    assert endpoint.secret in page
    shown_later = client.get(reverse("operations-webhook", args=[endpoint.pk])).content.decode()
    assert endpoint.secret not in shown_later
    rotated = client.post(reverse("operations-webhook-rotate", args=[endpoint.pk])).content.decode()
    assert endpoint.secret not in rotated
    assert Endpoint.objects.get().secret in rotated


def test_given_up_letter_is_listed_and_sent_again_by_operations(
    people: Cast, other: Receiver, client: Client
) -> None:
    hook(people, other.url)
    leave("handoff.accept")
    other.answers = [500]
    delivery.deliver(now=NOW)
    Delivery.objects.filter(channel="webhook").update(state="dead")
    client.force_login(people.operations)
    page = client.get(reverse("operations-delivery")).content.decode()
    assert ("Answered 500" in page, "Sales accepted" in page, "handoff.accept" in page) == (True, True, False)
    dead = Delivery.objects.get(channel="webhook")
    client.post(reverse("operations-delivery-again", args=[dead.pk]))
    delivery.deliver(now=timezone.now())
    assert len(other.got) == 2
    assert states(channel="webhook") == ["sent"]


def test_messages_wait_their_turn_whatever_fails(people: Cast, other: Receiver) -> None:
    hook(people, other.url)
    for number in range(20):
        leave("handoff.accept", key=f"news{number:02}")
    other.answers = [500]
    delivery.deliver(now=NOW)
    delivery.deliver(now=NOW + HOUR)
    assert set(other.ids) == {f"msg_news{number:02}" for number in range(20)}
    assert OutboxMessage.objects.filter(fanned_out_at__isnull=True).count() == 0
