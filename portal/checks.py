"""Name mistakes of the environment before anybody is served."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from leads import guards
from sla import marking

# The tables that only grow (what was promised, offered, judged and done) and those that signing freezes.
APPEND_ONLY_TABLES = (
    "leads_auditentry",
    "leads_stagechange",
    "sla_signature",
    "sla_clockevent",
    "sla_snapshot",
    "sla_verdict",
)
FROZEN_TABLES = ("sla_agreementversion", "sla_commitment")
# PostgreSQL has one trigger for rows and one for TRUNCATE; SQLite needs one per verb and has no TRUNCATE.
GUARDS = {
    "postgresql": {"append_only": ("", "_all"), "frozen": ("", "_all")},
    "sqlite": {"append_only": ("_update", "_delete"), "frozen": ("", "_delete")},
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


def history_guards(**kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse a database whose history could be rewritten."""
    missing = missing_guards()
    if not missing:
        return []
    return mistake(
        6,
        f"The history is not guarded; missing or disabled triggers: {', '.join(missing)}.",
        "Run `manage.py migrate`; after an upgrade of PostgreSQL restart its server first.",
    )


def missing_guards() -> list[str]:
    """Return the names of the triggers that should guard history, or mark its counts, and do not."""
    kinds = {"append_only": APPEND_ONLY_TABLES, "frozen": FROZEN_TABLES}
    endings = GUARDS[connection.vendor]
    wanted = {
        f"{table}_{kind}{ending}"
        for kind, tables in kinds.items()
        for table in tables
        for ending in endings[kind]
    }
    return sorted((wanted | marking.trigger_names()) - guards.installed_triggers(connection))


def register() -> None:
    """Register the checks; the one that asks the database belongs to `check --deploy`, after `migrate`."""
    for check in (database_url, redis_url, time_zone, debug_off, allowed_hosts):
        checks.register(check, "concord")
    checks.register(history_guards, "concord", deploy=True)


def refuse_mistakes(messages: Iterable[checks.CheckMessage] | None = None) -> None:
    """Raise `ImproperlyConfigured` with every serious finding, for servers that start without `manage.py`."""
    found = checks.run_checks() if messages is None else messages
    serious = [str(message) for message in found if message.is_serious() and not message.is_silenced()]
    if serious:
        raise ImproperlyConfigured("\n".join(serious))
