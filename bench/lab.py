"""Back-test a draft gate of eleven criteria on a past of many handoffs; print time and memory.

Run: python -m tests.stack python -m bench.lab [--handoffs 1000000] [--processes 2]
Each handoff has a lead and eight frozen touches on average; two of three were touched by Sales.
"""

import argparse
import json
import os
import platform
import random
import resource
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection

from leads import setbased
from leads.models import Account, Deal, Lead, Touch
from sla import document, readiness
from sla.lab import backtest
from sla.lab.asking import Asked, Draft
from sla.models import AgreementVersion, Handoff, Snapshot
from sla.reading import Problem
from tests import factories
from tests.factories import NOW

BATCH = 20_000
STATES = ("accepted", "accepted", "declined", "won", "lost", "returned")


def main() -> None:
    """Print each figure with what it was measured on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--handoffs", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    factories.cast()
    version = factories.signed_version(data=_default(), now=NOW - timedelta(days=100))
    grow(version, options.handoffs)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    print(f"{connection.vendor}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load}")
    text = document.parse(version.document)
    gate = text.gates["readiness"]
    draft = Draft(readiness.compile(_stricter(gate)))
    asked = Asked(draft=draft, against=readiness.compile(gate), now=NOW, agreement_id=version.agreement_id)
    for processes in sorted({1, options.processes}):
        for _ in range(2):
            began, used = time.perf_counter(), _processor()
            found = backtest.run(asked, processes=processes).figures
            seconds, used = time.perf_counter() - began, _processor() - used
            own, child = (_memory(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
            passed = found["draft"]["passed"]
            print(
                f"{found['handoffs']:,} handoffs, {len(draft.gate.leaves)} criteria, {processes} processes:"
                f" {seconds:.2f} s ({used:.2f} of our processor time),"
                f" {passed['k']:,} pass, {own:.0f} MB own, {child:.0f} MB largest child"
            )


def _processor() -> float:
    """Return the processor seconds of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _memory(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def _default() -> dict[str, object]:
    dates = {"starts_on": "2026-08-10", "review_due_on": "2027-02-01"}
    return {**document.default_agreement(), **dates}


def _stricter(gate: readiness.Criterion) -> readiness.Criterion:
    """Return a draft that differs in two criteria from the gate in force."""
    data = readiness.dump_criterion(gate)
    text = json.dumps(data).replace('"value": 50,', '"value": 200,').replace("50000", "40000")
    problems: list[Problem] = []
    found = readiness.parse_criterion(json.loads(text), "", problems)
    assert found, problems
    return found


def grow(version: AgreementVersion, count: int) -> None:
    """Write a past of so many handoffs over a year."""
    draw = random.Random(7)
    team = factories.team("Past")
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        accounts = setbased.take_ids(Account, size // 3 + 1)
        rows_ = [[pk, f"Company {pk}", f"company {pk}", NOW] for pk in accounts]
        setbased.copy_rows(Account, ("id", "name", "name_key", "recorded_at"), rows_)
        leads = setbased.take_ids(Lead, size)
        setbased.copy_rows(
            Lead,
            ("id", "account_id", "stage", "recorded_at"),
            [[pk, accounts[place // 3], "sal", NOW] for place, pk in enumerate(leads)],
        )
        _handoffs(version, team.pk, leads, accounts, draw)


def _handoffs(version, team_id, leads, accounts, draw) -> None:
    ids = setbased.take_ids(Handoff, len(leads))
    handoffs, snapshots, touches, deals = [], [], [], []
    for place, (pk, lead) in enumerate(zip(ids, leads, strict=True)):
        at = NOW - timedelta(minutes=draw.randrange(365 * 1440))
        state = draw.choice(STATES)
        closed_at = at + timedelta(days=draw.randrange(20, 90)) if state == "won" else None
        reason = "no_budget" if state in ("declined", "returned") else ""
        is_ended = state in ("declined", "won", "lost", "returned")
        handoffs.append(
            [pk, lead, version.pk, state, team_id, at, closed_at, reason, is_ended, at if is_ended else None]
        )
        snapshots.append([pk, at, *_known(draw), _touches(draw)])
        if draw.random() < 0.67:
            touches.append([lead, at + timedelta(hours=4), at, "sales", "call", 2])
        if state == "won":
            deals.append([accounts[place // 3], lead, "won", 1000, 0.3, closed_at, at])
    names = (
        "id",
        "lead_id",
        "version_id",
        "state",
        "team_id",
        "offered_at",
        "closed_at",
        "reason_code",
        "is_ended",
        "ended_at",
    )
    setbased.copy_rows(Handoff, names, handoffs)
    facts = (
        "industry",
        "employees",
        "consent",
        "budget",
        "budget_currency",
        "met_role",
        "need",
        "timing_on",
        "fit",
        "level",
    )
    setbased.copy_rows(Snapshot, ("handoff_id", "taken_at", *facts, "touches"), snapshots)
    setbased.copy_rows(Touch, ("lead_id", "happened_at", "recorded_at", "side", "kind", "evidence"), touches)
    setbased.copy_rows(
        Deal, ("account_id", "lead_id", "state", "amount", "margin", "closed_at", "recorded_at"), deals
    )


def _known(draw: random.Random) -> list[object]:
    return [
        draw.choice(("Manufacturing", "Logistics", "Retail", "Banking", "")),
        draw.choice((12, 60, 250, 480, 5_000, None)),
        draw.choice(("given", "given", "given", "withdrawn", "")),
        draw.choice((20_000, 60_000, 120_000, None)),
        "EUR",
        draw.choice(("CEO", "cfo", "Plant Manager", "")),
        draw.choice(("Traceability", "")),
        draw.choice((NOW.date() + timedelta(days=40), NOW.date() + timedelta(days=400), None)),
        draw.choice((20.0, 50.0, 80.0)),
        125 + draw.random() * 8,
    ]


def _touches(draw: random.Random) -> str:
    ages = sorted((draw.randrange(365 * 86_400) for _ in range(draw.randrange(17))), reverse=True)
    kinds = ("visited", "downloaded", "attended", "opened", "clicked", "submitted")
    cells = (f'[{age}, "prospect", "{draw.choice(kinds)}", 2, null, {draw.randrange(10**6)}]' for age in ages)
    return f"[{', '.join(cells)}]"


if __name__ == "__main__":
    main()
