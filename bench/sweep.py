"""Measure a sweep of 20,000 due clocks among many that are not, an idle sweep, and single moves.

Run: python -m tests.stack python -m bench.sweep [--clocks 200000]     (PostgreSQL; SQLite without the stack)

Each due clock is warned, breached and told of: one changed row, two lines of its log, one message.
Wall and processor time of this process; the median of the runs.
"""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from leads.models import Lead  # noqa: E402
from sla import agreements, calendars, clocks, clockwork, handoffs  # noqa: E402
from sla.models import Clock, Handoff  # noqa: E402
from sla.sweep import ticking  # noqa: E402
from tests import factories  # noqa: E402
from tests.factories import NOW  # noqa: E402
from tests.sla.scene import Scene, scene  # noqa: E402

RUNS, DUE, MOVES, CHUNK = 5, 20_000, 200, 2_000
SWEPT = NOW + timedelta(hours=2, minutes=5)


def main() -> None:
    """Print each figure with what it was measured on."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clocks", type=int, default=200_000)
    waiting = parser.parse_args().clocks - DUE
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    print(f"{connection.vendor}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load}")
    call_command("migrate", verbosity=0)
    play = scene()
    grow(play, waiting, NOW + timedelta(days=7))
    print(f"idle sweep: {seconds(lambda: ticking.tick(NOW))[0] * 1000:.1f} ms")
    figures = []
    for _ in range(RUNS):
        grow(play, DUE, NOW)
        figures.append(seconds(lambda: ticking.tick(SWEPT)))
    wall, processor = (statistics.median(values) for values in zip(*figures, strict=True))
    print(f"{DUE:,} due of {Clock.objects.count():,}: {wall:.1f} s ({processor:.1f} s of processor time)")
    for name, figure in moves(play).items():
        print(f"{name}: median {figure * 1000:.1f} ms")


def seconds(call: Callable[[], object]) -> tuple[float, float]:
    """Return wall and processor time of one call."""
    wall, processor = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - processor


def grow(play: Scene, count: int, started_at: datetime) -> None:
    """Write offers with a running clock each, all of one account, held by somebody whom no offer goes to."""
    account = factories.make_account()
    commitment = agreements.commitment(play.version, "decide")
    hours = calendars.schedule("default")
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        leads = Lead.objects.bulk_create(
            Lead(account=account, stage="mql", recorded_at=NOW) for _ in range(size)
        )
        offers = Handoff.objects.bulk_create(
            Handoff(
                lead=lead,
                version=play.version,
                state="offered",
                rep=play.closer,
                team=play.closers,
                offered_at=NOW,
            )
            for lead in leads
        )
        changes = []
        for offer in offers:
            clock = Clock(
                commitment=commitment,
                version=play.version,
                kind="decide",
                side="sales",
                handoff=offer,
                lead_id=offer.lead_id,
                team=play.closers,
                rep=play.closer,
                calendar_key="default",
                calendar_revision=1,
                allowance=2,
                unit="business_hours",
            )
            state, entries = clockwork.start(
                clocks.terms_of(clock), hours, at=started_at, noticed_at=started_at
            )
            clocks.take(clock, state)
            changes.append(clocks.Change(clock, None, entries))
        clocks.write(changes, now=NOW)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def moves(play: Scene) -> dict[str, float]:
    """Return the median wall time of an offer by routing, an accept and a hand-back."""
    times: dict[str, list[float]] = {"offer": [], "accept": [], "hand back": []}
    for _ in range(MOVES):
        lead = factories.ready_lead()
        made: list[Handoff] = []
        times["offer"].append(seconds(lambda: made.append(handoffs.offer(lead=lead, now=NOW)))[0])  # noqa: B023
        one = made[0]
        rep = one.rep
        times["accept"].append(seconds(lambda: handoffs.accept(handoff=one, actor=rep, now=NOW))[0])  # noqa: B023
        back = seconds(lambda: handoffs.hand_back(handoff=one, actor=rep, reason="no_budget", now=NOW))[0]  # noqa: B023
        times["hand back"].append(back)
    return {name: statistics.median(values) for name, values in times.items()}


if __name__ == "__main__":
    main()
