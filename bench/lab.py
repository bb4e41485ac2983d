"""Back-test a draft gate of eleven criteria on a past of many handoffs; print time and memory.

Run: python -m tests.stack python -m bench.lab [--handoffs 1000000] [--processes 2]     (PostgreSQL)
Each handoff has a lead and eight frozen touches on average; two of three were touched by Sales.
The first back-test finds no frozen facts kept as columns and makes them, the others read those.
"""

import argparse
import json
import os
import platform
import resource
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection

from bench import growing, processors
from leads.models import Account, Deal, Lead, Touch
from sla import document, readiness
from sla.lab import backtest
from sla.lab.asking import Asked, Draft
from sla.models import AgreementVersion, FrozenColumn, Handoff, Snapshot
from sla.reading import Problem
from tests import factories
from tests.factories import NOW

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
    started = time.perf_counter()
    grow(version, options.handoffs)
    print(f"{options.handoffs:,} handoffs written in {time.perf_counter() - started:.0f} s")
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    print(f"{connection.vendor}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load}")
    text = document.parse(version.document)
    gate = text.gates["readiness"]
    draft = Draft(readiness.compile(_stricter(gate)))
    asked = Asked(draft=draft, against=readiness.compile(gate), now=NOW, agreement_id=version.agreement_id)
    for processes in sorted({1, options.processes}):
        for _ in range(2):
            was_kept = FrozenColumn.objects.exists()
            began, ours, database = time.perf_counter(), processors.ours(), processors.of_database()
            found = backtest.run(asked, processes=processes).figures
            seconds, ours = time.perf_counter() - began, processors.ours() - ours
            database = processors.of_database() - database
            own, child = (_memory(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
            passed = found["draft"]["passed"]
            print(
                f"{found['handoffs']:,} handoffs, {len(draft.gate.leaves)} criteria, {processes} processes,"
                f" columns {'kept' if was_kept else 'made'}:"
                f" {seconds:.2f} s (processor time: ours {ours:.2f}, the database's {database:.2f}),"
                f" {passed['k']:,} pass, {own:.0f} MB own, {child:.0f} MB largest child,"
                f" load {os.getloadavg()[0]:.1f}"
            )


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
    """Let the database write a past of so many handoffs over a year, three to an account."""
    growing.begin(0.07)
    team, low = factories.team("Past"), 1_000
    recorded_at = f"timestamptz '{NOW}'"
    growing.rows(
        Account,
        growing.series(low // 3, count // 3 + 1),
        id="n",
        name="'Company ' || n",
        name_key="'company ' || n",
        recorded_at=recorded_at,
    )
    growing.rows(
        Lead,
        growing.series(low, count),
        id="n",
        account_id="n / 3",
        stage="'sal'",
        recorded_at=recorded_at,
    )
    ended = "state IN ('declined', 'won', 'lost', 'returned')"
    growing.rows(
        Handoff,
        f"(SELECT n, {growing.pick(*STATES)} AS state, {growing.ago(NOW, 365)} AS at"
        f" FROM {growing.series(low, count)}) AS past",
        id="n",
        lead_id="n",
        version_id=str(version.pk),
        state="state",
        team_id=str(team.pk),
        offered_at="at",
        closed_at="CASE WHEN state = 'won' THEN at + floor(20 + random() * 70) * interval '1 day' END",
        reason_code="CASE WHEN state IN ('declined', 'returned') THEN 'no_budget' ELSE '' END",
        is_ended=ended,
        ended_at=f"CASE WHEN {ended} THEN at END",
    )
    _snapshots()
    growing.rows(
        Touch,
        "sla_handoff WHERE random() < 0.67",
        lead_id="lead_id",
        happened_at="offered_at + interval '4 hours'",
        recorded_at="offered_at",
        side="'sales'",
        kind="'call'",
    )
    growing.rows(
        Deal,
        "sla_handoff JOIN leads_lead ON leads_lead.id = lead_id WHERE state = 'won'",
        account_id="account_id",
        lead_id="lead_id",
        state="'won'",
        amount="1000",
        margin="0.3",
        closed_at="closed_at",
        recorded_at="offered_at",
    )
    growing.settle()


def _snapshots() -> None:
    """Freeze facts for every handoff: random ones, and touches oldest first."""
    kind = growing.pick("visited", "downloaded", "attended", "opened", "clicked", "submitted")
    day = f"date '{NOW.date()}'"
    touches = (
        "(SELECT coalesce('[' || string_agg('[' || age || ', \"prospect\", \"' || kind || '\", 2, null, '"
        " || age || ']', ', ' ORDER BY age DESC) || ']', '[]')::jsonb"
        f" FROM (SELECT floor(random() * 365 * 86400)::int AS age, {kind} AS kind"
        " FROM generate_series(1, floor(random() * 17 + h.id * 0)::int)) AS one)"
    )
    growing.rows(
        Snapshot,
        "sla_handoff AS h",
        handoff_id="h.id",
        taken_at="h.offered_at",
        industry=growing.pick("Manufacturing", "Logistics", "Retail", "Banking", ""),
        employees=growing.pick(12, 60, 250, 480, 5_000, None),
        consent=growing.pick("given", "given", "given", "withdrawn", ""),
        budget=growing.pick(20_000, 60_000, 120_000, None),
        budget_currency="'EUR'",
        met_role=growing.pick("CEO", "cfo", "Plant Manager", ""),
        need=growing.pick("Traceability", ""),
        timing_on=f"(ARRAY[{day} + 40, {day} + 400, NULL])[1 + floor(random() * 3)::int]",
        fit=growing.pick(20.0, 50.0, 80.0),
        level="125 + random() * 8",
        touches=touches,
    )


if __name__ == "__main__":
    main()
