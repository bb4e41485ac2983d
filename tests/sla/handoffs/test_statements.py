"""How many statements moves take: what many people do at once must stay short, whatever the size."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sla import handoffs
from sla.models import Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import offered, scene

pytestmark = pytest.mark.django_db


def statements(act):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        act()
    return len(seen)


def test_offer_of_many_takes_as_many_statements_as_of_two():
    scene()
    two, many = ([factories.ready_lead().pk for _ in range(n)] for n in (2, 20))
    few = statements(lambda: handoffs.offer_many(lead_ids=two, now=NOW))
    assert statements(lambda: handoffs.offer_many(lead_ids=many, now=NOW)) <= few + 2
    assert Handoff.objects.count() == 22


def test_single_offer_is_short():
    scene()
    lead = factories.ready_lead()
    assert statements(lambda: handoffs.offer(lead=lead, now=NOW)) <= 45


def test_accept_is_short():
    play = scene()
    handoff = offered(play)
    assert statements(lambda: handoffs.accept(handoff=handoff, actor=play.rep, now=NOW)) <= 30
