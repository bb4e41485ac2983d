"""The outbox: one message per key, however often it is left."""

import pytest

from leads import outbox
from leads.models import OutboxMessage
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_put_same_key_once() -> None:
    lead, user = factories.make_lead(), factories.user()
    message = {
        "key": "handoff:1:2",
        "kind": "offered",
        "subject_type": "handoff",
        "subject_id": 1,
        "not_before": NOW,
        "now": NOW,
        "lead_id": lead.pk,
        "recipient_id": user.pk,
    }
    assert outbox.put(**message, data={"tier": "top"}) is True
    assert outbox.put(**message, data={"tier": "other"}) is False
    stored = OutboxMessage.objects.get()
    assert (stored.data, stored.recipient, stored.fanned_out_at) == ({"tier": "top"}, user, None)


def test_put_many_counts_the_new_ones(django_assert_num_queries) -> None:
    messages = [outbox.Message(f"k{number % 50}", "x", "lead", None, NOW) for number in range(100)]
    with django_assert_num_queries(1):
        assert outbox.put_many(messages, now=NOW) == 50
    assert outbox.put_many([], now=NOW) == 0
