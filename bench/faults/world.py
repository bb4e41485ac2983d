"""A small company on a database of its own, waves of clocks that are due, and what became of them."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from bench import crowd
from bench.faults.machines import Machine, Servers
from leads.models import OutboxMessage
from portal.models import Heartbeat, Notice
from sla import handoffs, invariants, tasks
from sla.models import Clock, ClockEvent, Handoff
from tests import factories
from tests.sla.scene import committed, offered, scene

BASE, HOURS = "concord_base", "calendar_hours"
WAVE, PATIENCE = 2_000, 60.0
#: Offers copied by the thousand have no frozen facts; what waits is what is measured anyway.
NOT_ASKED = ("facts-frozen", "nothing-unswept", "nothing-undone", "nothing-undelivered")


@dataclass(frozen=True)
class Outcome:
    """What became of a wave."""

    lost: int
    doubled: int
    seconds: float
    note: str = ""

    def __str__(self) -> str:
        return (
            f"lost {self.lost}, doubled {self.doubled}, recovered in {self.seconds:.0f} s {self.note}".strip()
        )


class World:
    """One database with a company; offers whose decision fell due three hours ago come in waves."""

    def __init__(self, servers: Servers, name: str) -> None:
        self.servers, self.name = servers, name
        connection.close()
        connection.settings_dict["NAME"] = "postgres"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {BASE}")
        connection.close()
        connection.settings_dict["NAME"] = name
        self.template = Handoff.objects.earliest("pk")
        self.machines: list[Machine] = []
        self.after = self.newest = self.count = 0
        self.patience = PATIENCE

    def wave(self, count: int = WAVE) -> None:
        """Let clocks be due; what is counted from now on is theirs."""
        self.after = self.newest = retried(lambda: crowd.make_due(self.template, count))
        self.count = count

    def begun(self, model: str = "sweep") -> None:
        """Wait until the first batch of what was last added is swept, or handed out, and go on at once."""
        swept = Clock.objects.filter(pk__gt=self.newest, breached_at__isnull=False)
        told = OutboxMessage.objects.filter(subject_id__gt=self.newest, fanned_out_at__isnull=False)
        until((swept if model == "sweep" else told).exists, 60)

    def more(self, count: int) -> None:
        """Add to the wave."""
        self.newest = retried(lambda: crowd.make_due(self.template, count))
        self.count += count

    def start(self, workers: int = 1, beats: int = 1, **environment: str) -> None:
        """Start workers and beats on this database and wait until the queue carries."""
        known = {"DATABASE_URL": self.servers.url(self.name), "BEAT_SECONDS": "1", **environment}
        app = "bench.faults.unprotected" if environment else "portal.celery"
        words = ("worker", "--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle")
        new = [self.servers.celery(*words, app=app, **known) for _ in range(workers)]
        new += [self.servers.celery("beat", "--pidfile=", **known) for _ in range(beats)]
        for machine in new:
            machine.start()
        self.machines += new
        since = tasks.database_now()
        until(lambda: Heartbeat.objects.filter(beat_at__gt=since).exists(), 90)

    @property
    def worker(self) -> Machine:
        return self.machines[0]

    def close(self) -> None:
        for machine in self.machines:
            machine.end()

    def settled(self, since: float | None = None) -> Outcome:
        """Wait until every clock of the wave is breached and told of; count what is missing or double."""
        since = since or time.monotonic()
        until(lambda: self.missing() == 0, self.patience)
        return Outcome(self.missing(), self.doubled(), time.monotonic() - since)

    def missing(self) -> int:
        """Count clocks without a breach, without a message or with a message that nobody got."""
        clocks = Clock.objects.filter(pk__gt=self.after)
        told = Notice.objects.filter(message__subject_type="clock", message__subject_id__gt=self.after)
        reached = told.values("message__subject_id").distinct().count()
        return self.count - min(clocks.filter(breached_at__isnull=False).count(), reached)

    def doubled(self) -> int:
        """Count breaches, messages and notices beyond one for each clock or person."""
        events = ClockEvent.objects.filter(clock_id__gt=self.after, event="breached")
        messages = OutboxMessage.objects.filter(subject_type="clock", subject_id__gt=self.after)
        notices = Notice.objects.filter(message__in=messages)
        sets = (
            (events.count(), events.values("clock_id").distinct().count()),
            (messages.count(), messages.values("subject_id").distinct().count()),
            (notices.count(), notices.values("message_id", "recipient_id").distinct().count()),
        )
        return sum(every - distinct for every, distinct in sets)

    def broken(self) -> str:
        """Name the invariants that do not hold."""
        now = tasks.database_now()
        names = [one.name for one in invariants.INVARIANTS if one.name not in NOT_ASKED]
        return ", ".join(found.invariant.name for found in invariants.audit(now, names) if found.count)


class Accepting:
    """Somebody who accepts one offer after the other and keeps a journal of what was confirmed."""

    def __init__(self, world: World, count: int = 2_000) -> None:
        # Offered an hour ago, as the template was five: due in an hour.
        first = crowd.make_open(world.template, count, timedelta(hours=4))
        self.waiting = list(
            Handoff.objects.filter(pk__gt=first, pk__lte=first + count).select_related("rep").order_by("pk")
        )
        self.confirmed: list[int] = []
        self.failed: list[float] = []
        self.longest = 0.0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Accepting":
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stopping.set()
        self.thread.join(30)

    def _run(self) -> None:
        for one in self.waiting:
            if self.stopping.is_set():
                break
            started = time.monotonic()
            try:
                handoffs.accept(handoff=one, actor=one.rep, now=timezone.now())
                self.confirmed.append(one.pk)
            except (DatabaseError, handoffs.MoveRefused):
                self.failed.append(started)
                connection.close()
                time.sleep(0.1)
            self.longest = max(self.longest, time.monotonic() - started)
            time.sleep(0.01)
        connection.close()

    def lost(self) -> int:
        """Count what was confirmed and is not stored."""
        return len(self.confirmed) - Handoff.objects.filter(pk__in=self.confirmed, state="accepted").count()


def prepare(servers: Servers) -> None:
    """Build the database that every run starts from a copy of."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {BASE}")
    connection.close()
    connection.settings_dict["NAME"] = BASE
    call_command("migrate", verbosity=0)
    rung = {"after": {"amount": 1, "unit": HOURS}, "action": "notify_manager"}
    play = scene(commitments=committed(factories.timed("decide", "sales", 2, HOURS, ladder=[rung])))
    template = offered(play, now=timezone.now() - timedelta(hours=5))
    Handoff.objects.filter(pk=template.pk).update(expires_at=None)
    crowd.put_away(template)
    OutboxMessage.objects.update(fanned_out_at=timezone.now())
    connection.close()


def until(is_so: Callable[[], bool], seconds: float) -> None:
    """Ask now and then until it is so or the time is over, also while the database is away."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(DatabaseError):
            if is_so():
                return
        connection.close_if_unusable_or_obsolete()
        time.sleep(0.05)


def retried(call: Callable[[], int]) -> int:
    """Call until the database takes it."""
    for _attempt in range(100):
        try:
            return call()
        except DatabaseError:
            connection.close()
            time.sleep(0.2)
    raise RuntimeError("The database did not come back.")


@contextlib.contextmanager
def world(servers: Servers, name: str) -> Iterator[World]:
    """Give a fresh company and end all its processes."""
    found = World(servers, name)
    try:
        yield found
    finally:
        found.close()
