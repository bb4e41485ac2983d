"""Measure lists of leads at every depth, and a page of them by the API, among 1,000,000 leads.

Run: python -m tests.stack python -m bench.lists [--leads 1000000]     (PostgreSQL)

Each list is asked for its first page, one in the middle and one at the end of what a person sees.
"""

import argparse
from collections.abc import Iterator

from django.core import signing
from django.db import connection
from django.db.models import F
from django.test import Client

from bench.inbox import AS_A_BROWSER, company_with, pages, search_as, timed
from leads.models import Lead, User
from portal.api.paging import SALT

REQUESTS = 40
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
    "view=all&grade=A1",
    "view=all&ready=1",
    "view=all&late=1",
    "view=all&q=kel",
    "view=all&sort=source",
)


def depths(user: User) -> Iterator[tuple[str, int | None]]:
    """Yield where a page begins: at the front, after the lead in the middle, before the last fifty."""
    seen = Lead.objects.visible_to(user).order_by("pk")
    oldest, newest = seen.values_list("pk", flat=True)[50], seen.reverse().values_list("pk", flat=True)[0]
    yield "first", None
    yield "middle", (oldest + newest) // 2
    yield "last", oldest


def measure(client: Client, name: str, address: str) -> None:
    """Print what one address takes, and by how many queries."""
    connection.force_debug_cursor = True
    answer = client.get(address, headers=AS_A_BROWSER)  # its start empties the log
    asked = len(connection.queries_log)
    connection.force_debug_cursor = False
    assert answer.status_code == 200, address
    print(f"{name}: {asked} queries, {timed(lambda: client.get(address, headers=AS_A_BROWSER), REQUESTS)}")


def lists(user: User) -> None:
    """Print the times of every list of one person, then of the API."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    for depth, after in depths(user):
        for query in LISTS:
            measure(client, f"{user.role}, {query}, {depth}", f"/leads/?{query}&after={after or ''}")
        cursor = f"&cursor={signing.dumps(after, salt=SALT)}" if after else ""
        measure(client, f"{user.role}, API, {depth}", f"/api/v1/leads/?limit=50{cursor}")


def burden(person: User, leads: int) -> None:
    """Let a person own that many leads, spread over all of them."""
    others = Lead.objects.filter(stage="nurturing")
    step = max(others.count() // leads, 1)
    others.annotate(place=F("pk") % step).filter(place=0).update(owner=person, team=person.team)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE leads_lead")
    print(f"The other rep owns {Lead.objects.filter(owner=person).count():,} leads")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--leads", type=int, default=1_000_000)
    leads = options.parse_args().leads
    people, others = company_with(leads)
    burden(others[0], OWNED)
    pages(people.rep)
    search_as("everything", people.marketer)
    search_as("one rep's scope", others[0])
    for person in (people.rep, others[0], people.sales_manager, people.marketer):
        lists(person)


if __name__ == "__main__":
    main()
