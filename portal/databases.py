"""How to reach each of the two databases, for the settings."""

from pathlib import Path

import environ


def sqlite(path: Path, test_path: Path) -> dict[str, object]:
    """Return the one-file database; writers queue at BEGIN, since raising a read lock fails at once."""
    pragmas = {
        "journal_mode": "WAL",
        "synchronous": "NORMAL",
        "foreign_keys": "ON",
        "mmap_size": 134_217_728,
        "cache_size": -32_000,
        "temp_store": "MEMORY",
    }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "".join(f"PRAGMA {name}={value}; " for name, value in pragmas.items()),
        },
        # A file even in tests: threads of a live server wait for each other there, in memory they fail.
        "TEST": {"NAME": test_path},
    }


def postgres(url: str, env: environ.Env) -> dict[str, object]:
    """Return the database of `url`: kept connections are checked, no statement hangs for ever."""
    through_bouncer = env.bool("PGBOUNCER", default=False)
    session = {
        "statement_timeout": env.int("STATEMENT_TIMEOUT_MS", default=30_000),
        "lock_timeout": env.int("LOCK_TIMEOUT_MS", default=3_000),
        "idle_in_transaction_session_timeout": 60_000,
        "jit": "off",  # to compile a statement costs more than any page's statement takes
        "random_page_cost": 1.1,  # pages lie in memory or on flash, where one apart costs as one in a row
    }
    options: dict[str, object] = {"application_name": "concord", "connect_timeout": 5}
    if not through_bouncer:  # a transaction pooler refuses start-up options, and keeps no plans
        settings = " ".join(f"-c {name}={value}" for name, value in session.items())
        options |= {"options": settings, "prepare_threshold": 5}
    parsed = environ.Env.db_url_config(url)
    return {
        **parsed,
        "ENGINE": "portal.postgres",
        "OPTIONS": {**parsed.get("OPTIONS", {}), **options},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": through_bouncer,
    }
