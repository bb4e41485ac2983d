"""Two hundred reps accept one offer of a pool at one moment, over HTTP, ten times: one wins, 199 read who.

Run: python -m tests.stack python -m bench.races [--reps 200] [--rounds 10]     (PostgreSQL)

A real gunicorn answers, with 8 threads in 2 workers. The negative control takes the conditional update away
and must see more than one winner.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from portal import api_keys
from sla.models import Handoff
from tests import company, factories
from tests.stack import free_port

#: Claims as one must not, late and unasked, with the two nets behind the claim gone as well.
BLIND = """
import time
from portal.wsgi import application
from sla.handoffs import acting
from sla.models import Handoff

def claim(case, plan):
    handoff = case.handoff
    before = acting.values(handoff, {"state", *plan.changes})
    time.sleep(0.3)
    changes = {"state": case.move.to_state, **plan.changes, "seq": handoff.seq + 1}
    Handoff.objects.filter(pk=handoff.pk).update(**changes)
    for name, value in changes.items():
        setattr(handoff, name, value)
    return {"values": before, "stage": handoff.lead.stage}

acting.claim = claim
acting.lock_lead = lambda handoff: handoff.lead
acting.step = lambda lead, to_stage, case: None
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reps", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    asked = parser.parse_args()
    # Nobody logs in here: two hundred passwords need not be strong.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)
    at = company.company()
    now = timezone.now()
    keys = []
    for number in range(asked.reps):
        rep = factories.user("rep", at.cast.sales, f"Rep {number}")
        terms = {"owner": rep, "name": "race", "scopes": ["read", "moves"], "expires_at": None}
        keys.append(api_keys.issue(**terms, now=now, actor=rep)[1])
    names = {f"Rep {number}" for number in range(asked.reps)}
    with gunicorn("portal.wsgi:application") as port:
        rounds = [race(at, keys, port, names, f"Round {number} Ltd") for number in range(asked.rounds)]
    print(f"{asked.rounds} rounds of {asked.reps}, load {os.getloadavg()[0]:.1f}")
    for answers, named, took in rounds:
        print(f"  {dict(sorted(answers.items()))}, {named} name the winner, {took:.1f} s")
    right = {200: 1, 409: asked.reps - 1}
    is_right = all(answers == right and named == asked.reps - 1 for answers, named, _took in rounds)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "blind.py").write_text(BLIND)
        with gunicorn("blind:application", folder) as port:
            answers, _named, _took = race(at, keys, port, names, "Blind Ltd")
    print(f"negative control, no conditional update: {dict(sorted(answers.items()))}")
    raise SystemExit(not (is_right and answers[200] > 1))


@contextmanager
def gunicorn(application: str, folder: str = ".") -> Iterator[int]:
    """Serve an application and yield its port."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--threads", "8", "--backlog", "512", "--log-level", "error", "--no-control-socket",
    ]  # fmt: skip
    paths = os.pathsep.join([str(Path.cwd()), folder])
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths})
    try:
        for _ in range(120):
            time.sleep(0.25)
            try:
                ask = HTTPConnection("127.0.0.1", port, timeout=5)
                ask.request("GET", "/healthz")
                if ask.getresponse().status == 200:
                    break
            except OSError:
                continue
        yield port
    finally:
        server.terminate()
        server.wait(20)


def race(
    at: company.Company, keys: list[str], port: int, names: set[str], account: str
) -> tuple[Counter[int], int, float]:
    """Let all accept one offer at once; return the answers, how many named the winner, and the time."""
    handoff = company.pooled(at, account)
    barrier, answers = threading.Barrier(len(keys)), [(0, "")] * len(keys)

    def press(index: int) -> None:
        door = HTTPConnection("127.0.0.1", port, timeout=120)
        door.connect()
        barrier.wait(60)
        headers = {"Authorization": f"Bearer {keys[index]}", "Content-Type": "application/json"}
        door.request("POST", f"/api/v1/handoffs/{handoff.pk}/accept/", "{}", headers)
        answer = door.getresponse()
        answers[index] = (answer.status, answer.read().decode())

    began = time.perf_counter()
    threads = [threading.Thread(target=press, args=(index,)) for index in range(len(keys))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    winner = Handoff.objects.select_related("rep").get(pk=handoff.pk).rep
    told = [json.loads(body) for code, body in answers if code == 409]
    named = sum(1 for said in told if winner and (said.get("by") or {}).get("name") == winner.name)
    assert winner is None or winner.name in names
    return Counter(code for code, _body in answers), named, took


if __name__ == "__main__":
    main()
