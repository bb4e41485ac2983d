"""Ask the pages of an agreement seven times each in the demo company; print medians and queries.

Run in a home with the demo loaded: python -m bench.agreement
One process, Django's test client; processor time beside the clock's, as neighbors load the machine.
"""

import os
import statistics
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.choices import Role
from leads.models import User
from sla.models import AgreementVersion

RUNS = 7


def measure(client: Client, address: str) -> str:
    """Return one line about a page."""
    client.get(address)
    clock, processor = [], []
    for _ in range(RUNS):
        began, used = time.perf_counter(), time.process_time()
        client.get(address)
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    told = [f"{statistics.median(found) * 1000:.0f} ms" for found in (clock, processor)]
    return f"{address}: {told[0]}, processor {told[1]}, {len(asked)} queries"


def main() -> None:
    """Ask for the read page, a draft, its difference, its signing page and its builder."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.filter(role=Role.MARKETING_MANAGER).order_by("pk")[0])
    draft = AgreementVersion.objects.filter(state="proposed").order_by("-pk")[0]
    below = f"/agreement/versions/{draft.pk}"
    parts = ("draft", "compare", "sign", "edit/readiness")
    print(os.getloadavg())
    for address in ("/agreement/", *(f"{below}/{part}/" for part in parts), "/agreement/all/"):
        print(measure(client, address))


if __name__ == "__main__":
    main()
