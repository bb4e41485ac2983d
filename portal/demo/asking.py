"""Loading the demo company: asked for on a page, done by the worker, whole or not at all."""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from leads import audit
from leads.models import AuditEntry, Calendar, Company, Lead, Team, User
from portal import celery
from portal.demo import company, loading, removing
from portal.models import ApiKey, Endpoint, ImportJob
from sla import agreements, calendars
from sla.models import AgreementVersion

TASK = "portal.demo"
ASKED, LOADED, FAILED = "demo_asked", "demo_loaded", "demo_failed"
#: A task is ended after five minutes; whoever waits longer than this may ask again.
PATIENCE = timedelta(minutes=10)


class Stage(StrEnum):
    """How far the wish for the demo is, as the log and the people here tell."""

    NONE = "none"
    LOADING = "loading"
    FAILED = "failed"
    THERE = "there"


def stage(now: datetime) -> Stage:
    """Return how far loading is; what was asked for too long ago counts as failed."""
    if removing.is_there():
        return Stage.THERE
    told = AuditEntry.objects.filter(stream="system", verb__in=(ASKED, FAILED)).order_by("seq").last()
    if told is None:
        return Stage.NONE
    is_under_way = told.verb == ASKED and now - told.at < PATIENCE
    return Stage.LOADING if is_under_way else Stage.FAILED


def refusal(asker: User) -> str:
    """Say why the demo cannot be loaded here, "" where it can: removing it must find nothing of one's own."""
    if not settings.IS_TRYOUT:
        return _("The people of the demo have a public password, so it is loaded only into a try-out home.")
    if asker.email in {
        company.address_of(name) for name, role, *_rest in company.PEOPLE if role != asker.role
    }:
        return _("Your address belongs to somebody of the demo company with another role. Change it first.")
    if things := _own_things(asker):
        return _(
            "The demo is loaded only into an empty Concord, as removing it empties everything. "
            "Here are already: %(things)s."
        ) % {"things": ", ".join(things)}
    return ""


def ask(*, actor: User, now: datetime) -> None:
    """Ask the worker to load the demo; asked again while that is under way, nothing happens."""
    if stage(now) not in (Stage.NONE, Stage.FAILED):
        return
    with transaction.atomic():
        _note(ASKED, actor, now)
        transaction.on_commit(partial(_send, actor, now))


def load(*, actor_id: int, now: datetime) -> loading.Loaded | None:
    """Load the demo for the person who asked; None where it has become impossible or was done already."""
    try:
        with transaction.atomic():
            actor = User.objects.filter(pk=actor_id).first()
            if actor is None or refusal(actor):
                return None
            loaded = loading.load(now=now)
            _note(LOADED, actor, now)
    except Exception:
        # What was remembered of the company is gone with the transaction.
        agreements.forget()
        calendars.forget()
        _note(FAILED, None, now)
        raise
    return loaded


def _own_things(asker: User) -> list[str]:
    found = (
        (Lead.objects.all(), _("leads")),
        (User.objects.exclude(pk=asker.pk), _("other people")),
        (AgreementVersion.objects.all(), _("an agreement")),
        (Company.objects.all(), _("a company with its name")),
        (Team.objects.all(), _("teams")),
        (Calendar.objects.all(), _("working hours")),
        (ImportJob.objects.all(), _("imported files")),
        (ApiKey.objects.all(), _("API keys")),
        (Endpoint.objects.all(), _("webhooks")),
    )
    return [name for rows, name in found if rows.exists()]


def _send(actor: User, now: datetime) -> None:
    try:
        celery.app.send_task(TASK, args=[actor.pk], retry=False)
    except (OperationalError, OSError):
        _note(FAILED, None, now)


def _note(verb: str, actor: User | None, now: datetime) -> None:
    audit.record(stream="system", verb=verb, subject_type="user", subject_id=None, actor=actor, at=now)
