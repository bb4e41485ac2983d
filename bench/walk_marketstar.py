"""Walk MarketStar's 515 opportunities of 2021 through the API as a CRM would, and compare with the import.

Run: python -m tests.stack python -m bench.walk_marketstar FOLDER     (PostgreSQL; FOLDER has the real files)

Each lead is created without its source, which the gate asks for, and offered once that comes;
the rep it was offered to decides as the file says, and an accepted one becomes a deal of the file's amount.
The API writes down what happens now, so days to decide are no part of this.
"""

import csv
import os
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ["API_CALLS_PER_MINUTE"] = "1000000"
django.setup()

from django.core.management import call_command
from django.utils import timezone

from bench.races import gunicorn
from docs.client import Concord
from leads.models import Deal, User
from portal import api_keys
from portal.models import Scope
from sla.compliance import plain, report
from sla.compliance.periods import Filters
from tests import factories

GATE = {"fact": "source", "op": "known"}
#: What the import of the same files gives, see docs/real-data.md.
WANTED = {"offers": 515, "accepted": 333, "declined": 182, "acceptance": 0.6466, "low": 0.604, "high": 0.687}


def main(folder: Path) -> None:
    call_command("migrate", verbosity=0)
    cast = factories.cast()
    gates = {**factories.agreement_data()["gates"], "readiness": GATE}
    factories.signed_version(now=timezone.now(), gates=gates)
    leads = {row["ConvertedOpportunityId"]: row for row in rows(folder / "Leads_2021.csv")}
    made = [row for row in rows(folder / "Opportunities_2021_leads.csv") if row["OpportunityId"] in leads]
    began = time.perf_counter()
    with gunicorn("portal.wsgi:application") as port:
        home = f"http://127.0.0.1:{port}"
        marketing = Concord(home, key_of(cast.marketer))
        reps = User.objects.filter(role__in=("rep", "qualifier"), is_active=True)
        sales = {person.pk: Concord(home, key_of(person)) for person in reps}
        calls = sum(walk(row, leads[row["OpportunityId"]], marketing, sales) for row in made)
        figures = marketing.call("GET", "/api/v1/compliance/?period=all")["legs"][0]
    took = time.perf_counter() - began
    there = plain.of_report(report.build(None, Filters(), timezone.now()))["legs"][0]
    found = {
        **{name: figures[name] for name in ("offers", "accepted", "declined")},
        "acceptance": round(figures["acceptance"], 4),
        "low": round(figures["acceptance_low"], 3),
        "high": round(figures["acceptance_high"], 3),
    }
    amount = sum((Decimal(row["Amount"] or 0) for row in made if row["IsAccepted"] == "TRUE"), Decimal(0))
    kept = money()
    print(f"{calls} calls in {took:.0f} s ({calls / took:.0f}/s), load {os.getloadavg()[0]:.1f}")
    print(f"by API {found}\nimport {WANTED}\namount of accepted: file {amount:.2f}, deals {kept:.2f}")
    same = found == WANTED and figures["accepted"] == there["accepted"] and abs(amount - kept) < 5
    raise SystemExit(not same)


def walk(
    opportunity: dict[str, str], lead: dict[str, str], marketing: Concord, sales: dict[int, Concord]
) -> int:
    """Bring one lead, have it offered, decided and, if accepted, made a deal; return the number of calls."""
    name = f"Company {lead['LeadId']}"
    known = {"name": name, "industry": lead["Industry"][:120], "employees": whole(lead["Employees"])}
    account = marketing.post("/api/v1/accounts/", known)["id"]
    created = marketing.post(
        "/api/v1/leads/",
        {
            "account": account, "title": lead["Title"], "name": f"Lead {lead['LeadId']}",
            "external_ids": [{"system": "marketstar", "external_id": lead["LeadId"]}],
        },
    )["lead"]["id"]  # fmt: skip
    marketing.call("PATCH", f"/api/v1/leads/{created}/", {"source": lead["LeadSource"]}, **{"If-Match": "*"})
    offer = next(marketing.every(f"/api/v1/handoffs/?lead={created}&state=offered"))
    rep = sales[offer["rep"]["id"]]
    if opportunity["IsAccepted"] != "TRUE":
        rep.post(f"/api/v1/handoffs/{offer['id']}/decline/", {"reason": "no_budget", "note": "As in 2021."})
        return 5
    rep.post(f"/api/v1/handoffs/{offer['id']}/accept/", {})
    deal = {
        "lead": created, "amount": str(round(Decimal(opportunity["Amount"] or 0), 2)), "currency": "USD",
        "system": "marketstar", "external_id": opportunity["OpportunityId"],
    }  # fmt: skip
    rep.post("/api/v1/deals/", deal)
    return 6


def key_of(person: User) -> str:
    terms: dict[str, Any] = {"name": "walk", "scopes": Scope.values, "expires_at": None}
    return api_keys.issue(owner=person, actor=person, now=timezone.now(), **terms)[1]


def money() -> Decimal:
    return sum((deal.amount or Decimal(0) for deal in Deal.objects.all()), Decimal(0))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def whole(text: str) -> int | None:
    return int(text) if text.isdigit() else None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
