"""Why a commitment was missed: the first cause that holds."""

from datetime import timedelta

import pytest

from leads.models import Absence
from sla import clocks, handoffs
from sla.choices import Event
from sla.models import Clock, Outage
from sla.sweep import ticking
from tests import factories
from tests.factories import NOW
from tests.sla.scene import accepted, clocks_of, committed, offered, scene

pytestmark = pytest.mark.django_db
SWEPT = NOW + timedelta(hours=3)


def cause_of(handoff, code="decide"):
    ticking.tick(SWEPT)
    return clocks_of(handoff)[code].cause


def complete(**known):
    """Return a ready lead whose dossier lacks nothing that the agreement asks for."""
    return factories.ready_lead(source="Webinar", **known)


def play_with(**changes):
    return scene(**{"dossier": ["source", "contact"], **changes})


def test_owner_who_did_not_act_is_idle():
    assert cause_of(offered(play_with(), complete())) == "idle"


def test_lead_in_the_pool_is_unowned():
    play = play_with()
    assert cause_of(handoffs.pool(handoff=offered(play, complete()), now=NOW)) == "unowned"


def test_owner_away_on_the_due_day_is_absent():
    play = play_with()
    handoff = offered(play, complete())
    Absence.objects.create(user=play.rep, first_on=NOW.date(), last_on=NOW.date())
    assert cause_of(handoff) == "absent"


def test_owner_with_more_leads_than_agreed_is_over_capacity():
    play = play_with()
    handoff = offered(play, complete())
    accepted(play)
    play.rep.max_open = 1
    play.rep.save()
    assert cause_of(handoff) == "over_capacity"


@pytest.mark.parametrize(("most", "cause"), [(1, "over_delivery"), (2, "idle")])
def test_day_with_more_offers_than_agreed_is_over_delivery(most, cause):
    volume = factories.periodic(
        "volume",
        "marketing",
        amount=20,
        target=None,
        params={"weighted": False, "daily_maximum": most},
    )
    play = play_with(commitments=committed(volume))
    offered(play, complete())
    assert cause_of(offered(play, complete())) == cause


def test_dossier_that_lacked_something_is_named():
    assert cause_of(offered(play_with(dossier=["source", "first_identified"]), complete())) == (
        "incomplete_dossier"
    )


def test_decision_late_but_not_yet_swept_has_its_cause_too():
    play = play_with()
    handoff = offered(play, complete())
    handoffs.accept(handoff=handoff, actor=play.rep, now=SWEPT)
    assert clocks_of(handoff)["decide"].cause == "idle"


def test_marketing_has_one_cause():
    scene()
    clocks.hear(event=Event.BECAME_READY, lead=factories.ready_lead(), now=NOW, at=NOW - timedelta(hours=1))
    ticking.tick(NOW + timedelta(hours=4))
    assert Clock.objects.get(kind="hand_over").cause == "idle"


def outage(first, last):
    return Outage.objects.create(from_at=NOW + timedelta(minutes=first), to_at=NOW + timedelta(minutes=last))


def test_breach_that_nobody_could_see_coming_is_the_systems():
    handoff = offered(play_with(), complete())
    outage(10, 180)
    assert cause_of(handoff) == "system"
    assert clocks_of(handoff)["decide"].breached_at == NOW + timedelta(hours=2)


def test_breach_after_a_warning_in_time_is_not_the_systems():
    handoff = offered(play_with(), complete())
    ticking.tick(NOW + timedelta(minutes=95))
    assert clocks_of(handoff)["decide"].warned_at
    outage(100, 180)
    assert cause_of(handoff) == "idle"


def test_breach_outside_the_outage_is_not_the_systems():
    handoff = offered(play_with(), complete())
    outage(121, 180)
    assert cause_of(handoff) == "idle"


def test_outage_excuses_marketing_too():
    scene()
    clocks.hear(event=Event.BECAME_READY, lead=factories.ready_lead(), now=NOW)
    outage(1, 600)
    ticking.tick(NOW + timedelta(hours=10))
    assert Clock.objects.get(kind="hand_over").cause == "system"


def test_capacity_counts_what_was_held_when_it_fell_due():
    play = play_with()
    handoff = offered(play, complete())
    other = accepted(play)
    handoffs.hand_back(handoff=other, actor=play.rep, reason="no_budget", now=NOW + timedelta(hours=1))
    for _ in range(2):  # too late to count
        offered(play, complete(), now=NOW + timedelta(hours=2, minutes=30))
    play.rep.max_open = 1
    play.rep.save()
    assert cause_of(handoff) == "idle"
