"""Measure lists of leads at every depth, on pages and by the API, among 1,000,000 leads.

Run: python -m tests.stack python -m bench.lists [--leads 1000000]     (PostgreSQL)

Each list of four people (a rep of few leads, a rep of many, a sales manager, a marketer who sees all) is
asked for its own first page, the one in its middle and its last. A line ends with the verdict on its p95.
"""

import argparse
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from bench.inbox import AS_A_BROWSER, company_with, pages, search_as, timed
from leads.models import Lead, User
from leads.paging import COUNTED_UP_TO, FRONT, Place
from portal.api.paging import cursor
from portal.forms.lists import LeadFilterForm
from sla.models import AgreementVersion
from sla.queries import leads as queries
from sla.queries import lists as query_lists

REQUESTS = 40
WANTED_MS, WANTED_BY_API_MS = 100, 80
#: So many leads a busy rep has gathered.
OWNED = 5_000
LISTS = (
    "view=all",
    "view=mine",
    "view=ready",
    "view=late",
    "view=recycled",
    "view=all&stage=nurturing",
    "view=all&source=Web+form",
    "view=all&source=Fair",
    "view=all&grade=A1",
    "view=all&grade=C3",
    "view=all&ready=1",
    "view=all&late=1",
    "view=all&q=kel",
    "view=all&q=keller+rhein",
    "view=all&sort=source",
    "view=all&stage=nurturing&sort=source",
)
#: The API has one order.
BY_API = (
    "view=all",
    "view=mine",
    "view=recycled",
    "view=all&stage=nurturing",
    "view=all&source=Fair",
    "view=all&grade=A1",
    "view=all&ready=1",
    "view=all&late=1",
    "view=all&q=kel",
)
VARIETY = (
    # Where a walk along the ids may go wrong: the oldest leads came back, the latest are graded best.
    """UPDATE leads_lead SET stage = 'recycled'
       WHERE id IN (SELECT id FROM leads_lead ORDER BY id LIMIT {few})""",
    "UPDATE leads_lead SET source = 'Fair' WHERE id %% 60 = 0",
    """INSERT INTO sla_standing (lead_id, version_id, judged_at, is_ready, ready_since, fit, level, grid,
         tier, parts, held_because)
       SELECT id, %s, %s, id %% 50 = 0, %s, 50, 1,
         CASE WHEN id > (SELECT max(id) FROM leads_lead) - {few} THEN 'A1' WHEN id %% 400 = 0 THEN 'C3'
           ELSE 'B2' END, '', '{{}}', ''
       FROM leads_lead""",
)


def verdict(p95: float, wanted: int) -> str:
    return "kept" if p95 < wanted else f"MISSED, wanted < {wanted}"


def depths(user: User, query: str) -> Iterator[tuple[str, Place]]:
    """Yield where pages of a list begin: at the front, after its middle, before its last fifty."""
    form = LeadFilterForm(QueryDict(query), user=user)
    asked = {**form.asked, "view": QueryDict(query)["view"]}
    columns = ("source", "pk") if "sort=source" in query else ("-pk",)
    keys = list(queries.narrowed(user, asked).order_by(*columns).values_list("pk", flat=True))
    are_many = len(keys) > COUNTED_UP_TO
    yield f"first of {len(keys):,}", FRONT
    if len(keys) > 2 * query_lists.ROWS:
        yield "middle", Place(keys[len(keys) // 2], are_many)
        yield "last", Place(keys[-query_lists.ROWS - 1], are_many)


def measure(client: Client, name: str, address: str, wanted: int) -> bool:
    """Print what one address takes, and by how many queries; tell whether it keeps what is wanted."""
    connection.force_debug_cursor = True
    answer = client.get(address, headers=AS_A_BROWSER)  # its start empties the log
    asked = len(connection.queries_log)
    connection.force_debug_cursor = False
    assert answer.status_code == 200, address
    times = timed(lambda: client.get(address, headers=AS_A_BROWSER), REQUESTS)
    print(f"{name}: {asked} queries, {times}: {verdict(times.p95, wanted)}", flush=True)
    return times.p95 < wanted


def lists(user: User) -> list[bool]:
    """Print the times of every list of one person, on pages and by the API."""
    client, kept = Client(SERVER_NAME="localhost"), []
    client.force_login(user)
    for query in LISTS:
        for depth, place in depths(user, query):
            address = f"/leads/?{query}&after={quote(str(place))}"
            kept.append(measure(client, f"{user.role}, {query}, {depth}", address, WANTED_MS))
            if query in BY_API:
                address = f"/api/v1/leads/?{query}&limit=50" + f"&cursor={cursor(place)}" * (place != FRONT)
                name = f"{user.role}, API, {query}, {depth}"
                kept.append(measure(client, name, address, WANTED_BY_API_MS))
    return kept


def burden(person: User, leads: int) -> None:
    """Let a person own that many leads, spread over all of them."""
    others = Lead.objects.filter(stage="nurturing").values_list("pk", flat=True)
    step = max(others.count() // leads, 1)
    chosen: Any = list(others.order_by("pk")[::step])
    Lead.objects.filter(pk__in=chosen).update(owner=person, team=person.team)
    print(f"The other rep owns {Lead.objects.filter(owner=person).count():,} leads")


def vary(leads: int) -> None:
    """Give leads grades, sources and stages by which lists are narrowed: some rare, some lying together."""
    now = timezone.now()
    with connection.cursor() as cursor:
        for statement in VARIETY:
            values = [AgreementVersion.objects.latest("pk").pk, now, now] if "INSERT" in statement else []
            cursor.execute(statement.format(few=leads // 50), values)
        cursor.execute("VACUUM ANALYZE")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--leads", type=int, default=1_000_000)
    leads = options.parse_args().leads
    people, others = company_with(leads)
    burden(others[0], OWNED)
    vary(leads)
    print(f"Load {os.getloadavg()[0]:.1f}")
    pages(people.rep)
    search_as("everything", people.marketer)
    search_as("one rep's scope", others[0])
    kept = [
        one
        for person in (people.rep, others[0], people.sales_manager, people.marketer)
        for one in lists(person)
    ]
    print(f"{sum(kept)} of {len(kept)} lists keep what is wanted; load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
