"""Questions worded once: they answer as the queryset they were made from, whatever is asked next."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet, Value
from django.test.utils import CaptureQueriesContext

from leads import kept
from leads.models import Calendar, Lead, Touch
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@kept.question
def touches() -> QuerySet[Touch, tuple[int, str]]:
    made = Touch.objects.filter(lead__among=kept.ids("leads"), happened_at__lte=kept.moment("until"))
    return made.order_by("happened_at").values_list("lead_id", "kind")


@kept.planned_anew
def leads() -> QuerySet[Lead]:
    return Lead.objects.select_related("account").filter(account__name=kept.text("name")).order_by("pk")


@kept.question
def locked() -> QuerySet[Lead]:
    return Lead.objects.select_for_update(no_key=True).filter(pk=kept.number("pk"))


@kept.question
def revisions() -> QuerySet[Calendar, int]:
    return Calendar.objects.filter(key=kept.text("key")).values_list("revision", flat=True)


@kept.question
def percents() -> QuerySet[Calendar, str]:
    return Calendar.objects.filter(key="default").values_list(Value("100%s %% %"), flat=True)


def test_each_asking_has_its_own_values() -> None:
    first, second = factories.make_lead(), factories.make_lead()
    factories.add_touch(first, "downloaded", ago=timedelta(days=2))
    factories.add_touch(second, "attended", ago=timedelta(days=1))
    until = NOW - timedelta(hours=36)
    assert touches(leads=[first.pk, second.pk], until=NOW) == [
        (first.pk, "downloaded"),
        (second.pk, "attended"),
    ]
    assert touches(leads=[first.pk, second.pk], until=until) == [(first.pk, "downloaded")]
    assert touches(leads=[second.pk], until=until) == []
    assert touches(leads=[], until=NOW) == []


def test_one_id_is_asked_for_by_itself_and_may_follow_many() -> None:
    first, second = factories.make_lead(), factories.make_lead()
    factories.add_touch(first, "downloaded", ago=timedelta(days=2))
    with CaptureQueriesContext(connection) as asked:
        for ids in ({first.pk}, {second.pk: ""}, (first.pk, second.pk), {first.pk}):
            assert touches(leads=ids, until=NOW) == ([(first.pk, "downloaded")] if first.pk in ids else [])
    alone, _other, both, again = (one["sql"] for one in asked.captured_queries)
    if connection.vendor == "sqlite":  # PostgreSQL's log does not say what was sent beside the statement
        assert "json_each" not in alone + again
        assert "json_each" in both


def test_percent_signs_of_a_constant_stay() -> None:
    factories.calendar()
    assert percents() == ["100%s %% %"]
    assert percents() == ["100%s %% %"]


def test_objects_come_with_what_was_selected_along() -> None:
    lead = factories.make_lead()
    for _ in range(2):
        (found,) = leads(name=lead.account.name)
        with CaptureQueriesContext(connection) as asked:
            assert (found, found.account, found.attributes) == (lead, lead.account, lead.attributes)
        assert not asked
    assert leads(name="Nobody's company") == []


def test_first_is_a_value_or_none() -> None:
    assert revisions.first(key="default") is None
    factories.calendar()
    assert revisions.first(key="default") == 1


def test_many_askings_take_the_same_statement() -> None:
    lead = factories.make_lead()
    with CaptureQueriesContext(connection) as asked:
        found = [touches(leads=[lead.pk], until=NOW + timedelta(days=day)) for day in range(12)]
    assert found == [[]] * 12
    assert len(asked) == 12


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_within_a_transaction_only() -> None:
    lead = factories.make_lead()
    with transaction.atomic():
        assert locked.first(pk=lead.pk) == lead
    with pytest.raises(transaction.TransactionManagementError):
        locked(pk=lead.pk)


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_by_its_own_connection() -> None:
    factories.calendar()
    assert revisions.first(key="default") == 1
    answers: list[int | None] = []

    def ask() -> None:
        answers.append(revisions.first(key="default"))
        connection.close()

    with transaction.atomic():
        Calendar.objects.update(revision=2)
        other = threading.Thread(target=ask)
        other.start()
        other.join()
        assert (answers, revisions.first(key="default")) == ([1], 2)
