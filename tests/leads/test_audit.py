"""The audit log: chained, and honest about where a chain is broken."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from leads import audit
from leads.models import AuditEntry
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def write(stream: str, verb: str, **data: object) -> AuditEntry:
    return audit.record(
        stream=stream, verb=verb, subject_type="lead", subject_id=1, actor=None, at=NOW, data=data
    )


def test_record_chains_within_its_stream() -> None:
    first, other, second = write("lead:1", "a"), write("lead:2", "b"), write("lead:1", "c", n=1.5)
    assert [(e.stream, e.seq, e.previous_hash) for e in (first, other, second)] == [
        ("lead:1", 1, ""),
        ("lead:2", 1, ""),
        ("lead:1", 2, first.hash),
    ]
    assert audit.broken() == []


def test_record_many_keeps_the_order(django_assert_num_queries) -> None:
    user = factories.user()
    records = [
        audit.Record(f"lead:{number % 3}", "edited", "lead", number, user.pk, NOW) for number in range(30)
    ]
    # On PostgreSQL the lock, the ends of the chains, one write.
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 2):
        entries = audit.record_many(records)
    assert [entry.subject_id for entry in entries] == list(range(30))
    assert AuditEntry.objects.get(stream="lead:2", seq=10).actor_id == user.pk
    assert audit.broken() == []


def test_broken_finds_what_was_altered() -> None:
    write("lead:1", "a")
    second = write("lead:1", "b")
    write("lead:1", "c")
    # Past the trigger, as only somebody with the database in hand could.
    forged = AuditEntry(stream="lead:2", seq=1, at=NOW, verb="x", subject_type="lead", hash="0" * 64)
    forged.save()
    assert [(entry.stream, entry.seq) for entry in audit.broken()] == [("lead:2", 1)]
    assert audit.broken(second.stream) == []


def test_broken_finds_a_gap() -> None:
    write("lead:1", "a")
    third = AuditEntry(stream="lead:1", seq=3, at=NOW, verb="x", subject_type="lead", hash="0" * 64)
    third.save()
    assert audit.broken("lead:1") == [third]


@pytest.mark.parametrize("sql", ["UPDATE leads_auditentry SET verb = 'z'", "DELETE FROM leads_auditentry"])
def test_entries_cannot_be_changed_by_sql(sql: str) -> None:
    write("lead:1", "a")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as c:
        c.execute(sql)
    assert AuditEntry.objects.get().verb == "a"


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_writers_of_one_stream_wait_for_each_other() -> None:
    ready = threading.Barrier(4)

    def act() -> None:
        try:
            for _ in range(10):
                ready.wait(timeout=10)
                with transaction.atomic():
                    write("lead:1", "a")
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditEntry.objects.count() == 40
    assert audit.broken() == []
