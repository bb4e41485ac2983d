"""Judge a million snapshots with the shipped readiness gate; print rates as medians of five.

Run: python -m bench.judge [--snapshots 100000] [--passes 10]
The snapshots lie in memory (no database) and are judged in several passes at different moments; one
thread, processor time, so that a neighbor's load does not count.
"""

import argparse
import os
import platform
import random
import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sla import document, readiness, scoring

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
RUNS = 5


def snapshots(count: int, terms: scoring.EngagementTerms) -> list[readiness.Facts]:
    """Invent snapshots: eight touches on average, a fifth of the facts unknown."""
    draw = random.Random(20261120)
    kinds = [(side, kind) for side, each in readiness.TOUCH_KINDS.items() for kind in each]
    histories = [_history(draw, kinds) for _ in range(5_000)]
    levels = [scoring.from_touches(history, terms).level for history in histories]
    return [_facts(draw, histories, levels) for _ in range(count)]


def _history(draw: random.Random, kinds: list[tuple[str, str]]) -> tuple[readiness.TouchFact, ...]:
    moments = sorted(AT - timedelta(minutes=draw.randrange(365 * 1440)) for _ in range(draw.randrange(17)))
    return tuple(
        readiness.TouchFact(moment, *draw.choice(kinds), draw.randrange(1, 5), None, draw.randrange(10**6))
        for moment in moments
    )


def _facts(
    draw: random.Random,
    histories: list[tuple[readiness.TouchFact, ...]],
    levels: list[scoring.Level],
) -> readiness.Facts:
    place = draw.randrange(len(histories))
    return readiness.Facts(
        industry=draw.choice(("Manufacturing", "Logistics", "Retail", "Banking", None)),
        employees=draw.choice((12, 49, 50, 480, 5_000, None)),
        consent=draw.choice(("given", "given", "given", "withdrawn", None)),
        budget=draw.choice((20_000, 60_000, 120_000, None)),
        budget_currency="EUR",
        met_role=draw.choice(("CEO", "cfo", "Plant Manager", None)),
        need=draw.choice(("Traceability", None)),
        timing_on=draw.choice((date(2027, 1, 10), date(2027, 12, 1), None)),
        touches=histories[place],
        engagement=levels[place],
    )


def median_seconds(run: Callable[[], object]) -> float:
    """Run five times and return the median of processor seconds."""
    times = []
    for _ in range(RUNS):
        started = time.process_time()
        run()
        times.append(time.process_time() - started)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--snapshots", type=int, default=100_000)
    parser.add_argument("--passes", type=int, default=10)
    options = parser.parse_args()
    agreement = document.parse(document.default_agreement())
    gate = readiness.compile(agreement.gates["readiness"])
    facts = snapshots(options.snapshots, agreement.engagement)
    moments = [AT + timedelta(hours=turn) for turn in range(options.passes)]
    judged = options.snapshots * options.passes

    counts = {True: 0, False: 0, None: 0}
    for one in facts:
        counts[gate.value(one, AT)] += 1
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{judged:,} judgements of {len(gate.leaves)} leaves: {options.snapshots:,} x {options.passes}")
    print(f"met {counts[True]:,}, missed {counts[False]:,}, unknown {counts[None]:,} of the first pass")
    for name, one in (
        ("vector of leaves", gate.vector),
        ("vector and fold", gate.value),
        ("vector, fold and valid until", gate.look),
        ("fit points", readiness.compile_fit(agreement.fit)),
    ):
        seconds = median_seconds(
            lambda one=one: [None for at in moments for each in facts if one(each, at) == 1]
        )
        print(f"{name}: {seconds:.2f} s, {judged / seconds:,.0f}/s")
    sample = facts[:1_000]
    seconds = median_seconds(lambda: [readiness.judge(gate.criterion, each, AT) for each in sample])
    print(f"one explained verdict: {seconds / len(sample) * 1000:.3f} ms")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
