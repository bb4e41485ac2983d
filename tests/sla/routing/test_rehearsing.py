"""Other rules on past leads: says who would have got them, and touches nothing."""

import pytest

from leads.models import AuditEntry, OutboxMessage
from sla import agreements, document, handoffs, routing
from sla.models import Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import scene

pytestmark = pytest.mark.django_db


def rehearsed(play, **rules):
    data = document.dump(agreements.document(play.version))
    changed = document.parse({**data, "routing": {**data["routing"], **rules}})
    day = NOW.date()
    return routing.rehearse(document=changed, agreement_key="default", first_on=day, last_on=day)


def test_same_rules_give_the_same_people():
    play = scene()
    for _ in range(6):
        handoffs.offer(lead=factories.ready_lead(), now=NOW)
    found = rehearsed(play)
    assert (len(found.offers), found.moved) == (6, 0)


def test_changed_rules_tell_who_would_have_got_how_many_and_change_nothing():
    play = scene()
    for _ in range(4):
        handoffs.offer(lead=factories.ready_lead(employees=500), now=NOW)
    play.cast.stranger.attributes = {"skills": ["enterprise"]}
    play.cast.stranger.save()
    before = [list(model.objects.values()) for model in (Handoff, AuditEntry, OutboxMessage)]
    rule = {"label": "Large", "attribute": "skills", "when": None, "value": "enterprise"}
    found = rehearsed(play, matching=[rule])
    assert found.moved == 3
    assert {str(person): (was, would) for person, was, would in found.shares()} == {
        str(play.rep): (1, 0),
        str(play.cast.other_rep): (1, 0),
        str(play.cast.stranger): (1, 4),
        str(play.cast.qualifier): (1, 0),
    }
    assert before == [list(model.objects.values()) for model in (Handoff, AuditEntry, OutboxMessage)]


def test_offers_by_hand_are_left_out():
    play = scene()
    handoffs.offer(lead=factories.ready_lead(), now=NOW, to=play.rep)
    assert rehearsed(play).offers == ()
