"""The cadence: which attempt is next, by when, and what may be done once all are made."""

from datetime import timedelta

import pytest

from sla.queries.cadence import cadence
from tests import factories
from tests.factories import NOW
from tests.sla.scene import accepted, committed, offered, scene

pytestmark = pytest.mark.django_db
SIX_DAYS = {"attempts": 6, "days": 6, "channels": 2}
NOT_REACHED = {"code": "not_reached", "label": "Not reached", "group": "Reasons", "side_to_act": "marketing",
               "disposition": "recycle", "recycle_days": 30, "needs_attempts": 2}  # fmt: skip


def test_nothing_is_agreed_before_acceptance():
    assert cadence(offered(scene())) is None


def test_attempts_are_spread_over_the_time_agreed():
    handoff = accepted(scene())
    found = cadence(handoff)
    assert (found.next_number, found.wanted, found.channels_left) == (1, 6, 2)
    assert found.next_at == NOW + timedelta(days=1)
    factories.add_touch(handoff.lead, "call", side="sales", ago=timedelta(0), reached=False)
    later = cadence(handoff)
    assert (later.next_number, later.channels_left) == (2, 1)
    assert later.next_at == NOW + timedelta(days=2)


def test_all_attempts_made_offer_the_way_back():
    agreed = factories.timed(
        "persistence", "sales", 6, "business_days", params={"attempts": 2, "days": 1, "channels": 1}
    )
    reasons = [*factories.agreement_data()["reasons"], NOT_REACHED]
    handoff = accepted(scene(commitments=committed(agreed), reasons=reasons))
    for _ in range(2):
        factories.add_touch(handoff.lead, "call", side="sales", ago=timedelta(0), reached=False)
    found = cadence(handoff)
    assert (found.is_used_up, found.reason, found.next_at) == (True, "not_reached", None)
