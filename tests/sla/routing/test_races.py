"""Many offers at one moment on PostgreSQL: nobody is given more than agreed, singly or in bulk."""

import time
from collections import Counter
from functools import partial

import pytest

from leads.models import User
from sla import handoffs
from sla.models import Handoff
from sla.routing import choosing
from tests import factories
from tests.factories import NOW
from tests.sla.races import at_once
from tests.sla.scene import scene

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]
TEAM, ROOM, OFFERS = 4, 2, 16


def crew(**limits):
    """Create the teams; everybody has room for ROOM leads."""
    scene()
    User.objects.filter(role__in=("rep", "qualifier")).update(**(limits or {"max_open": ROOM}))


def ready(count):
    return [factories.ready_lead() for _ in range(count)]


def most_given():
    return max(Counter(Handoff.objects.filter(rep__isnull=False).values_list("rep", flat=True)).values())


@pytest.mark.parametrize("limits", [{"max_open": ROOM}, {"max_per_day": ROOM}])
def test_at_once_nobody_is_given_more_than_agreed_and_no_room_is_left_unused(limits):
    crew(**limits)
    found = at_once([partial(handoffs.offer, lead=lead, now=NOW) for lead in ready(OFFERS)])
    assert all(isinstance(one, Handoff) for one in found)
    assert most_given() == ROOM
    assert Handoff.objects.filter(rep__isnull=True).count() == OFFERS - TEAM * ROOM


def test_batches_at_once_give_nobody_more_than_agreed():
    crew()
    batches = [[lead.pk for lead in ready(6)] for _ in range(4)]
    at_once([partial(handoffs.offer_many, lead_ids=batch, now=NOW) for batch in batches])
    assert most_given() == ROOM
    assert Handoff.objects.filter(rep__isnull=True).count() == 24 - TEAM * ROOM


def test_control_without_the_lock_somebody_is_given_more(monkeypatch):
    monkeypatch.setattr(choosing, "lock", lambda ids: time.sleep(0.05))
    crew()
    at_once([partial(handoffs.offer, lead=lead, now=NOW) for lead in ready(OFFERS)])
    assert most_given() > ROOM


def test_same_leads_in_two_batches_are_offered_once():
    crew(max_open=None)
    ids = [lead.pk for lead in ready(10)]
    found = at_once([partial(handoffs.offer_many, lead_ids=ids, now=NOW) for _ in range(3)])
    assert Handoff.objects.count() == 10
    made = [answer for answers in found for answer in answers.values()]
    assert sum(isinstance(answer, Handoff) for answer in made) == 10
    assert {type(answer) for answer in made} <= {Handoff, handoffs.AlreadyOpen, handoffs.Changed}
