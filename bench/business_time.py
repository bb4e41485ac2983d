"""Measure business time: calls per second for near and far due times, a million due times under one schedule.

Run: python -m bench.business_time. Beside it, in the same run, the libraries of requirements-bench.txt
that answer the same question, on an office that all of them can express.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bench import business_time_peers
from sla.businesstime import Schedule

RUNS = 5
CALLS = 200_000
MILLION = 1_000_000
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
PEER_SECONDS = 1.0
START = datetime(2026, 11, 23, 10, 20, tzinfo=UTC)


def main() -> None:
    """Print each figure as the median of five runs, with what it was measured on."""
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load}, medians of {RUNS}")
    office = schedule()
    first = median(lambda: schedule().due_at(START, timedelta(hours=4)))
    print(f"first due time of a new schedule: {first * 1000:.1f} ms")
    for name, allowance in (("4 hours", timedelta(hours=4)), ("4 years", 4 * 250 * office.working_day)):
        print(f"due_at  {name}: {calls_per_second(office.due_at, START, allowance):>9,.0f} calls/s")
        due_at = office.due_at(START, allowance)
        print(f"elapsed {name}: {calls_per_second(office.elapsed, START, due_at):>9,.0f} calls/s")
    starts = [START + timedelta(seconds=37 * index) for index in range(MILLION)]
    allowance = timedelta(hours=4)
    seconds = median(lambda: [office.due_at(start, allowance) for start in starts])
    print(f"{MILLION:,} due times under one schedule: {seconds:.2f} s")
    beside_others()


def beside_others() -> None:
    """Ask other libraries for the same due times and lengths; an answer that differs is said."""
    plain = Schedule.from_json(
        {
            "timezone": "UTC",
            "hours": {day: [["09:00", "17:00"]] for day in WORKDAYS},
            "holidays": [day.isoformat() for day in business_time_peers.HOLIDAYS],
        }
    )
    for hours, words in ((4, "4 hours"), (8000, "4 years")):
        due_at = plain.due_at(START, timedelta(hours=hours))
        own_due = calls_per_second(plain.due_at, START, timedelta(hours=hours))
        own_elapsed = calls_per_second(plain.elapsed, START, due_at)
        for name, due, elapsed in business_time_peers.peers():
            if due:
                beside(f"due_at  {words}", name, own_due, due_at, due, START, hours)
            if elapsed:
                wanted = timedelta(hours=hours)
                beside(f"elapsed {words}", name, own_elapsed, wanted, elapsed, START, due_at)


def beside(
    what: str, name: str, own: float, wanted: object, ask: Callable[..., object], *arguments: object
) -> None:
    """Print how often another library answers, how often ours does, and whether they agree."""
    answer, calls, begun = ask(*arguments), 0, time.perf_counter()
    while time.perf_counter() - begun < PEER_SECONDS:
        ask(*arguments)
        calls += 1
    rate = calls / (time.perf_counter() - begun)
    agrees = "same answer" if answer == wanted else f"answers {answer}, not {wanted}"
    print(f"{what}: {name} {rate:,.0f} calls/s, ours {own:,.0f}: {own / rate:,.0f}x, {agrees}")


def schedule() -> Schedule:
    """Build an office with a lunch break and holidays, as a company would."""
    return Schedule.from_json(
        {
            "timezone": "Europe/Berlin",
            "hours": {day: [["09:00", "12:30"], ["13:00", "17:30"]] for day in WORKDAYS},
            "holidays": [
                f"{year}-{day}" for year in range(2020, 2040) for day in ("01-01", "05-01", "12-25")
            ],
            "overrides": {f"{year}-12-24": [["09:00", "12:00"]] for year in range(2020, 2040)},
        }
    )


def calls_per_second(call: Callable[..., object], *arguments: object) -> float:
    """Call often, with as little around it as a loop allows."""

    def run() -> None:
        for _ in range(CALLS):
            call(*arguments)

    return CALLS / median(run)


def median(run: Callable[[], object]) -> float:
    """Measure several runs in seconds and take the middle one."""
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
