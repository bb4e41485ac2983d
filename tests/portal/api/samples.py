"""The samples of the table of routes, as the API is asked about them."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from leads.models import Deal, Lead
from portal.models import ImportJob
from sla.models import Clock
from tests.portal import api_routes
from tests.portal.conftest import Samples


def number(samples: Samples, name: str, subject: str) -> int:
    """Return the number of what an address is about."""
    if subject in ("version", "draft"):
        return samples.version(subject).pk
    if subject in samples.things:
        return samples.things[subject].pk
    if subject.startswith("job"):
        return _job(samples, subject).pk
    lead = samples.leads.get(subject) or samples.handoffs[subject].lead
    if name.startswith("api-lead"):
        return lead.pk
    if name.startswith("api-account"):
        return lead.account_id
    if name.startswith("api-clock"):
        return Clock.objects.filter(lead=lead, handoff__isnull=False).order_by("pk")[0].pk
    if name.startswith("api-deal"):
        return _deal(lead).pk
    return samples.handoffs[subject].pk


def address(samples: Samples, name: str, subject: str) -> str:
    """Return the address of a route about a sample, `-` and what is named in the body being none."""
    parts = dict(api_routes.PARTS.get(name, {}))
    if "<int:pk>" in str(api_routes.pattern(name)):
        parts["pk"] = number(samples, name, subject)
    elif name == "api-nowhere":
        return "/api/v1/no/such/thing/"
    return reverse(name, kwargs=parts)


def sent(samples: Samples, method: str, name: str, subject: str) -> Any:
    """Return what is sent to an address."""
    if method == "GET":
        return {}
    makers: dict[str, Callable[[], Any]] = {
        "api-leads": lambda: {"account": samples.handoffs["accepted"].lead.account_id, "name": "Nia New"},
        "api-handoffs": lambda: {
            "lead": _lead(samples, subject).pk,
            "leg": 2 if subject == "qualified" else 1,
        },
        "api-deals": lambda: {"lead": _lead(samples, subject).pk, "name": "A line"},
        "api-touches": lambda: {
            "touches": [{**api_routes.FILLED["POST api-lead-touches"], "lead": _lead(samples, subject).pk}]
        },
        "api-handoff-reassign": lambda: {"to": samples.company.cast.other_rep.pk},
        "api-lab": lambda: {"version": samples.company.version.pk, "kind": "backtest", "months": 12},
        "api-agreement-earlier": lambda: {"before": "default"},
        "api-draft": lambda: {"document": {**samples.version("draft").document, "title": "Another title"}},
    }
    known = api_routes.FILLED.get(f"{method} {name}", {})
    return makers[name]() if name in makers else known


def ask(samples: Samples, who: str, method: str, name: str, subject: str) -> tuple[HttpResponse, list[str]]:
    """Ask as somebody, having seen what is there, and take everything back."""
    where, data = address(samples, name, subject), sent(samples, method, name, subject)
    if name == "api-version-sign":
        data = {**data, "name": getattr(samples.company.people.get(who), "name", "Nobody")}
    body = json.dumps(data) if method in ("POST", "PUT", "PATCH") else ""

    def call(client: Any) -> HttpResponse:
        if (method, name) == ("POST", "api-imports"):
            return client.post(where, {"kind": "leads"})
        answer = client.generic(
            method, where, body, content_type="application/json", headers={"If-Match": "*"}
        )
        if answer.streaming:
            b"".join(answer)
        return answer

    return samples.watch(who, call)


def _lead(samples: Samples, subject: str) -> Lead:
    return samples.leads.get(subject) or samples.handoffs[subject].lead


def _deal(lead: Lead) -> Deal:
    found = Deal.objects.filter(lead=lead).first()
    return found or Deal.objects.create(account=lead.account, lead=lead, recorded_at=timezone.now())


def _job(samples: Samples, subject: str) -> ImportJob:
    """Return an import of the marketer's, or of operations'."""
    owner = samples.company.people["marketer" if subject == "job" else "operations"]
    now = timezone.now()
    known = {"kind": "leads", "path": "x/file", "mapping": {}, "created_at": now, "touched_at": now}
    return ImportJob.objects.get_or_create(owner=owner, file_name="leads.csv", defaults=known)[0]
