"""A bulk looks at its tables without being in the way of anybody else."""

import pytest
from django.db import connection

from leads import bulk
from leads.models import Account
from tests import factories

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db]


def test_look_learns_what_the_transaction_wrote() -> None:
    for number in range(20):
        factories.make_account(f"Company {number}")

    bulk.look_at_tables()

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [Account._meta.db_table])
        assert cursor.fetchone() == (20,)


def test_look_leaves_alone_what_all_databases_of_the_server_share() -> None:
    """A lock on it would keep every other Concord there waiting until the commit."""
    bulk.look_at_tables()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relation::regclass::text FROM pg_locks"
            " WHERE pid = pg_backend_pid() AND database = 0 AND mode = 'ShareUpdateExclusiveLock'"
        )
        assert cursor.fetchall() == []
