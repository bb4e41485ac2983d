"""Measure the inbox of a rep with 1,000 open handoffs, the dossier, and search, among 1,000,000 leads.

Run: python -m tests.stack python -m bench.inbox [--leads 1000000]     (PostgreSQL)

Times are server times of whole requests (all middleware, template included) in one process, warm;
p95 of each run of 200 requests, and the median of the runs.
"""

import argparse
import gc
import itertools
import os
import platform
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads import queries
from leads.models import Lead, User
from sla.models import Handoff
from tests import factories

RUNS, REQUESTS, OPEN, REPS = 5, 200, 1_000, 200
NOW = datetime.now(UTC)
#: Pages are compressed for browsers.
AS_A_BROWSER = {"accept-encoding": "gzip", "sec-fetch-site": "same-origin"}
KNOWN = NOW - timedelta(days=1)
FIRST = (
    "Marina",
    "Jonas",
    "Elena",
    "Hannes",
    "Petra",
    "Sofia",
    "Lukas",
    "Kerstin",
    "Stefan",
    "Andrea",
    "Giovanni",
)
LAST = (
    "Wallmann",
    "Berger",
    "Steinfeld",
    "Brandt",
    "Lindström",
    "Moretti",
    "Keller",
    "Hartley",
    "Richard",
    "Vos",
)
ROOT = (
    "Nord",
    "Alpen",
    "Rhein",
    "Donau",
    "Tarn",
    "Vela",
    "Kestrel",
    "Lumen",
    "Quay",
    "Mistral",
    "Arbor",
    "Pinnow",
)
TRADE = (
    "Logistics",
    "Steel",
    "Foods",
    "Software",
    "Optics",
    "Tools",
    "Textiles",
    "Energy",
    "Printing",
    "Marine",
)
TERMS = ("kel", "vela", "lumen opt", "moretti", "hannes ber", "4711", "@quay", "pinnow energy 9", "stef")


def pick(words: tuple[str, ...]) -> str:
    """Return SQL that picks one of these words by chance."""
    listed = ",".join(f"'{word}'" for word in words)
    return f"(ARRAY[{listed}])[1 + floor(random() * {len(words)})::int]"


def fill(leads: int, rep: User, others: list[User]) -> None:
    """Write accounts and leads by SQL: a fifth of the leads has an owner."""
    owners = ",".join(str(person.pk) for person in others)
    with connection.cursor() as cursor:
        # A million rows take longer than any page may.
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            f"""INSERT INTO leads_account (name, name_key, domain, industry, country, region, city,
                    attributes,
                    origins, recorded_at, employees)
                SELECT name, lower(name), '', 'Machinery', 'DE', '', '', '{{}}', '{{}}', %s, 120 FROM (
                  SELECT {pick(ROOT)} || ' ' || {pick(TRADE)} || ' ' || n AS name
                  FROM generate_series(1, %s) n) a""",
            [NOW, leads // 4],
        )
        cursor.execute(
            f"""INSERT INTO leads_lead (account_id, name, name_key, title, seniority, email, email_key, phone,
                    phone_key, language, country, source, campaign, first_identified, is_sales_generated,
                    attributes, origins, search_text, stage, stage_since, stage_seq, owner_id,
                    team_id, next_step,
                    created_at, recorded_at)
                SELECT account_id, name, lower(name), 'Buyer', '', email, email, '', '', '', 'DE',
                    'Web form', '',
                    '', false, '{{}}', '{{}}', lower(name || ' ' || company || ' ' || email),
                    'nurturing', %s, 1,
                    CASE WHEN n %% 5 = 0 THEN (ARRAY[{owners}])[1 + n %% {len(others)}] END,
                    CASE WHEN n %% 5 = 0 THEN %s END, '', %s, %s
                FROM (SELECT n, a.id AS account_id, a.name AS company, p.name,
                        lower(replace(p.name, ' ', '.')) || n || '@' || split_part(lower(a.name), ' ', 1)
                        || '.example.com' AS email
                      FROM generate_series(1, %s) n
                      JOIN leads_account a ON a.id = (SELECT min(id) FROM leads_account) + n %% %s
                      CROSS JOIN LATERAL (SELECT {pick(FIRST)} || ' ' || {pick(LAST)} AS name
                        WHERE n > 0) p) l""",
            [KNOWN, rep.team_id, KNOWN, KNOWN, leads, leads // 4],
        )


def hand_over(rep: User, version: int) -> None:
    """Offer 1,000 leads to the rep, with snapshot and two clocks each; every tenth is late."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO sla_handoff (lead_id, leg, cycle, hop, version_id, state, seq, rep_id, team_id,
                 tier,
                 grid, offered_at, is_ended, reason_code, reason_side, disposition, quality, exception,
                 undo_seqs,
                 trace, is_history, system, external_id)
               SELECT id, 1, 1, 1, %s, 'offered', 1, %s, %s, 'top', 'A1', %s, false, '', '', '', '', '', '{}',
                 '{}', false, '', '' FROM leads_lead ORDER BY id DESC LIMIT %s""",
            [version, rep.pk, rep.team_id, NOW - timedelta(hours=1), OPEN],
        )
        cursor.execute(
            """UPDATE leads_lead SET stage = 'mql', owner_id = %s, team_id = %s
               WHERE id IN (SELECT lead_id FROM sla_handoff)""",
            [rep.pk, rep.team_id],
        )
        cursor.execute(
            """INSERT INTO sla_snapshot (handoff_id, taken_at, facts_schema, industry, employees, country,
                 region,
                 city, language, title, seniority, source, campaign, consent, budget_currency, met_role, need,
                 touches, attributes, is_complete, missing)
               SELECT id, %s, 1, 'Machinery', 120, 'DE', '', '', '', 'Buyer', '', 'Web form', '', 'given',
                 '', '',
                 '', '[]', '{}', true, '[]' FROM sla_handoff""",
            [NOW],
        )
        for kind in ("decide", "first_touch"):
            cursor.execute(
                """INSERT INTO sla_clock (commitment_id, version_id, kind, side, handoff_id, lead_id, scope,
                     team_id, rep_id, calendar_key, calendar_revision, state, seq, started_at, elapsed,
                     due_at,
                     due_on, next_at, next_step, breached_at, cause, is_excused, is_history, error,
                     allowance, unit, attempts)
                   SELECT c.id, c.version_id, c.kind, 'sales', h.id, h.lead_id, 'lead', h.team_id, h.rep_id,
                     'default', 1, CASE WHEN h.id %% 10 = 0 THEN 'breached' ELSE 'running' END, 1,
                     h.offered_at,
                     interval '0', h.offered_at + (h.id %% 600) * interval '5 minutes', %s,
                     h.offered_at + interval '30 days', 1,
                     CASE WHEN h.id %% 10 = 0 THEN h.offered_at + interval '10 minutes' END, '', false,
                     false, '', 2,
                     'business_hours', 0
                   FROM sla_handoff h JOIN sla_commitment c ON c.version_id = %s AND c.kind = %s
                   AND c.tier = ''
                   AND c.params ->> 'from' IS DISTINCT FROM 'offer'""",
                [NOW.date(), version, kind],
            )
        log_and_touches(cursor)
        cursor.execute("ANALYZE")


def log_and_touches(cursor: CursorWrapper) -> None:
    """Write the first line of each clock's log, and twenty touches on each lead handed over."""
    cursor.execute(
        """INSERT INTO sla_clockevent (clock_id, seq, event, happened_at, noticed_at, due_after,
             calendar_revision, cause, detail)
           SELECT id, 1, 'started', started_at, started_at, due_at, 1, '', '{}' FROM sla_clock"""
    )
    cursor.execute(
        """INSERT INTO leads_touch (lead_id, happened_at, recorded_at, side, kind, evidence, is_automatic,
             summary, campaign, source, external_id)
           SELECT lead_id, offered_at - n * interval '7 hours', offered_at,
             CASE WHEN n %% 3 = 0 THEN 'marketing' ELSE 'prospect' END,
             CASE WHEN n %% 3 = 0 THEN 'mail' ELSE 'visited' END, 2, false, 'Looked at the prices', '', '', ''
           FROM sla_handoff, generate_series(1, 20) n""",
        [],
    )


@dataclass(frozen=True)
class Times:
    """What a call takes, in milliseconds: 95th percentile and median by the wall, median of our processor."""

    p95: float
    median: float
    cpu: float

    def __str__(self) -> str:
        return (
            f"p95 {self.p95:.1f} ms (median {self.median:.1f}, of which ours {self.cpu:.1f} ms of processor)"
        )


def timed(act: Callable[[], object], requests: int = REQUESTS) -> Times:
    """Call `act` that often and return what it took."""
    walls, ours = [], []
    for _ in range(requests):
        start, busy = time.perf_counter(), time.process_time()
        act()
        walls.append((time.perf_counter() - start) * 1000)
        ours.append((time.process_time() - busy) * 1000)
    return Times(statistics.quantiles(walls, n=20)[-1], statistics.median(walls), statistics.median(ours))


def median_of_runs(act: Callable[[], object]) -> Times:
    """Return the run whose p95 lies in the middle."""
    for _ in range(10):
        act()
    return sorted((timed(act) for _ in range(RUNS)), key=lambda times: times.p95)[RUNS // 2]


def search_as(name: str, person: User) -> None:
    """Print the times of a mix of terms and of each alone, within what a person may see."""
    dice = random.Random(1)

    def search(term: str = "") -> list[Lead]:
        return queries.search(user=person, text=term or dice.choice(TERMS))

    print(f"Search in {name}: {median_of_runs(search)}")
    for term in TERMS:
        found = len(search(term))
        print(f"    {term!r}: p95 {timed(lambda term=term: search(term), 20).p95:.1f} ms, {found} found")


def pages(rep: User) -> None:
    """Print the times of the inbox of a rep, and of the dossiers of what lies in it."""
    gc.collect()
    gc.freeze()  # as `portal.wsgi` does
    client = Client(SERVER_NAME="localhost")
    client.force_login(rep)
    inbox = reverse("inbox")
    found = Handoff.objects.filter(rep=rep).values_list("lead_id", flat=True)
    leads = itertools.cycle([reverse("lead", args=[pk]) for pk in found])
    for name, address in ((f"Inbox, {OPEN:,} open", lambda: inbox), ("Dossier", lambda: next(leads))):
        client.get(address())  # what is kept in memory is read once
        with CaptureQueriesContext(connection) as asked:
            size = len(client.get(address()).content)
            queries_asked = len(asked)  # read now: the next request empties the log
        sent = len(client.get(address(), headers=AS_A_BROWSER).content)
        times = median_of_runs(lambda address=address: client.get(address(), headers=AS_A_BROWSER))
        sizes = f"{size / 1000:.0f} kB, {sent / 1000:.1f} as sent"
        print(f"{name}: {queries_asked} queries, {sizes}, {times}")


def company_with(leads: int) -> tuple[factories.Cast, list[User]]:
    """Fill a new database with leads; return the cast, whose rep has the open ones, and other reps."""
    call_command("migrate", verbosity=0)
    people = factories.cast()
    version = factories.signed_version(signers=(people.marketing_manager, people.sales_manager))
    others = [factories.user(team=people.sales) for _ in range(REPS)]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    start = time.perf_counter()
    fill(leads, people.rep, others)
    hand_over(people.rep, version.pk)
    print(f"Filled {leads:,} leads in {time.perf_counter() - start:.0f} s")
    return people, others


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--leads", type=int, default=1_000_000)
    leads = options.parse_args().leads
    people, others = company_with(leads)
    versions = f"Python {platform.python_version()}, Django {django.get_version()}"
    load = os.getloadavg()[0]
    print(f"{versions}, PostgreSQL {connection.pg_version}, {os.cpu_count()} cores, load {load:.1f}")
    pages(people.rep)
    for name, person in (("everything", people.marketer), ("one rep's scope", others[0])):
        search_as(name, person)
    print(f"Load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
