"""Measure lists of the API at any depth, and touches in batches of 1,000, among 1,000,000 leads.

Run: python -m tests.stack python -m bench.api [--leads 1000000] [--only-batches]     (PostgreSQL)

Times are server times of whole requests in one process, warm: key, rights, query, count and JSON. Batches
write, score and judge their leads and let clocks hear of them before they answer; every twentieth lead
becomes ready with its first touches and is routed and offered. Beside them the floor: the same touches
written by one bare INSERT. Then two clients send batches at once to two web processes, and what each side
takes of the processors stands beside the rate.
"""

import argparse
import functools
import itertools
import json
import os
import platform
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ["API_CALLS_PER_MINUTE"] = "1000000"
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from bench import accepts, processors
from bench.inbox import REPS, fill, hand_over, median_of_runs
from bench.races import gunicorn
from leads.models import Lead, User
from leads.paging import Place
from portal import api_keys
from portal.api import paging
from portal.models import Scope
from tests import factories

BATCH, PER_LEAD, ONE_READY_OF, CLIENTS, WARM = 1000, 5, 20, 2, 4
BATCHES = "/api/v1/touches/batch/"
AGES = (("leads judged for the first time", 10), ("leads known, their clocks running", 5))
NOW = datetime.now(UTC)


class Caller:
    """A key and a client in this process."""

    def __init__(self, person: User) -> None:
        terms = {"name": "bench", "scopes": Scope.values, "expires_at": None, "now": NOW}
        secret = api_keys.issue(owner=person, actor=person, **terms)[1]
        self.client, self.headers = Client(), {"Authorization": f"Bearer {secret}"}

    def batch(self, touches: object) -> accepts.Call:
        """Return a batch of touches to be sent over HTTP."""
        headers = {**self.headers, "Content-Type": "application/json"}
        return accepts.Call(BATCHES, json.dumps({"touches": touches}), headers, 200)

    def get(self, address: str) -> None:
        assert self.client.get(address, headers=self.headers).status_code == 200

    def post(self, address: str, data: object) -> dict[str, object]:
        answer = self.client.post(
            address, json.dumps(data), content_type="application/json", headers=self.headers
        )
        assert answer.status_code == 200, answer.content
        return answer.json()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--only-batches", action="store_true")
    asked = parser.parse_args()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    cast = factories.cast()
    version = factories.signed_version(now=NOW - timedelta(days=30))
    others = [factories.user("rep", cast.sales, f"Rep {number}") for number in range(REPS)]
    fill(asked.leads, cast.rep, others)
    hand_over(cast.rep, version.pk)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM leads_factchange")
        cursor.execute("UPDATE leads_account SET employees = 10 WHERE id %% %s <> 0", [ONE_READY_OF])
        cursor.execute("ANALYZE")
    print(f"Python {platform.python_version()}, {asked.leads:,} leads, load {os.getloadavg()[0]:.1f}")
    if not asked.only_batches:
        lists(cast.marketer, cast.rep)
    batches(cast.marketer, asked.batches)


def lists(marketer: User, rep: User) -> None:
    """Measure a page of 50 leads at the top, in the middle and at the end, and narrowed."""
    first, last = Lead.objects.order_by("pk").values_list("pk", flat=True)[0], Lead.objects.latest("pk").pk
    depths = {"first page": last + 1, "middle": (first + last) // 2, "last page": first + 50}
    for person in (marketer, rep):
        caller = Caller(person)
        for name, pk in depths.items():
            address = f"/api/v1/leads/?cursor={paging.cursor(Place(pk, is_among_many=True))}"
            print(f"{person.role:<10}{name:<22}{median_of_runs(functools.partial(caller.get, address))}")
        for asked in ("view=ready", "view=mine", "stage=mql", "q=alpen"):
            address = f"/api/v1/leads/?{asked}"
            print(f"{person.role:<10}{asked:<22}{median_of_runs(functools.partial(caller.get, address))}")


def batches(marketer: User, count: int) -> None:
    """Measure touches in batches: of new leads, then of known ones; one client alone, then two at once."""
    caller, numbers = Caller(marketer), itertools.count()
    found = Lead.objects.filter(stage="nurturing", owner__isnull=True).order_by("pk")
    few, many = WARM * BATCH // PER_LEAD, count * BATCH // PER_LEAD
    ids = list(found.values_list("pk", flat=True)[: few + 2 * many])
    warm, alone, together = ids[:few], ids[few : few + many], ids[few + many :]
    send(caller, warm, 20, numbers)
    for name, age in AGES:
        theirs = processors.of_database()
        times = send(caller, alone, age, numbers)
        theirs = processors.of_database() - theirs
        sent = BATCH * len(times)
        rate, ours = (sent / sum(column) for column in zip(*times, strict=True))
        slowest = max(wall for wall, _ours in times) * 1000
        print(f"touches in batches of {BATCH}, {PER_LEAD} of each lead, {name}: {rate:,.0f}/s, "
              f"{ours:,.0f}/s by our own processor time, {sent / theirs:,.0f}/s by PostgreSQL's, "
              f"slowest batch {slowest:.0f} ms, load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"the same rows by one bare INSERT: {BATCH / floor(alone):,.0f}/s")
    with gunicorn("portal.wsgi:application") as port:
        for name, age in AGES:
            calls, first = (
                [caller.batch(one) for one in written(some, age, numbers)] for some in (together, warm)
            )
            at_once(name, port, first, calls)


def at_once(name: str, port: int, warm: list[accepts.Call], calls: list[accepts.Call]) -> None:
    """Print how many touches arrive when clients send batches at once, and who takes the processors."""
    took, _times, spent = accepts.at_once(port, warm, calls, CLIENTS)
    sent = BATCH * len(calls)
    each = ", ".join(f"{side} {seconds / sent * 1e6:.0f} µs" for side, seconds in spent.items())
    busy = sum(spent.values()) / took / (os.cpu_count() or 1)
    print(f"the same by {CLIENTS} clients to two web processes, {name}: {sent / took:,.0f}/s; processor time "
          f"a touch: {each}; cores busy to {busy:.0%}", flush=True)  # fmt: skip


def written(ids: list[int], age: int, numbers: "itertools.count[int]") -> Iterator[list[dict[str, Any]]]:
    """Yield touches of some minutes ago, a batch at a time."""
    kinds = itertools.cycle([("prospect", "visited"), ("marketing", "mail"), ("prospect", "opened")])
    for start in range(0, len(ids), BATCH // PER_LEAD):
        yield [
            {
                "lead": pk, "side": side, "kind": kind, "source": "bench", "external_id": str(next(numbers)),
                "happened_at": (NOW - timedelta(minutes=age + number)).isoformat(),
            }
            for pk in ids[start : start + BATCH // PER_LEAD]
            for number, (side, kind) in zip(range(PER_LEAD), kinds, strict=False)
        ]  # fmt: skip


def send(
    caller: Caller, ids: list[int], age: int, numbers: "itertools.count[int]"
) -> list[tuple[float, float]]:
    """Send batches of touches one by one; return wall and processor seconds of each."""
    times = []
    for touches in written(ids, age, numbers):
        wall, ours = time.perf_counter(), time.process_time()
        done = caller.post(BATCHES, {"touches": touches})["results"]
        times.append((time.perf_counter() - wall, time.process_time() - ours))
        assert [one["status"] for one in done] == ["created"] * BATCH
    return times


def floor(ids: list[int]) -> float:
    """Return the median seconds in which the database alone writes one batch, commit included."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO leads_touch (lead_id, happened_at, recorded_at, side, kind, evidence,
                     is_automatic, summary, campaign, source, external_id)
                   SELECT id, %s, %s, 'prospect', 'visited', 2, false, '', '', 'bare',
                     gen_random_uuid()::text
                   FROM unnest(%s::bigint[]) id, generate_series(1, %s)""",
                [NOW, NOW, ids[: BATCH // PER_LEAD], PER_LEAD],
            )
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2]


if __name__ == "__main__":
    main()
