"""Measure compliance and alignment by team, source and tier, one rep, and a year cold, beside a raw recount.

Run: python -m tests.stack python -m bench.compliance [--handoffs 1000000] [--requests 20]     (PostgreSQL)

Builds a year of handoffs by SQL, with seven clocks and ten touches each, brings the counts of days up to
date as the sweep does, and then asks. Times are of the reading functions and of whole pages, in one process.
"""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.models import Team, User
from sla import agreements, models
from sla.compliance import ends, offers, payoff, rollups, timed
from sla.compliance.periods import Filters, Period, quarter_of
from sla.compliance.report import build
from sla.compliance.tallies.telling import days_of
from tests import factories

NOW = datetime.now(UTC)
TEAMS, REPS = 10, 200
SOURCES = ("Web form", "Fair", "Referral", "Partner", "Webinar", "Search", "List", "Social")
TIERS = ("top", "high", "rest", "low")
TABLES = ("leads_account", "leads_lead", "leads_touch", "leads_stagechange", "sla_handoff", "sla_refusal",
          "sla_snapshot", "sla_verdict", "sla_clock")  # fmt: skip
KINDS = ("decide", "first_touch", "persistence", "qualify", "upkeep", "hand_over", "acknowledge")


def fill(handoffs: int, version: models.AgreementVersion, teams: list[Team], reps: list[User]) -> None:
    """Write a year of handoffs by SQL, each with lead, snapshot, verdict, seven clocks and ten touches."""
    known = {"n": handoffs, "now": NOW, "version": version.pk}
    known |= {"teams": [team.pk for team in teams], "reps": [rep.pk for rep in reps]}
    known |= {"sources": list(SOURCES), "tiers": list(TIERS)}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET work_mem = '256MB'")
        for table in TABLES:  # what is written at once is counted at once: no mark for every row
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in STATEMENTS:
            cursor.execute(statement, known)
        clocks(cursor, version)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("ANALYZE")


#: Every handoff is one lead's: n-th lead, n-th handoff, spread evenly over a year up to now.
STATEMENTS = (
    """INSERT INTO leads_account (name, name_key, domain, industry, country, region, city, attributes,
           origins,
           recorded_at, employees)
       SELECT 'Company ' || n, 'company ' || n, '', 'Machinery', 'DE', '', '', '{}', '{}', %(now)s, 120
       FROM generate_series(1, %(n)s / 4) n""",
    """INSERT INTO leads_lead (account_id, name, name_key, title, seniority, email, email_key, phone,
           phone_key,
           language, country, source, campaign, first_identified, is_sales_generated, attributes, origins,
           search_text, stage, stage_since, stage_seq, owner_id, team_id, next_step, created_at, recorded_at)
       SELECT (SELECT min(id) FROM leads_account) + (n %% (%(n)s / 4)), 'Person ' || n, 'person ' || n,
           'Buyer',
           '', 'p' || n || '@example.com', 'p' || n || '@example.com', '', '', '', 'DE',
           (%(sources)s::text[])[1 + n %% 8], '', '', n %% 20 = 0, '{}', '{}', 'person ' || n,
           (ARRAY['sal','recycled','sql','customer','lost','recycled','disqualified','sal'])[1 + n %% 8],
           %(now)s,
           3, (%(reps)s::bigint[])[1 + n %% 200], (%(teams)s::bigint[])[1 + n %% 10], '',
           %(now)s - interval '366 days' * (%(n)s - n) / %(n)s - interval '9 days', %(now)s
       FROM generate_series(1, %(n)s) n""",
    """INSERT INTO sla_handoff (lead_id, leg, cycle, hop, version_id, state, seq, rep_id, team_id, tier, grid,
           ready_at, offered_at, decided_at, decided_by_id, accepted_at, ended_at, is_ended, reason_code,
           reason_side, disposition, quality, exception, undo_seqs, trace, is_history, system, external_id)
       SELECT id, 1, 1, CASE WHEN k %% 50 = 0 THEN 2 ELSE 1 END, %(version)s, state, 2, owner_id, team_id,
           (%(tiers)s::text[])[1 + (k / 3) %% 4], 'A1', at, at, decided, owner_id,
           CASE WHEN state NOT IN ('declined', 'expired') THEN decided END, ended, ended IS NOT NULL,
           CASE WHEN state IN ('declined', 'returned') THEN 'no_budget' ELSE '' END,
           CASE WHEN state IN ('declined', 'returned') THEN 'marketing' ELSE '' END,
           CASE WHEN state IN ('declined', 'returned') THEN 'recycle' ELSE '' END,
           CASE WHEN ended IS NOT NULL AND k %% 3 = 0 THEN 'better' ELSE '' END, '', '{}', '{}', false, '', ''
       FROM (SELECT *,
           CASE WHEN state <> 'expired' THEN at + interval '1 minute' * (5 + (k * 7919) %% 300) END
                 AS decided, CASE WHEN state <> 'accepted'
                 THEN at + interval '1 hour' * (6 + (k * 31) %% 400) END AS ended
             FROM (SELECT id, owner_id, team_id, row_number() OVER (ORDER BY id) AS k,
                     created_at + interval '9 days' AS at, CASE stage WHEN 'sal' THEN
                       CASE WHEN created_at > %(now)s - interval '30 days' THEN 'accepted' ELSE 'expired' END
                       WHEN 'recycled' THEN 'declined' WHEN 'sql' THEN 'converted' WHEN 'customer' THEN 'won'
                       WHEN 'lost' THEN 'lost' ELSE 'returned' END AS state FROM leads_lead) a) b""",
    """INSERT INTO sla_refusal (handoff_id, note, right_contact, track, wake_trigger, mismatch, contest_note,
           ruling, contested_at, ruled_at, woken_at)
       SELECT id, '', '', '', '', '', '', CASE id %% 40 WHEN 0 THEN 'upheld' WHEN 1 THEN 'overturned' ELSE ''
           END, ended_at, ended_at, ended_at FROM sla_handoff WHERE state IN ('declined', 'returned')""",
    """INSERT INTO sla_snapshot (handoff_id, taken_at, facts_schema, industry, employees, country, region,
           city,
           language, title, seniority, source, campaign, consent, budget_currency, met_role, need, touches,
           attributes, is_complete, missing)
       SELECT id, offered_at, 1, 'Machinery', 120, 'DE', '', '', '', 'Buyer', '', 'Web form', '', 'given',
           '', '',
           '', '[]', '{}', id %% 5 > 0, '[]' FROM sla_handoff""",
    """INSERT INTO sla_verdict (handoff_id, version_id, value, leaves)
       SELECT id, version_id, id %% 4 > 0, '[]' FROM sla_handoff""",
    """INSERT INTO leads_touch (lead_id, happened_at, recorded_at, side, kind, evidence, is_automatic,
           summary,
           campaign, source, external_id)
       SELECT lead_id, offered_at + interval '1 minute' * (m * m * 37 - 1500 + lead_id %% 200), offered_at,
           CASE WHEN m %% 2 = 0 THEN 'sales' ELSE 'prospect' END,
           CASE WHEN m %% 2 = 0 THEN 'call' ELSE 'visited' END, 2, false, '', '', '', ''
       FROM sla_handoff, generate_series(1, 10) m WHERE m %% 2 = 1 OR lead_id %% 6 > 0""",
    """INSERT INTO leads_stagechange (lead_id, seq, from_stage, to_stage, happened_at, recorded_at, cause)
       SELECT lead_id, s, (ARRAY['inquiry','mql','sal'])[s], (ARRAY['mql','sal','customer'])[s],
           offered_at + (s - 1) * interval '1 day' * (lead_id %% 60), offered_at, 'bench'
       FROM sla_handoff, generate_series(1, 3) s WHERE s < 3 OR state = 'won'""",
)


def clocks(cursor: Any, version: models.AgreementVersion) -> None:
    """Write seven clocks for each handoff: three in four kept, one in sixteen of the last weeks open."""
    found = list(models.Commitment.objects.filter(version=version, kind__in=KINDS, tier="").order_by("pk"))
    for place in range(7):
        one = found[place % len(found)]
        known = {"id": one.pk, "version": version.pk, "kind": one.kind, "side": one.side, "p": place}
        cursor.execute(
            """INSERT INTO sla_clock (commitment_id, version_id, kind, side, handoff_id, lead_id, scope,
            team_id,
                   rep_id, calendar_key, calendar_revision, state, seq, started_at, elapsed, due_at, due_on,
                   next_step, breached_at, ended_at, cause, is_excused, is_history, error, allowance, unit,
                   attempts)
               SELECT %(id)s, %(version)s, %(kind)s, %(side)s, id, lead_id, 'lead', team_id, rep_id,
               'default', 1,
                   CASE WHEN is_open THEN 'running' ELSE 'met' END, 2, at, interval '1 minute' * took, due,
                   (due AT TIME ZONE 'UTC')::date, 1, CASE WHEN is_late AND NOT is_open THEN due END,
                   CASE WHEN NOT is_open THEN at + interval '1 minute' * took END, '',
                   is_late AND id %% 9 = 0,
                   false, '', 2, 'business_hours', 0
               FROM (SELECT *, due > now() AND at > now() - interval '20 days' AS is_open FROM (
                   SELECT id, lead_id, team_id, rep_id, offered_at AS at,
                     1 + ((id * 7919 + %(p)s * 104729) %% 2400) / (1 + id %% 3) AS took,
                     id %% 4 = %(p)s %% 4 AS is_late,
                     offered_at + interval '2 hours' * (1 + %(p)s * %(p)s * 3) AS due
                   FROM sla_handoff) a) b""",
            known,
        )


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def timed_calls(name: str, acts: list[Callable[[], Any]], requests: int) -> float:
    """Call in turn and print what it took in milliseconds, and how many queries one call makes."""
    with CaptureQueriesContext(connection) as asked:
        acts[0]()
    queries = len(asked)
    walls, busy = [], time.process_time()
    for number in range(requests):
        start = time.perf_counter()
        acts[number % len(acts)]()
        walls.append((time.perf_counter() - start) * 1000)
    own = (time.process_time() - busy) * 1000 / requests
    print(
        f"{name}: p95 {p95(walls):.0f} ms, median {statistics.median(walls):.0f}"
        f" (ours {own:.0f} ms of processor), {queries} queries",
        flush=True,
    )
    return statistics.median(walls)


def recounted(period: Period, filters: Filters) -> None:
    """Count clocks, offers and ends of a question from the rows."""
    for counting in rollups.BOOKS:
        days_of(counting.tell(counting.select(period, filters), period.zone))


def summed(period: Period, filters: Filters) -> None:
    timed.read(period, filters, NOW)
    offers.read(period, filters, has_times=True)
    ends.read(period, filters)


def measure(requests: int, teams: list[Team], rep: User, leader: User) -> None:
    zone = agreements.zone()
    quarter = quarter_of(NOW.date(), zone).before
    year = Period(NOW.date() - timedelta(days=364), NOW.date(), zone)
    questions = {
        "everything": [Filters()],
        "team": [Filters(team_id=team.pk) for team in teams],
        "source": [Filters(source=source) for source in SOURCES],
        "tier": [Filters(tier=tier) for tier in TIERS],
        "team, source and tier": [Filters(teams[0].pk, SOURCES[0], TIERS[0])],
    }
    connection.close()
    start = time.perf_counter()
    build(year, Filters(), NOW)
    print(
        f"A year, first call on a new connection: {(time.perf_counter() - start) * 1000:.0f} ms", flush=True
    )
    for name, filters in questions.items():
        timed_calls(
            f"Counts of a quarter by {name}", [lambda f=f: summed(quarter, f) for f in filters], requests
        )
        timed_calls(
            f"Report of a quarter by {name}", [lambda f=f: build(quarter, f, NOW) for f in filters], requests
        )
    timed_calls(
        "Payoff of a quarter by team", [lambda f=f: _payoff(quarter, f) for f in questions["team"]], requests
    )
    timed_calls(
        "One rep, a quarter, from the rows", [lambda: build(quarter, Filters(rep_id=rep.pk), NOW)], requests
    )
    timed_calls("Raw recount of the quarter by team", [lambda: recounted(quarter, questions["team"][0])], 2)
    timed_calls("Raw recount of the quarter", [lambda: recounted(quarter, Filters())], 2)
    client = Client(SERVER_NAME="localhost")
    client.force_login(leader)
    asked = {"period": "own", "first_on": quarter.first_on, "last_on": quarter.last_on}
    for page in ("compliance", "alignment"):
        for name, extra in {
            "everything": [{}],
            "team": [{"team": team.pk} for team in teams],
            "source": [{"source": source} for source in SOURCES],
        }.items():
            acts = [lambda e=e, page=page: client.get(reverse(page), {**asked, **e}) for e in extra]
            timed_calls(f"Page {page} of a quarter by {name}", acts, max(2, requests // 4))


def _payoff(quarter: Period, filters: Filters) -> None:
    payoff.by_month(quarter.last_on, quarter.zone, filters)
    payoff.by_speed(Period(quarter.last_on - timedelta(days=364), quarter.last_on, quarter.zone), filters)
    payoff.by_day(quarter.last_on, quarter.zone, filters)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--handoffs", type=int, default=1_000_000)
    options.add_argument("--requests", type=int, default=20)
    asked = options.parse_args()
    call_command("migrate", verbosity=0)
    people = factories.cast()
    version = factories.signed_version(signers=(people.marketing_manager, people.sales_manager))
    teams = [people.sales, *(factories.team() for _ in range(TEAMS - 1))]
    reps = User.objects.bulk_create(
        User(email=f"rep{number}@example.com", name=f"Rep {number}", role="rep", team=teams[number % TEAMS])
        for number in range(REPS)
    )
    start = time.perf_counter()
    fill(asked.handoffs, version, teams, reps)
    print(
        f"Filled {asked.handoffs:,} handoffs and {models.Clock.objects.count():,} clocks in"
        f" {time.perf_counter() - start:.0f} s",
        flush=True,
    )
    start, busy = time.perf_counter(), time.process_time()
    parts = rollups.keep()
    print(
        f"Counted {parts:,} parts of days in {time.perf_counter() - start:.0f} s"
        f" ({time.process_time() - busy:.0f} s ours)",
        flush=True,
    )
    versions = f"Python {platform.python_version()}, Django {django.get_version()}"
    print(f"{versions}, PostgreSQL {connection.pg_version}, load {os.getloadavg()[0]:.1f}", flush=True)
    live(reps[0])
    measure(asked.requests, teams, reps[0], people.marketing_manager)
    print(f"Load at the end {os.getloadavg()[0]:.1f}")


def live(rep: User) -> None:
    """Print what a hundred changed handoffs cost until they are counted, and what counting them takes."""
    ids = list(models.Handoff.objects.order_by("-pk").values_list("pk", flat=True)[:100])
    start = time.perf_counter()
    for pk in ids:
        models.Handoff.objects.filter(pk=pk).update(quality="worse")
        models.Clock.objects.filter(handoff=pk).update(cause="other")
    changed = (time.perf_counter() - start) * 1000
    quarter = quarter_of(NOW.date(), agreements.zone())
    timed_calls("Counts of this quarter with 100 handoffs changed", [lambda: summed(quarter, Filters())], 3)
    start = time.perf_counter()
    parts = rollups.keep()
    print(
        f"100 handoffs with their clocks changed in {changed:.0f} ms; {parts} parts counted anew in"
        f" {(time.perf_counter() - start) * 1000:.0f} ms",
        flush=True,
    )
    timed_calls("Counts of this quarter after that", [lambda: summed(quarter, Filters())], 3)


if __name__ == "__main__":
    main()
