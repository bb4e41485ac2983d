"""The faults: what is done to which process, what must come of it, and what comes of it unprotected."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from random import shuffle

import redis
from django.db import connection, transaction
from django.db.models import F

from bench import crowd
from bench.faults.machines import Servers
from bench.faults.world import PATIENCE, WAVE, Accepting, Outcome, World, prepare, retried, until, world
from leads.models import OutboxMessage
from portal.celery import app
from sla import sweep, tasks
from sla.models import Clock, Outage, SweepMark

Trial = Callable[[World], Outcome]
#: What is lost stays lost, however long one waits.
CONTROL_PATIENCE = 25.0


def worker_killed_sweeping(one: World) -> Outcome:
    """Kill -9 the worker twice while it sweeps."""
    for _ in range(2):
        one.more(WAVE // 2) if one.after else one.wave(WAVE // 2)
        one.begun()
        one.worker.end()
        one.worker.start()
    return one.settled()


def worker_killed_delivering(one: World) -> Outcome:
    """Kill -9 the worker twice while it hands out messages that a sweep has left."""
    one.wave(1)
    for _ in range(2):
        one.worker.end()
        one.more(WAVE // 2)
        sweep.run(tasks.database_now())
        one.worker.start()
        one.begun("delivery")
    one.worker.end()
    one.worker.start()
    return one.settled()


def redis_lost(one: World) -> Outcome:
    """Kill -9 a Redis that keeps nothing, start it empty, and flush it once more."""
    one.wave(WAVE // 2)
    one.servers.redis.end()
    one.more(WAVE // 2)
    time.sleep(2)
    one.servers.redis.start()
    time.sleep(1)
    redis.Redis(port=one.servers.redis.port).flushall()
    return one.settled()


def messages_lost(one: World) -> Outcome:
    """Put 500 messages into a queue and kill Redis: what a promise kept as a message would come to."""
    client = redis.Redis(port=one.servers.redis.port)
    for _ in range(500):
        app.send_task("sla.sweep", queue="aside")
    before = client.llen("aside")
    one.servers.redis.end()
    one.servers.redis.start()
    return Outcome(before - client.llen("aside"), 0, 0)


def redis_frozen(one: World) -> Outcome:
    """Stop Redis for 20 s without ending it; people go on accepting."""
    one.servers.redis.send(signal.SIGSTOP)
    one.wave()
    with Accepting(one) as accepting:
        time.sleep(20)
    one.servers.redis.send(signal.SIGCONT)
    found = one.settled()
    many, longest = len(accepting.confirmed), accepting.longest
    lost = found.lost + accepting.lost() + len(accepting.failed)
    return replace(found, lost=lost, note=f"({many} accepted meanwhile, longest {longest:.1f} s)")


def frozen_for_good(one: World) -> Outcome:
    """Look at what is swept while Redis stands still."""
    one.servers.redis.send(signal.SIGSTOP)
    time.sleep(3)
    one.wave()
    found = one.settled()
    one.servers.redis.send(signal.SIGCONT)
    return found


def _database_restarted(one: World, number: signal.Signals) -> Outcome:
    with Accepting(one) as accepting:
        one.wave(WAVE // 2)
        one.begun()
        one.servers.postgres.end(number)
        one.servers.postgres.start()
        ready = time.monotonic()
        one.more(WAVE // 2)
        found = one.settled(ready)
    late = max((at - ready for at in accepting.failed), default=0.0)
    confirmed, failed = len(accepting.confirmed), len(accepting.failed)
    note = f"({confirmed} accepted, {failed} failed meanwhile, the last {late:+.1f} s after the start)"
    return replace(found, lost=found.lost + accepting.lost(), note=note)


def database_restarted(one: World) -> Outcome:
    """Restart PostgreSQL in its fast way under load."""
    return _database_restarted(one, signal.SIGINT)


def database_crashed(one: World) -> Outcome:
    """Crash PostgreSQL under load; it recovers from its log."""
    return _database_restarted(one, signal.SIGQUIT)


def crowded(one: World) -> Outcome:
    """Three workers and two beats at once."""
    one.wave(2 * WAVE)
    return one.settled()


def keys_dropped(one: World) -> Outcome:
    """The same without unique keys, locks and guards."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sla_clockevent DROP CONSTRAINT clock_event_once")
        cursor.execute("ALTER TABLE leads_outboxmessage DROP CONSTRAINT leads_outboxmessage_key_key")
    found = crowded(one)
    time.sleep(5)
    return replace(found, doubled=one.doubled())


def silent_for_hours(one: World) -> Outcome:
    """No beat and no worker for six hours, in which everything fell due."""
    now = tasks.database_now()
    SweepMark.objects.update_or_create(name="sweep", defaults={"clocks_at": now - timedelta(hours=6)})
    one.wave()
    since = time.monotonic()
    one.start(**_without())
    clocks = Clock.objects.filter(pk__gt=one.after)
    until(lambda: not clocks.filter(breached_at__isnull=True).exists(), 60)
    seconds = time.monotonic() - since
    late = clocks.exclude(breached_at=F("due_at")).count()
    charged = clocks.exclude(cause="system").count()
    told = OutboxMessage.objects.filter(kind="outage.summary").count()
    burst = OutboxMessage.objects.filter(subject_type="clock", subject_id__gt=one.after).count()
    spans = Outage.objects.count()
    note = f"({spans} outage, {told} summaries, {burst} single notices, {charged} charged to people)"
    return Outcome(clocks.filter(breached_at__isnull=True).count() + late, burst, seconds, note)


def messages_shuffled(one: World) -> Outcome:
    """Every message of the queue twenty times, in any order, some of them old."""
    one.wave()
    names = ["sla.sweep", "portal.deliver", "portal.heartbeat"] * 20
    shuffle(names)
    for name in names:
        app.send_task(name)
    return one.settled()


def poisoned(one: World) -> Outcome:
    """One clock among 10,000 whose calendar is nowhere; it stands first in line."""
    with transaction.atomic():  # no sweep sees any of them before one is poisoned
        one.wave(10_000)
        first = Clock.objects.filter(pk__gt=one.after).earliest("pk")
        earlier = first.next_at - timedelta(hours=1) if first.next_at else None
        Clock.objects.filter(pk=first.pk).update(calendar_key="nowhere", next_at=earlier)
    one.count -= 1
    found = one.settled()
    first.refresh_from_db()
    Clock.objects.filter(pk=first.pk).update(calendar_key=one.template.clocks.earliest("pk").calendar_key)
    return replace(found, note=f"(set aside: {first.error})")


def clock_wrong(one: World) -> Outcome:
    """The worker's clock is an hour off; 500 clocks fell due half an hour ago, 500 will in half an hour."""
    one.wave()
    one.count += 500
    retried(lambda: crowd.make_open(one.template, 500, timedelta(hours=2, minutes=30)))
    first = Clock.objects.latest("pk").pk
    retried(lambda: crowd.make_open(one.template, 500, timedelta(hours=3, minutes=30)))
    found = one.settled()
    early = Clock.objects.filter(pk__gt=first, breached_at__isnull=False).count()
    return replace(found, doubled=one.doubled() + early, note=f"({early} breached before their time)")


@dataclass(frozen=True)
class Case:
    """One fault, its control, and how many workers and beats it needs."""

    trial: Trial
    control: Trial
    without: str
    workers: int = 1
    beats: int = 1
    clock: str = "0"
    starts: bool = True


CASES = {
    "worker-killed-sweeping": Case(worker_killed_sweeping, worker_killed_sweeping, "transaction"),
    "worker-killed-delivering": Case(worker_killed_delivering, worker_killed_delivering, "transaction"),
    "redis-lost": Case(redis_lost, messages_lost, ""),
    "redis-frozen": Case(redis_frozen, frozen_for_good, ""),
    "database-restarted": Case(database_restarted, database_restarted, "transaction"),
    "database-crashed": Case(database_crashed, database_crashed, "transaction"),
    "crowd": Case(crowded, keys_dropped, "locks", workers=3, beats=2),
    "beat-dead-six-hours": Case(silent_for_hours, silent_for_hours, "outages", starts=False),
    "messages-shuffled": Case(messages_shuffled, keys_dropped, "locks"),
    "poisoned": Case(poisoned, poisoned, "rest"),
    "clock-ahead": Case(clock_wrong, clock_wrong, "the_clock_of_the_database", clock="3600"),
    "clock-behind": Case(clock_wrong, clock_wrong, "the_clock_of_the_database", clock="-3600"),
}


def _without() -> dict[str, str]:
    name = os.environ.get("FAULTS_CONTROL", "")
    return {"FAULTS_WITHOUT": name} if name else {}


def run(servers: Servers, names: list[str], trials: int) -> int:
    """Run the faults named, or all; print a line for each trial and for each control."""
    prepare(servers)
    bad = 0
    for number, name in enumerate(names or CASES):
        case = CASES[name]
        for trial in range(trials):
            bad += _shown(servers, name, case, f"t{number}_{trial}", is_control=False)
        bad += _shown(servers, name, case, f"c{number}", is_control=True)
    return bool(bad)


def _shown(servers: Servers, name: str, case: Case, database: str, *, is_control: bool) -> bool:
    """Run one trial or control on a fresh database; tell whether it went as it must not."""
    os.environ["FAULTS_CONTROL"] = case.without if is_control else ""
    settings = _without() | ({"FAULTS_CLOCK": case.clock} if case.clock != "0" else {})
    with world(servers, database) as one:
        one.patience = CONTROL_PATIENCE if is_control else PATIENCE
        if case.starts:
            one.start(case.workers, case.beats, **settings)
        found = (case.control if is_control else case.trial)(one)
        broken = "" if is_control else retried_text(one)
    went_wrong = bool(found.lost or found.doubled or broken)
    kind = f"control without {case.without or 'the rows'}" if is_control else "protected"
    audit = "" if is_control else f"; audit: {broken or 'everything holds'}"
    print(f"{name:<26} {kind}: {found}{audit}  [load {os.getloadavg()[0]:.1f}]", flush=True)
    return went_wrong is not is_control


def retried_text(one: World) -> str:
    """Ask the audit once the database can be read."""
    retried(lambda: Clock.objects.count())
    return one.broken()
