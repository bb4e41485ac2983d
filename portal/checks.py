"""Name mistakes of the environment before anybody is served."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

# The tables that only grow: what was promised, offered, judged and done. Each is guarded by triggers in the
# database.
APPEND_ONLY_TABLES: tuple[str, ...] = ()

TRIGGERS_SQL = {
    # tgenabled 'D' is switched off, 'R' sleeps for everybody but a replica.
    "postgresql": """
        SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND c.relnamespace = current_schema()::regnamespace
    """,
    "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'",
}


def mistake(number: int, text: str, hint: str) -> list[checks.CheckMessage]:
    """Return the check error `concord.E<number>` as the list that a check owes."""
    return [checks.Error(text, hint=hint, id=f"concord.E{number:03d}")]


def database_url(**kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse the address of a database that Concord does not speak to."""
    scheme = settings.DATABASE_URL.partition("://")[0]
    if not settings.DATABASE_URL or scheme in settings.POSTGRES_SCHEMES:
        return []
    return mistake(
        1,
        f"DATABASE_URL begins with {scheme!r}; Concord runs on PostgreSQL.",
        "Give postgresql://user:password@host/name, or nothing for the try-out home on SQLite.",
    )


def redis_url(**kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse the address of a queue that Concord does not speak to."""
    scheme = settings.REDIS_URL.partition("://")[0]
    if not settings.REDIS_URL or scheme in settings.REDIS_SCHEMES:
        return []
    return mistake(
        2,
        f"REDIS_URL begins with {scheme!r}; Concord's queue runs on Redis.",
        "Give redis://host:6379/0 or rediss://…, or nothing for the queue of files.",
    )


def time_zone(**kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse a time zone that this machine does not know."""
    if settings.TIME_ZONE_ASKED == settings.TIME_ZONE:
        return []
    return mistake(
        3, f"TIME_ZONE {settings.TIME_ZONE_ASKED!r} is not known.", "Give a name like Europe/Berlin or UTC."
    )


def debug_off(**kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to show tracebacks and settings to people who work with real data."""
    if not (settings.DEBUG and settings.DATABASE_URL):
        return []
    return mistake(
        4, "DEBUG is on with a real database.", "Unset DEBUG, or unset DATABASE_URL to try things out."
    )


def allowed_hosts(**kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to start where no request could be answered."""
    if settings.ALLOWED_HOSTS or settings.DEBUG:
        return []
    return mistake(
        5, "ALLOWED_HOSTS is empty.", "Give the host names under which people open Concord, with commas."
    )


def append_only(**kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse a database whose history could be rewritten: every append-only table needs a live trigger."""
    missing = unguarded_tables()
    if not missing:
        return []
    return mistake(
        6,
        f"Nothing guards the history in {', '.join(missing)}.",
        "Run `manage.py migrate`; after a PostgreSQL upgrade restart the server first.",
    )


def unguarded_tables() -> list[str]:
    """Return the append-only tables that no enabled trigger guards."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS_SQL[connection.vendor])
        guarded = {row[0] for row in cursor.fetchall()}
    return sorted(set(APPEND_ONLY_TABLES) - guarded)


def register() -> None:
    """Register the checks; the one that asks the database belongs to `check --deploy`, after `migrate`."""
    for check in (database_url, redis_url, time_zone, debug_off, allowed_hosts):
        checks.register(check, "concord")
    checks.register(append_only, "concord", deploy=True)


def refuse_mistakes(messages: Iterable[checks.CheckMessage] | None = None) -> None:
    """Raise `ImproperlyConfigured` with every serious finding, for servers that start without `manage.py`."""
    found = checks.run_checks() if messages is None else messages
    serious = [str(message) for message in found if message.is_serious() and not message.is_silenced()]
    if serious:
        raise ImproperlyConfigured("\n".join(serious))
