"""A company with a lead in every state, made once for all tests of a module that ask for it."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker
from time_machine import TimeMachineFixture

from leads.choices import Role
from leads.models import Lead, User
from portal import printing
from portal.models import Heartbeat
from sla import agreements, calendars
from sla.models import AgreementVersion, Handoff, SweepMark
from tests import company, factories
from tests.factories import NOW, Cast, cast
from tests.portal import routes, things
from tests.sla.scene import Scene, scene

Made = TypeVar("Made")
#: What a request may always write: who is logged in, and what to say on the next page.
OWN_TO_DJANGO = ("django_session", "axes_")
WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Samples:
    """The company, one browser per column of the table of routes, and what they are asked about."""

    company: company.Company
    handoffs: dict[str, Handoff]
    leads: dict[str, Lead]
    clients: dict[str, Client]
    things: dict[str, Model]

    def address(self, name: str, subject: str) -> str:
        """Return the address of a route about a sample, `-` being none."""
        parts = dict(routes.PARTS.get(name, {}))
        if subject != "-":
            parts["pk"] = self.number(name, subject)
        return reverse(name, kwargs=parts)

    def number(self, name: str, subject: str) -> int:
        """Return the number of a thing, of a handoff, or of its lead where the route is about leads."""
        if subject in self.things:
            return self.things[subject].pk
        if subject in self.leads:
            return self.leads[subject].pk
        handoff = self.handoffs[subject]
        return handoff.lead_id if name.startswith("lead") else handoff.pk

    def version(self, subject: str) -> AgreementVersion:
        """Return the version in force, or a draft of the next one."""
        if subject == "version":
            return self.company.version
        data = {**self.company.version.document, "title": "The next one"}
        return agreements.load(key=self.company.version.agreement.key, data=data, now=self.company.now)

    def filled(self, name: str) -> dict[str, Any]:
        """Return what to post at a route."""
        data = dict(routes.FILLED.get(name, {}))
        if name == "handoff-reassign":
            data["to"] = self.company.cast.other_rep.pk
        if name == "settings-source-new":
            data |= {"name": "shop", "owner": self.company.cast.operations.pk}
        return data

    def ask(self, who: str, method: str, address: str, **data: Any) -> tuple[HttpResponse, list[str]]:
        """Ask as somebody and take everything back; return the answer and what it wrote."""
        return self.watch(who, lambda client: getattr(client, method.lower())(address, data or None))

    def watch(self, who: str, call: Callable[[Client], HttpResponse]) -> tuple[HttpResponse, list[str]]:
        """Let somebody's browser do something, take it back, and return the answer and what it wrote."""
        written: list[str] = []

        def listen(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            table = sql.split('"')[1] if '"' in sql else ""
            if sql.startswith(WRITES) and not table.startswith(OWN_TO_DJANGO):
                written.append(sql)
            return execute(sql, *rest)

        client = self.clients[who]
        cookies = copy.deepcopy(client.cookies)
        with transaction.atomic(), connection.execute_wrapper(listen):
            answer = call(client)
            transaction.set_rollback(True)
        client.cookies = cookies
        return answer, written


@pytest.fixture
def at_now(time_machine: TimeMachineFixture) -> None:
    """Stop the clock at the moment at which the scenes of the tests begin."""
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def play() -> Scene:
    return scene()


@pytest.fixture
def people() -> Cast:
    return cast()


@pytest.fixture
def olga(client: Client) -> User:
    """Log in somebody of operations."""
    user = factories.user(Role.OPERATIONS, None, "Olga Brandt")
    client.force_login(user)
    return user


@contextmanager
def made_once(blocker: DjangoDbBlocker, make: Callable[[], Made]) -> Iterator[Made]:
    """Make what all tests of a module use, and leave nothing of it; each of them works in a savepoint."""
    with blocker.unblock(), transaction.atomic():
        calendars.forget()
        agreements.forget()
        made = make()
        # PostgreSQL puts foreign keys off: unchecked, the end of each test would check all of these again.
        connection.check_constraints()
        yield made
        transaction.set_rollback(True)


def make_samples() -> Samples:
    """Make the company with everybody logged in."""
    at = company.company()
    handoffs, leads = company.every_state(at), company.leads_apart(at)
    # A slow machine needs more than two minutes for a module, the length of an undo and of a heartbeat.
    Handoff.objects.filter(undo_until__isnull=False).update(undo_until=at.now + company.DAY)
    Heartbeat.objects.create(name="queue", beat_at=at.now + company.DAY)
    later = at.now + company.DAY
    SweepMark.objects.update_or_create(name="sweep", defaults={"clocks_at": later, "finished_at": later})
    clients = {who: Client(raise_request_exception=False) for who in routes.COLUMNS}
    for who, client in clients.items():
        if who != "nobody":
            client.force_login(at.people[who])
    return Samples(at, handoffs, leads, clients, things.all_of(at))


@pytest.fixture(scope="module")
def samples(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Samples]:
    with pytest.MonkeyPatch.context() as patch:
        # Who may print what does not hang on the library that draws, and its pages can be read here.
        patch.setattr(printing, "pdf", str.encode)
        with made_once(django_db_blocker, make_samples) as made:
            yield made
