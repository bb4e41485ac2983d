"""How many statements moves take: what many people do at once must stay short, whatever the size."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.pq import PipelineStatus

from sla import handoffs, intake
from sla.models import Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import offered, scene

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=30)


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
    assert statements(lambda: handoffs.offer(lead=lead, now=NOW)) <= 38


def test_accept_is_short():
    play = scene()
    handoff = offered(play)
    assert statements(lambda: handoffs.accept(handoff=handoff, actor=play.rep, now=NOW)) <= 17


def test_touch_of_a_prospect_is_short():
    scene()
    lead = factories.make_lead(employees=10)
    touch = {"lead": lead, "side": "prospect", "kind": "opened", "happened_at": NOW, "now": NOW}
    intake.add_touch(**touch)  # reads what is kept in memory from then on
    assert statements(lambda: intake.add_touch(**touch)) <= 14


def test_touch_of_sales_is_short():
    play = scene()
    leads = [handoffs.accept(handoff=offered(play), actor=play.rep, now=NOW).lead for _ in range(3)]
    touch = {"side": "sales", "kind": "call", "reached": True, "happened_at": LATER, "now": LATER}
    intake.add_touch(lead=leads[0], **touch)
    # Something else of the lead waits for its judge, until the next sweep at the latest: what hears the touch
    # was asked in vain, together with that.
    assert statements(lambda: intake.add_touch(lead=leads[1], **touch)) <= 31
    intake.drain(now=NOW)
    assert statements(lambda: intake.add_touch(lead=leads[2], **touch)) <= 14


@pytest.mark.postgres_only
def test_most_statements_of_a_touch_travel_together():
    play = scene()
    leads = [handoffs.accept(handoff=offered(play), actor=play.rep, now=NOW).lead for _ in range(2)]
    intake.drain(now=NOW)
    call = {"side": "sales", "kind": "call", "reached": True, "happened_at": LATER, "now": LATER}
    intake.add_touch(lead=leads[0], **call)
    assert alone(lambda: intake.add_touch(lead=leads[1], **call)) == []
    named = {**call, "source": "crm", "external_id": "1"}  # it may be there already
    assert alone(lambda: intake.add_touch(lead=leads[1], **named)) == [
        "SELECT leads_touch",
        "INSERT INTO leads_touch",
    ]
    lead = factories.make_lead()
    opened = {"side": "prospect", "kind": "opened", "happened_at": LATER, "now": LATER}
    intake.add_touch(lead=lead, **{**opened, "happened_at": NOW})
    assert alone(lambda: intake.add_touch(lead=lead, **opened)) == [
        "INSERT INTO leads_touch",
        "INSERT INTO leads_factchange",
        "INSERT INTO sla_standing",
        "SELECT leads_lead",
        "DELETE FROM leads_factchange",
    ]


def alone(act: Callable[[], object]) -> list[str]:
    """Return the statements of an act that somebody waits for by themselves, as their verb and table."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if connection.connection.info.pipeline_status == PipelineStatus.OFF and "SAVEPOINT" not in sql:
            sent.append(
                " ".join(re.findall(r"INSERT INTO|DELETE FROM|SELECT|\b(?:leads|sla)_[a-z]+", sql)[:2])
            )
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        act()
    return sent
