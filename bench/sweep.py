"""Measure a sweep of 20,000 due clocks among many that are not, beside the bare SQL for the same rows.

Run: python -m tests.stack python -m bench.sweep [--clocks 5000000] [--runs 3] [--only idle sweep accept]
(PostgreSQL with its triggers and foreign keys; without `tests.stack` the SQLite of the try-out home)

Each due clock is warned, breached and told of: one changed row, two lines of its log, one message. Wall and
processor time of this process (the database has its own), load of the machine, median of the runs.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench import crowd
from sla import handoffs, sweep
from sla.models import Clock, Handoff
from sla.sweep import ticking
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, offered, scene

DUE, MOVES, ACCEPTS = 20_000, 200, 300
SWEPT = NOW + timedelta(hours=2, minutes=5)
#: Everything that a sweep of these clocks writes, in three statements; the times are taken as given.
BARE = (
    """UPDATE sla_clock SET seq = seq + 2, state = 'breached', next_step = 2, warned_at = next_at,
       breached_at = due_at, cause = 'idle', next_at = NULL WHERE next_at <= %(cut)s""",
    """INSERT INTO sla_clockevent (clock_id, seq, event, step, happened_at, noticed_at, due_before, due_after,
       calendar_revision, cause, detail)
       SELECT c.id, e.seq, e.event, e.step, c.due_at, %(cut)s, c.due_at, c.due_at, 1, c.cause, '{}'
       FROM sla_clock c, (SELECT 2 AS seq, 'warned' AS event, 0 AS step UNION ALL SELECT 3, 'breached', 1) e
       WHERE c.breached_at IS NOT NULL AND c.seq = 3 AND c.id > %(after)s""",
    """INSERT INTO leads_outboxmessage (key, kind, subject_type, subject_id, lead_id, recipient_id, data,
       not_before, created_at)
       SELECT 'bare:' || c.id, 'clock.breached', 'clock', c.id, c.lead_id, c.rep_id, '{}', %(cut)s, %(cut)s
       FROM sla_clock c WHERE c.breached_at IS NOT NULL AND c.seq = 3 AND c.id > %(after)s""",
)


def main() -> None:
    """Print each figure with what it was measured on."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clocks", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=["idle", "sweep", "accept", "moves"])
    parser.add_argument("--accepting", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.accepting:
        accept_on(asked.accepting)
        return
    say(f"{connection.vendor}, Python {platform.python_version()}, {os.cpu_count()} cores")
    call_command("migrate", verbosity=0)
    play = scene()
    template = offered(play)
    started = time.perf_counter()
    crowd.fill(template, asked.clocks)
    say(f"{Clock.objects.count():,} clocks loaded in {time.perf_counter() - started:.0f} s")
    figures = {"idle": idle, "sweep": due, "accept": accepting, "moves": moves}
    for name in asked.only:
        figures[name](play, template, asked.runs)


def say(text: str) -> None:
    """Print a line with the load of the machine."""
    print(f"{text}  [load {os.getloadavg()[0]:.1f}]", flush=True)


def seconds(call: Callable[[], object]) -> tuple[float, float]:
    """Return wall and processor time of one call."""
    wall, processor = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - processor


def idle(play: Scene, template: Handoff, runs: int) -> None:
    """Sweep when nothing is due: the clocks alone, and all that a regular sweep looks after."""
    looks = {"idle look at the clocks": ticking.tick, "idle sweep": sweep.run_regularly}
    for name, look in looks.items():
        look(NOW)
        with CaptureQueriesContext(connection) as asked:
            look(NOW)
        times = [seconds(lambda: look(NOW)) for _ in range(50)]  # noqa: B023 (called at once)
        walls, ours = zip(*times, strict=True)
        say(
            f"{name}: {len(asked)} statements, median {statistics.median(walls) * 1000:.1f} ms, longest "
            f"{max(walls) * 1000:.1f} ms ({statistics.median(ours) * 1000:.1f} ms our own processor time)"
        )


def due(play: Scene, template: Handoff, runs: int) -> None:
    """Sweep what is due, and write the same rows by bare SQL, in turn."""
    swept, bare = [], []
    for _ in range(runs):
        crowd.make_due(template, DUE)
        swept.append(seconds(lambda: ticking.tick(SWEPT)))
        assert not Clock.objects.filter(next_at__lte=SWEPT).exists()
        after = crowd.make_due(template, DUE)
        bare.append(seconds(lambda: write_bare(after))[0])  # noqa: B023 (called at once)
    wall, processor = (statistics.median(values) for values in zip(*swept, strict=True))
    base = statistics.median(bare)
    every = ", ".join(f"{one[0]:.2f}" for one in swept)
    say(
        f"{DUE:,} due of {Clock.objects.count():,}: {wall:.2f} s ({every}), {processor:.2f} s of it processor"
    )
    say(f"bare SQL for the same rows: {base:.2f} s; ratio {wall / base:.1f}")


@transaction.atomic
def write_bare(after: int) -> None:
    """Write by three statements what a sweep writes, for clocks with ids above `after`."""
    with connection.cursor() as cursor:
        for statement in BARE:
            cursor.execute(
                statement, {"cut": SWEPT, "after": after} if "after" in statement else {"cut": SWEPT}
            )


def accepting(play: Scene, template: Handoff, runs: int) -> None:
    """Accept 20 offers a second in a process of its own, first alone, then while 20,000 clocks are swept."""
    for name, count in (("alone", 0), ("while 20,000 clocks are swept", DUE)):
        first = crowd.make_waiting(template, ACCEPTS)
        if count:
            crowd.make_due(template, count)
        command = [sys.executable, "-m", "bench.sweep", "--accepting", str(first)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdin is not None
            assert other.stdout is not None
            other.stdout.readline()
            took = seconds(lambda: ticking.tick(SWEPT))[0] if count else time.sleep(5) or 5.0
            other.stdin.write("stop\n")
            other.stdin.close()
            say(f"accept {name} ({took:.1f} s): {other.stdout.readline().strip()}")


def accept_on(first: int) -> None:
    """Accept the offers after an id, 20 a second, until told to stop; print how long each took."""
    offers = (
        Handoff.objects.filter(pk__gt=first, state="offered").select_related("rep", "lead").order_by("id")
    )
    waiting = list(offers[:ACCEPTS])
    handoffs.accept(handoff=waiting[0], actor=waiting[0].rep, now=NOW)
    print("ready", flush=True)
    os.set_blocking(0, False)
    times = []
    for one in waiting[1:]:
        if sys.stdin.readline():
            break
        took = seconds(lambda: handoffs.accept(handoff=one, actor=one.rep, now=NOW))[0]  # noqa: B023 (called at once)
        times.append(took)
        time.sleep(max(0.0, 0.05 - took))
    p50, p95 = (statistics.quantiles(times, n=100)[at] * 1000 for at in (49, 94))
    print(f"{len(times)} accepts, p50 {p50:.0f} ms, p95 {p95:.0f} ms, longest {max(times) * 1000:.0f} ms")


def moves(play: Scene, template: Handoff, runs: int) -> None:
    """Print the median wall time of an offer by routing, an accept and a hand-back."""
    times: dict[str, list[float]] = {"offer": [], "accept": [], "hand back": []}
    for _ in range(MOVES):
        lead = factories.ready_lead()
        made: list[Handoff] = []
        times["offer"].append(seconds(lambda: made.append(handoffs.offer(lead=lead, now=NOW)))[0])  # noqa: B023 (called at once)
        one = made[0]
        rep = one.rep
        times["accept"].append(seconds(lambda: handoffs.accept(handoff=one, actor=rep, now=NOW))[0])  # noqa: B023 (called at once)
        back = seconds(lambda: handoffs.hand_back(handoff=one, actor=rep, reason="no_budget", now=NOW))[0]  # noqa: B023 (called at once)
        times["hand back"].append(back)
    for name, values in times.items():
        say(f"{name}: median {statistics.median(values) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
