"""What the outbox holds reaches the right people, once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from leads import outbox
from leads.models import OutboxMessage
from portal import delivery
from portal.models import Notice
from portal.tasks import deliver
from tests.factories import NOW, make_lead, signed_version
from tests.sla.compliance import rows

pytestmark = pytest.mark.django_db


def leave(kind: str, *, key: str = "", not_before=NOW, **fields) -> None:
    fields = {"subject_type": "clock", "subject_id": 1, **fields}
    outbox.put(key=key or kind, kind=kind, not_before=not_before, now=NOW, **fields)


def names() -> set[str]:
    return set(Notice.objects.values_list("recipient__name", flat=True))


def test_message_reaches_whom_it_names(people) -> None:
    leave("handoff.offer", recipient_id=people.rep.pk)

    assert delivery.deliver(now=NOW) == 1
    assert names() == {people.rep.name}


def test_message_is_delivered_once_however_often_the_task_runs(people) -> None:
    leave("handoff.offer", recipient_id=people.rep.pk)

    assert [deliver(), deliver(), deliver()] == [1, 0, 0]
    assert Notice.objects.count() == 1


def test_message_that_waits_for_an_undo_is_not_delivered_before(people) -> None:
    leave("handoff.accept", recipient_id=people.rep.pk, not_before=NOW + timedelta(minutes=2))

    assert delivery.deliver(now=NOW) == 0
    assert delivery.deliver(now=NOW + timedelta(minutes=2)) == 1


def test_pool_offer_reaches_the_team(people) -> None:
    leave("handoff.offer", data={"team": people.sales.pk})

    delivery.deliver(now=NOW)

    assert names() == {people.rep.name, people.other_rep.name, people.qualifier.name}


def test_ladder_reaches_the_manager_of_the_side(people) -> None:
    version = signed_version(signers=(people.marketing_manager, people.sales_manager))
    handoff = rows.offer(version, people.sales, "offered", NOW, rep=people.rep)
    leave("clock.escalated", recipient_id=people.rep.pk,
          data={"side": "sales", "handoff": handoff.pk, "action": "notify_manager"})  # fmt: skip
    leave("clock.escalated", key="m", data={"side": "marketing", "action": "notify_manager"})

    delivery.deliver(now=NOW)

    assert names() == {people.sales_manager.name, people.marketing_manager.name}


def test_decline_reaches_marketing_but_never_who_did_it(people) -> None:
    leave("handoff.decline", subject_type="handoff", data={"actor": people.rep.pk})
    leave("handoff.win", key="own", recipient_id=people.rep.pk, data={"actor": people.rep.pk})

    delivery.deliver(now=NOW)

    assert names() == {people.marketer.name, people.sales_manager.name}


def test_contest_reaches_the_rep_and_the_referee(people) -> None:
    told = {"told": [people.leader.pk], "actor": people.marketer.pk}
    leave("handoff.contest", subject_type="handoff", recipient_id=people.rep.pk, data=told)

    delivery.deliver(now=NOW)

    assert names() == {people.rep.name, people.leader.name}


def test_more_than_a_batch_is_delivered_in_one_go(people) -> None:
    for index in range(1_100):
        leave("handoff.offer", key=f"offer:{index}", recipient_id=people.rep.pk)

    assert delivery.deliver(now=NOW) == 1_100
    assert not OutboxMessage.objects.filter(fanned_out_at__isnull=True).exists()


def test_page_tells_what_happened_and_marks_it_read(client, people) -> None:
    lead = make_lead(company="Vela Medical", owner=people.rep)
    leave("handoff.offer", recipient_id=people.rep.pk, lead_id=lead.pk)
    delivery.deliver(now=NOW)
    client.force_login(people.rep)

    text = client.get(reverse("notices")).content.decode()
    assert "Vela Medical is offered to Sales." in text
    assert "1 is new." in text
    assert Notice.objects.filter(read_at__isnull=True).count() == 1

    client.post(reverse("notices-read"))
    assert "0 are new." in client.get(reverse("notices")).content.decode()


def test_page_names_no_lead_that_left_the_readers_sight(client, people) -> None:
    lead = make_lead(company="Secret Ltd", owner=people.stranger)
    leave("handoff.offer", recipient_id=people.rep.pk, lead_id=lead.pk)
    delivery.deliver(now=NOW)
    client.force_login(people.rep)

    text = client.get(reverse("notices")).content.decode()

    assert "Secret Ltd" not in text
    assert "A lead is offered to Sales." in text


def test_reading_marks_own_notices_only(client, people) -> None:
    leave("handoff.offer", recipient_id=people.rep.pk)
    delivery.deliver(now=NOW)
    client.force_login(people.other_rep)

    client.post(reverse("notices-read"))

    assert Notice.objects.filter(read_at__isnull=True).count() == 1
