"""Removing the demo company, so that a real one can begin in the same home."""

from datetime import datetime

from django.apps import apps
from django.db import connection, transaction

from leads import audit, guards
from leads.models import AuditEntry, ImportRun, User
from portal import logins
from sla import agreements, calendars

_OWN = ("leads", "sla", "portal")


def is_there() -> bool:
    """Tell whether the people of the demo work here: the one who removed it may stay alone."""
    return len(logins.known()) > 1


def has_real_data() -> bool:
    """Tell whether anybody brought in leads of their own: by a file, by hand or by a program."""
    return (
        ImportRun.objects.exists() or AuditEntry.objects.filter(subject_type="lead", verb="created").exists()
    )


@transaction.atomic
def remove(*, keep: User, now: datetime) -> None:
    """Empty every table of ours but for the person who stays; the log begins anew with this act.

    The guards of history are lifted for it: of an invented company nothing needs proof.
    """
    tables = sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in _OWN and model is not User
    )
    with guards.lifted(*tables), connection.cursor() as cursor:
        User.objects.filter(pk=keep.pk).update(team=None, calendar=None)
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 (names only)
        users = connection.ops.quote_name(User._meta.db_table)
        cursor.execute(f"DELETE FROM {users} WHERE id <> %s", [keep.pk])  # noqa: S608 (a name only)
    agreements.forget()
    calendars.forget()
    audit.record(
        stream="system", verb="demo_removed", subject_type="user", subject_id=keep.pk, actor=keep, at=now
    )
