"""Measure accepts of distinct handoffs by the page and by the API, among 1,000,000 leads.

Run: python -m tests.stack python -m bench.accepts [--leads N] [--accepts 1000] [--clients 8]   (PostgreSQL)

First one client within this process: server times of whole POSTs, all middleware and the answer included.
Then several clients over HTTP against the web server as `run_portal` starts it, two processes of eight
threads, and what each side takes of the processors meanwhile: web server, PostgreSQL, clients, all else.
"""

import argparse
import multiprocessing
import os
import platform
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import inbox, offers
from bench.races import gunicorn
from leads.models import User
from portal import api_keys
from sla.models import Handoff
from tests import factories

WANTED_MS, WANTED_PER_SECOND = 40, 150
#: So many accepts are made before those that are measured over HTTP.
WARM = 64
TICK = os.sysconf("SC_CLK_TCK")
#: As the inbox sends it without script.
FORM = {"next": "/inbox/"}
CSRF = "0" * 32


Press = Callable[[Client, Handoff], int]
Sides = dict[str, Callable[[], list[int]]]


@dataclass(frozen=True)
class Call:
    """One POST over HTTP, and the status that answers it."""

    path: str
    body: str
    headers: dict[str, str]
    status: int


def alone(name: str, handoffs: Sequence[Handoff], press: Press) -> None:
    """Print what accepts take that one client makes one after the other."""
    client, rep, walls, ours = Client(SERVER_NAME="localhost", headers=inbox.AS_A_BROWSER), None, [], 0.0
    asked = statements(client, handoffs[0], press)
    before = seconds([backend()])
    for handoff in handoffs:
        if handoff.rep != rep:
            rep = handoff.rep
            client.force_login(rep)
        # The page that follows shows what was done and lets go of it.
        client.cookies.pop("messages", None)
        start, busy = time.perf_counter(), time.process_time()
        status = press(client, handoff)
        walls.append((time.perf_counter() - start) * 1000)
        ours += (time.process_time() - busy) * 1000
        assert status in (200, 302), status
    theirs = (seconds([backend()]) - before) * 1000
    p95, median = statistics.quantiles(walls, n=20)[-1], statistics.median(walls)
    kept = "kept" if p95 < WANTED_MS else "MISSED"
    ours, theirs = ours / len(walls), theirs / len(walls)
    print(f"{name}, one client: {len(walls):,} accepts, {asked} statements each", end=", ")
    print(f"p95 {p95:.1f} ms, median {median:.1f} (wanted < {WANTED_MS} ms: {kept});", end=" ")
    print(f"{ours:.1f} ms each of our own processor time, {theirs:.1f} of PostgreSQL's", flush=True)


def statements(client: Client, handoff: Handoff, press: Press) -> int:
    """Count the statements of an accept, after some that make everything warm; it is open again then."""
    client.force_login(handoff.rep)
    for _ in range(10):
        with CaptureQueriesContext(connection) as seen:
            press(client, handoff)
        asked = len(seen)  # read now: the next request empties the log
        client.post(f"/handoffs/{handoff.pk}/undo/")
    return asked


def by_page(client: Client, handoff: Handoff) -> int:
    return client.post(f"/handoffs/{handoff.pk}/accept/", FORM).status_code


def by_api(client: Client, handoff: Handoff) -> int:
    path = f"/api/v1/handoffs/{handoff.pk}/accept/"
    return client.post(path, "{}", content_type="application/json").status_code


def page_calls(handoffs: Iterable[Handoff]) -> list[Call]:
    """Return what browsers of reps who are signed in send."""
    calls, cookies = [], dict[User | None, str]()
    for handoff in handoffs:
        if handoff.rep not in cookies:
            client = Client()
            client.force_login(handoff.rep)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookies[handoff.rep] = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={CSRF}"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies[handoff.rep]}
        body = urlencode({**FORM, "csrfmiddlewaretoken": CSRF})
        calls.append(Call(f"/handoffs/{handoff.pk}/accept/", body, headers | inbox.AS_A_BROWSER, 302))
    return calls


def api_calls(handoffs: Iterable[Handoff]) -> list[Call]:
    """Return what machines send, each with the key of its rep."""
    calls, secrets = [], dict[User, str]()
    terms = {"name": "bench", "scopes": ["read", "moves"], "expires_at": None, "now": datetime.now(UTC)}
    for handoff in handoffs:
        rep = handoff.rep
        assert rep is not None
        if rep not in secrets:
            secrets[rep] = api_keys.issue(owner=rep, actor=rep, **terms)[1]
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secrets[rep]}"}
        calls.append(Call(f"/api/v1/handoffs/{handoff.pk}/accept/", "{}", headers, 200))
    return calls


def together(name: str, port: int, calls: list[Call], clients: int) -> None:
    """Print what so many clients get done at once, and who takes the processors."""
    took, walls, spent = at_once(port, calls[:WARM], calls[WARM:], clients)
    rate, p95 = len(walls) / took, statistics.quantiles(walls, n=20)[-1]
    verdict = "kept" if rate >= WANTED_PER_SECOND else "MISSED"
    print(f"{name}, {clients} clients, two processes: {rate:.0f} a second", end=" ")
    print(
        f"(wanted ≥ {WANTED_PER_SECOND}: {verdict}), p95 {p95:.0f} ms, median {statistics.median(walls):.0f}"
    )
    each = ", ".join(f"{side} {one / len(walls) * 1000:.1f} ms" for side, one in spent.items())
    cores = os.cpu_count() or 1
    busy = sum(spent.values()) / took / cores
    print(f"    processor time for each accept: {each}; {cores} cores busy to {busy:.0%}", flush=True)


def at_once(
    port: int, warm: list[Call], calls: list[Call], clients: int
) -> tuple[float, list[float], dict[str, float]]:
    """Send calls by so many clients; return the seconds, the time of each, and what each side computed."""
    postmaster = parent(backend())
    sides: Sides = {
        "web server": lambda: children(os.getpid(), "gunicorn"),
        "PostgreSQL": lambda: children(postmaster),
    }
    connections.close_all()
    crowd(port, warm, clients)
    with shares(sides) as used:
        start = time.perf_counter()
        walls, theirs = crowd(port, calls, clients)
        took = time.perf_counter() - start
    rest = used.pop("all") - sum(used.values()) - theirs
    return took, walls, {**used, "clients": theirs, "all else on the machine": rest}


def crowd(port: int, calls: list[Call], clients: int) -> tuple[list[float], float]:
    """Let clients in one process send all calls; return the times and the processor time of the clients."""
    answers: multiprocessing.Queue[tuple[list[float], float]] = multiprocessing.Queue()
    process = multiprocessing.Process(target=press_all, args=(port, calls, clients, answers))
    process.start()
    found = answers.get(timeout=600)
    process.join()
    return found


def press_all(port: int, calls: list[Call], clients: int, answers: "multiprocessing.Queue[object]") -> None:
    """Send all calls by so many threads, each with a connection of its own; leave the times."""
    waiting, walls, began = iter(calls), list[float](), time.process_time()

    def work() -> None:
        door = HTTPConnection("127.0.0.1", port, timeout=60)
        for call in waiting:
            start = time.perf_counter()
            door.request("POST", call.path, call.body, call.headers)
            answer = door.getresponse()
            text = answer.read()
            assert answer.status == call.status, (answer.status, text[:300])
            walls.append((time.perf_counter() - start) * 1000)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put((walls, time.process_time() - began))


@contextmanager
def shares(sides: Sides) -> Iterator[dict[str, float]]:
    """Yield what, after the block, holds the seconds of processor that each side took, and `all` together.

    A side says which processes it has; those that begin within the block count from their start.
    """
    used: dict[str, float] = {}
    before, busy = {side: seconds(pids()) for side, pids in sides.items()}, machine()
    yield used
    used["all"] = machine() - busy
    used |= {side: seconds(pids()) - before[side] for side, pids in sides.items()}


def seconds(pids: Iterable[int]) -> float:
    """Return the processor time that processes have taken."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in fields) / TICK


def machine() -> float:
    """Return the processor time that everybody on this machine has taken: all but idle and waiting."""
    user, nice, system, _idle, _waiting, *others = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + sum(others)) / TICK


def children(pid: int, word: str = "") -> list[int]:
    """Return the processes below one, those whose command has a word in it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if parent(int(folder.name)) == pid:
                found += [int(folder.name), *children(int(folder.name))]
        except FileNotFoundError:
            continue
    return [one for one in found if word in Path(f"/proc/{one}/cmdline").read_text()]


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def backend() -> int:
    """Return the process of PostgreSQL that answers this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def offered(count: int) -> list[Handoff]:
    """Let so many leads become ready and be offered; return the open offers, those of a rep together."""
    now = datetime.now(UTC)
    ids = offers.ready_batch(count, now)
    offers.drain(now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = Handoff.objects.filter(lead__in=ids, rep__isnull=False, state="offered").select_related("rep")
    return list(found.order_by("rep", "pk"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--accepts", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    people = offers.people(200)
    factories.signed_version()
    inbox.fill(options.leads, people[0], people[1:])
    rounds = [offered(options.accepts + more) for more in (0, 0, WARM, WARM)]
    print(f"{platform.python_version()}, {options.leads:,} leads, load {os.getloadavg()[0]:.1f} before")
    alone("page", rounds[0], by_page)
    alone("API", rounds[1], by_api)
    browsers, machines = page_calls(rounds[2]), api_calls(rounds[3])
    with gunicorn("portal.wsgi:application") as port:
        together("page", port, browsers, options.clients)
        together("API", port, machines, options.clients)
    assert Handoff.objects.filter(state="accepted").count() == sum(map(len, rounds))
    print(f"load {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
