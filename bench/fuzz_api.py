"""Call every operation of the API as every role with data good and bad, and hold answers to the schema.

Run: python -m tests.stack python -m bench.fuzz_api [--cases 6] [--seed 1]     (PostgreSQL)

Every call is taken back, so that all meet the same company; its ids are put into half of the addresses.
"""

import argparse
import logging
import os
import random
import time
from collections import Counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ["API_CALLS_PER_MINUTE"] = "1000000"
django.setup()

import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from leads.models import Account, Deal, Lead, User
from portal import api_keys
from portal.models import Scope
from portal.wsgi import application
from sla.models import AgreementVersion, Clock, Dispute, Handoff, LabRun
from tests import company

#: Each touch of a batch has a result of its own, so that a bad one is no bad call.
TOLERANT = "POST /api/v1/touches/batch/"
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
ROLES = (
    "rep",
    "stranger",
    "qualifier",
    "sales_manager",
    "marketer",
    "marketing_manager",
    "leader",
    "operations",
)
NUMBERS = {
    "leads": Lead, "handoffs": Handoff, "clocks": Clock, "accounts": Account, "deals": Deal,
    "versions": AgreementVersion, "lab": LabRun, "disputes": Dispute,
}  # fmt: skip


BROKEN: list[str] = []


class Listener(logging.Handler):
    """Keeps what the API writes down of errors that nobody foresaw."""

    def emit(self, record: logging.LogRecord) -> None:
        BROKEN.append(logging.Formatter().format(record)[-2500:])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=6, help="of each operation, role and mode")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    problems = logging.getLogger("portal.api.problems")
    problems.addHandler(Listener())
    problems.propagate = False
    call_command("migrate", verbosity=0)
    at = company.company()
    company.every_state(at)
    company.leads_apart(at)
    known = {
        name: list(model._default_manager.values_list("pk", flat=True)) for name, model in NUMBERS.items()
    }
    began, codes, failures = time.perf_counter(), Counter(), []
    # A call must not end the transaction that takes it back.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    for role in ROLES:
        fuzz(at.people[role], asked, known, codes, failures)
    took = time.perf_counter() - began
    operations = len(list(described().get_all_operations()))
    print(f"{operations} operations, {len(ROLES)} roles, {sum(codes.values())} cases in {took:.0f} s, "
          f"load {os.getloadavg()[0]:.1f}, seed {asked.seed}: {len(failures)} failures")  # fmt: skip
    print("answers:", ", ".join(f"{code} × {count}" for code, count in sorted(codes.items())))
    for failure in failures:
        print(failure)
    raise SystemExit(bool(failures))


def described() -> Any:
    loaded = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    loaded.app = application
    return loaded


def fuzz(
    person: User, asked: Any, known: dict[str, list[int]], codes: Counter[int], failures: list[str]
) -> None:
    """Call every operation as one person."""
    now = timezone.now()
    _key, secret = api_keys.issue(
        owner=person, name="fuzz", scopes=Scope.values, expires_at=None, now=now, actor=person
    )
    # What is read here does not travel: compressed, the answer could not be held to the schema.
    # Another name of the host is refused before anybody knows that the API is asked.
    headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity", "Host": "localhost"}
    dice = random.Random(asked.seed)
    for result in described().get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:
            try:
                call_all(operation, mode, asked, headers, dice, known, codes)
            except (Exception, BaseExceptionGroup) as error:
                broke = f"\n{BROKEN.pop()}" if BROKEN else ""
                failures.append(f"{person.role}: {operation.label} ({mode.value}): {str(error)[:900]}{broke}")
                BROKEN.clear()


def call_all(
    operation: Any,
    mode: Any,
    asked: Any,
    headers: dict[str, str],
    dice: random.Random,
    known: Any,
    codes: Any,
) -> None:
    things = known.get(operation.path.split("/")[3], [])

    @seed(asked.seed)
    @settings(
        max_examples=asked.cases,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        is_ours = "id" in (case.path_parameters or {}) and things and dice.random() < 0.7
        if is_ours and mode == GenerationMode.POSITIVE:
            case.path_parameters["id"] = dice.choice(things)
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        codes[response.status_code] += 1
        wanted = CHECKS[:-1] if operation.label == TOLERANT else CHECKS
        case.validate_response(response, checks=wanted, headers=headers)

    call()


if __name__ == "__main__":
    main()
