"""Moments read from PostgreSQL are those that it holds."""

from datetime import UTC, datetime

import pytest
from django.db import connection

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-18 11:05:00+00", datetime(2026, 11, 18, 11, 5, tzinfo=UTC)),
        ("2026-03-29 02:30:00.5+01", datetime(2026, 3, 29, 1, 30, 0, 500_000, tzinfo=UTC)),
        ("1866-01-01 12:00:00.000001+00", datetime(1866, 1, 1, 12, 0, 0, 1, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31 23:59:59.999999+00", datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_moment_is_read_to_the_microsecond_in_utc(written: str, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, NULL::timestamptz", [written])
        found = cursor.fetchone()
    assert found == (at, None)
    assert found[0].tzinfo is UTC
