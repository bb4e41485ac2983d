"""Statements sent together: each answers as if it had been sent alone, and what fails is told."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from psycopg.pq import PipelineStatus, TransactionStatus

from leads import kept, pipeline, setbased
from leads.models import Calendar, FactChange, Lead, Touch
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@kept.question
def kinds() -> QuerySet[Touch, str]:
    made = Touch.objects.filter(lead_id__among=kept.ids("leads"))
    return made.order_by("happened_at").values_list("kind", flat=True)


@kept.question
def calendars() -> QuerySet[Calendar]:
    return Calendar.objects.filter(key=kept.text("key"))


def test_each_question_has_its_own_answer() -> None:
    first, second = factories.make_lead(), factories.make_lead()
    factories.add_touch(first, "downloaded", ago=timedelta(days=2))
    factories.add_touch(second, "attended", ago=timedelta(days=1))
    factories.calendar()
    with pipeline.together():
        both, one = kinds.ahead(leads=[first.pk, second.pk]), kinds.ahead(leads=[second.pk])
        hours, nothing = calendars.ahead(key="default"), calendars.ahead(key="nobody's")
    assert (one(), both()) == (["attended"], ["downloaded", "attended"])
    assert ([found.key for found in hours()], nothing()) == (["default"], [])


def test_answer_is_that_of_the_moment_of_asking() -> None:
    lead = factories.make_lead()
    factories.add_touch(lead, "downloaded", ago=timedelta(days=2))
    before = kinds.ahead(leads=[lead.pk])
    factories.add_touch(lead, "attended", ago=timedelta(days=1))
    with pipeline.together():
        after = kinds.ahead(leads=[lead.pk])
    assert (before(), after()) == (["downloaded"], ["downloaded", "attended"])


def test_changed_rows_are_told_by_their_keys() -> None:
    leads = [factories.make_lead() for _ in range(2)]
    FactChange.objects.all().delete()
    FactChange.objects.create(lead=leads[0], since=NOW, marks=3)
    row = {"lead_id": leads[0].pk, "expected": 3, "marks": 4}
    with pipeline.together():
        changed = setbased.update_ahead(FactChange, [row], key="lead_id", guard="marks")
        again = setbased.update_ahead(FactChange, [row], key="lead_id", guard="marks")
    assert (changed(), again()) == ([leads[0].pk], [])


def test_what_fails_is_raised_and_taken_back_with_the_rest() -> None:
    lead = factories.make_lead()
    FactChange.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        mark_twice(lead)
    assert not FactChange.objects.exists()
    with pipeline.together():
        answer = kinds.ahead(leads=[lead.pk])
    assert answer() == []


def mark_twice(lead: Lead) -> None:
    with pipeline.together():
        for _ in range(2):
            setbased.insert_rows(FactChange, [{"lead_id": lead.pk, "since": NOW}])


def test_a_block_within_another_ends_with_it() -> None:
    lead = factories.make_lead()
    factories.add_touch(lead, "downloaded", ago=timedelta(days=2))
    seen: list[str] = []
    with pipeline.together():
        with pipeline.together():
            answer = kinds.ahead(leads=[lead.pk])
            pipeline.afterwards(lambda: seen.extend(answer()))
        if connection.vendor == "postgresql":  # SQLite has answered
            assert seen == []
            assert connection.connection.info.pipeline_status == PipelineStatus.ON
    assert seen == ["downloaded"]
    pipeline.afterwards(seen.clear)
    assert seen == []


def test_nothing_waits_for_a_block_that_failed() -> None:
    seen: list[str] = []
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        fail_within(seen)
    pipeline.afterwards(lambda: seen.append("now"))
    with pipeline.together():
        pass
    assert [one for one in seen if one != "at once"] == ["now"]


def fail_within(seen: list[str]) -> None:
    with pipeline.together():
        pipeline.afterwards(lambda: seen.append("at once" if connection.vendor == "sqlite" else "too late"))
        raise ZeroDivisionError


@pytest.mark.postgres_only
def test_nothing_is_waited_for_before_the_end() -> None:
    lead = factories.make_lead()
    with pipeline.together():
        kinds.ahead(leads=[lead.pk])
        assert connection.connection.info.pipeline_status == PipelineStatus.ON
        # Nobody took up the answer.
        assert connection.connection.info.transaction_status == TransactionStatus.ACTIVE
    assert connection.connection.info.pipeline_status == PipelineStatus.OFF
