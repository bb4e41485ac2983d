"""Whoever may not see a thing cannot tell it from a missing one."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from portal import access
from sla import handoffs
from sla.models import Clock
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, offered

pytestmark = pytest.mark.django_db

SEEING = ("rep", "sales_manager", "marketer", "marketing_manager", "leader", "operations")
BLIND = ("other_rep", "stranger", "qualifier")


@pytest.mark.parametrize("name", SEEING)
def test_lead_and_handoff_are_fetched_by_whom_the_scope_names(play: Scene, name: str) -> None:
    handoff = offered(play)
    user = getattr(play.cast, name)
    assert access.handoff(user, handoff.pk) == handoff
    assert access.lead(user, handoff.lead_id) == handoff.lead


@pytest.mark.parametrize("name", BLIND)
@pytest.mark.parametrize("fetch", [access.lead, access.handoff, access.offer, access.clock])
def test_foreign_thing_is_missing(play: Scene, name: str, fetch) -> None:
    handoff = offered(play)
    pk = {
        access.lead: handoff.lead_id,
        access.clock: Clock.objects.filter(handoff=handoff).first().pk,
    }.get(fetch, handoff.pk)
    with pytest.raises(Http404):
        fetch(getattr(play.cast, name), pk)


def test_missing_thing_is_missing_even_to_a_leader(play: Scene) -> None:
    with pytest.raises(Http404):
        access.lead(play.cast.leader, 10_000)


def test_inactive_person_sees_nothing(play: Scene) -> None:
    handoff = offered(play)
    play.rep.is_active = False
    with pytest.raises(Http404):
        access.handoff(play.rep, handoff.pk)


def test_pool_is_open_to_the_team_only(play: Scene) -> None:
    handoff = pooled(play)
    assert access.handoff(play.cast.other_rep, handoff.pk) == handoff
    with pytest.raises(Http404):
        access.handoff(play.cast.stranger, handoff.pk)


def test_offer_taken_from_the_pool_is_still_found_by_the_one_who_was_late(play: Scene) -> None:
    handoff = pooled(play)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW)
    assert access.offer(play.cast.other_rep, handoff.pk) == handoff
    with pytest.raises(Http404):
        access.handoff(play.cast.other_rep, handoff.pk)
    with pytest.raises(Http404):
        access.offer(play.cast.stranger, handoff.pk)


def test_offer_accepted_by_whom_it_was_made_to_stays_hidden_from_colleagues(play: Scene) -> None:
    handoff = offered(play)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW)
    with pytest.raises(Http404):
        access.offer(play.cast.other_rep, handoff.pk)


def test_require_refuses_what_is_not_allowed() -> None:
    access.require(True)
    with pytest.raises(PermissionDenied):
        access.require(False)


def pooled(play: Scene):
    """Offer a lead while everybody is paused."""
    for name in ("rep", "other_rep", "qualifier", "stranger"):
        person = getattr(play.cast, name)
        person.is_paused = True
        person.save(update_fields=["is_paused"])
    return handoffs.offer(lead=factories.ready_lead(), actor=play.marketer, now=NOW)
