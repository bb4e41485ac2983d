"""Marks: every writer of facts leaves one, and none is lost while it is taken up."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads import deals, facts, marks, touches, transitions
from leads.choices import Stage
from leads.models import FactChange, Lead
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def shift(lead: Lead, *stages: str) -> None:
    for stage in stages:
        transitions.change_stage(lead=lead, to_stage=stage, cause="test", happened_at=NOW, now=NOW)


WRITERS: dict[str, Callable[[Lead], object]] = {
    "update_lead": lambda lead: facts.update_lead(lead=lead, changes={"title": "CFO"}, now=NOW),
    "update_account": lambda lead: facts.update_account(
        account=lead.account, changes={"employees": 7}, now=NOW
    ),
    "learn_bant": lambda lead: facts.learn_bant(
        lead=lead, kind="budget", amount=Decimal(1), known_at=NOW, now=NOW
    ),
    "record_consent": lambda lead: facts.record_consent(
        lead=lead, channel="any", state="given", happened_at=None, now=NOW
    ),
    "set_next_step": lambda lead: facts.set_next_step(lead=lead, step="Call", on=None, now=NOW),
    "record_deal": lambda lead: deals.record_deal(account=lead.account, lead=lead, now=NOW),
    "close_deal": lambda lead: factories.won_deal(lead),
    "add_touch": lambda lead: touches.add(
        lead=lead, side="prospect", kind="visited", happened_at=NOW, now=NOW
    ),
    "raise_evidence": lambda lead: (
        factories.add_touch(lead, source="crm", external_id="1"),
        factories.add_touch(lead, source="crm", external_id="1", evidence=4),
    ),
    "back_to_nurturing": lambda lead: shift(lead, "mql", "recycled", "nurturing"),
}


def test_create_lead_leaves_a_mark() -> None:
    lead = factories.make_lead(created_at=NOW - DAY)
    assert FactChange.objects.get(pk=lead.pk).since == NOW - DAY


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_every_writer_leaves_a_mark(writer: Callable[[Lead], object]) -> None:
    lead = factories.make_lead()
    FactChange.objects.all().delete()
    writer(lead)
    assert FactChange.objects.filter(pk=lead.pk).exists()


def test_becoming_ready_and_ceasing_leave_none() -> None:
    lead = factories.make_lead()
    FactChange.objects.all().delete()
    shift(lead, Stage.MQL, Stage.NURTURING)
    assert not FactChange.objects.exists()


def test_mark_keeps_the_earliest_and_history_only_while_all_is(django_assert_num_queries) -> None:
    first, second = factories.make_lead(), factories.make_lead()
    FactChange.objects.all().delete()
    ids = [second.pk, first.pk, first.pk]
    with django_assert_num_queries(1):
        assert marks.mark(lead_ids=ids, since=NOW, now=NOW, is_history=True) == 2
    marks.mark(lead_ids=[first.pk], since=NOW - DAY, now=NOW, is_history=True)
    marks.mark(lead_ids=[second.pk], since=NOW + DAY, now=NOW, is_history=False)
    found = {c.pk: (c.since, c.is_history, c.marks) for c in FactChange.objects.all()}
    assert found == {first.pk: (NOW - DAY, True, 2), second.pk: (NOW, False, 2)}


def test_clear_leaves_a_mark_raised_meanwhile() -> None:
    first, second = factories.make_lead(), factories.make_lead()
    seen = marks.waiting(NOW, 10)
    marks.mark(lead_ids=[second.pk], since=NOW, now=NOW)
    assert marks.clear(seen) == []
    assert list(FactChange.objects.values_list("pk", flat=True)) == [second.pk]
    assert first.pk in {change.lead_id for change in seen}


def test_set_aside_waits_longer_each_time_and_a_new_change_ends_it() -> None:
    lead = factories.make_lead()
    waits = []
    for _ in range(3):
        marks.set_aside(lead_id=lead.pk, error="boom", now=NOW)
        waits.append(FactChange.objects.get().retry_at - NOW)
    assert waits == [marks.FIRST_WAIT, marks.FIRST_WAIT * 2, marks.FIRST_WAIT * 4]
    assert marks.waiting(NOW, 10) == []
    assert [one.lead_id for one in marks.waiting(NOW + DAY, 10)] == [lead.pk]
    marks.mark(lead_ids=[lead.pk], since=NOW, now=NOW)
    assert [one.lead_id for one in marks.waiting(NOW, 10)] == [lead.pk]


def test_mark_all_is_one_statement_behind_a_lock_and_skips_merged_leads(django_assert_num_queries) -> None:
    kept, merged = factories.make_lead(), factories.make_lead()
    Lead.objects.filter(pk=merged.pk).update(merged_into=kept)
    FactChange.objects.all().delete()
    with django_assert_num_queries(2 if connection.vendor == "postgresql" else 1):
        assert marks.mark_all(since=NOW) == 1


def test_a_mark_is_a_renewal_until_a_fact_changes_and_never_again() -> None:
    fresh, changed, waited = (factories.make_lead() for _ in range(3))
    FactChange.objects.exclude(pk=waited.pk).delete()
    marks.mark_all(since=NOW)
    marks.mark(lead_ids=[changed.pk], since=NOW, now=NOW)
    marks.mark_all(since=NOW + DAY)
    found = {one.lead_id: one.is_renewal for one in marks.waiting(NOW, 10)}
    assert found == {fresh.pk: True, changed.pk: False, waited.pk: False}


def test_clear_tells_of_marks_in_whose_place_a_new_agreement_left_its_own() -> None:
    lead = factories.make_lead()
    seen = marks.waiting(NOW, 10)
    marks.mark(lead_ids=[lead.pk], since=NOW, now=NOW)
    marks.clear(marks.waiting(NOW, 10))
    marks.mark_all(since=NOW)
    assert marks.clear(seen) == seen
    assert [one.is_renewal for one in marks.waiting(NOW, 10)] == [True]


def test_walk_goes_on_where_it_ended_and_then_begins_anew() -> None:
    """By moment, then by lead; what is left behind it meanwhile is seen the next time round."""
    late, *leads = [factories.make_lead(created_at=NOW - days * DAY).pk for days in (1, 2, 3, 3, 3, 4)]
    early = leads.pop()
    order = [early, *leads[1:], leads[0], late]
    walk = marks.Walk()
    assert walk.is_at_front
    seen = []
    for limit in (2, 1, 2):
        seen += [one.lead_id for one in walk.take(NOW, limit)]
        assert not walk.is_at_front
    behind = factories.make_lead(created_at=NOW - 5 * DAY).pk
    seen += [one.lead_id for one in walk.take(NOW, 2)]
    assert (seen, walk.is_at_front) == (order, True)
    assert walk.take(NOW, 1)[0].lead_id == behind


def test_part_of_a_walk_steps_over_nothing_it_has_passed() -> None:
    for _ in range(6):
        factories.make_lead(created_at=NOW)
    walk = marks.Walk()
    first = walk.take(NOW, 3)
    with CaptureQueriesContext(connection) as asked:
        walk.take(NOW, 3)
    (sql,) = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
    assert f'"lead_id" > {first[-1].lead_id}' in sql


def test_shares_of_waiting_marks_are_all_of_them_and_none_twice() -> None:
    leads = [factories.make_lead() for _ in range(5)]
    shares = [{one.lead_id for one in marks.waiting(NOW, 10, (part, 3))} for part in range(3)]
    assert set.union(*shares) == {lead.pk for lead in leads}
    assert sum(len(share) for share in shares) == len(leads)


def test_clear_tells_of_marks_that_somebody_else_cleared() -> None:
    lead = factories.make_lead()
    seen = marks.waiting(NOW, 10)
    marks.mark(lead_ids=[lead.pk], since=NOW, now=NOW)
    assert marks.clear(marks.waiting(NOW, 10)) == []
    assert marks.clear(seen) == seen
