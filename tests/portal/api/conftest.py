"""Callers of the API: a person's key, and the company they work at."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from leads.models import User
from portal import api_keys
from portal.models import Scope
from tests import company as companies
from tests.company import Company
from tests.portal.conftest import made_once

ROOT = "/api/v1"


class Caller:
    """A machine with a person's key."""

    def __init__(self, person: User, scopes: list[str] | None = None, **key: Any) -> None:
        self.person = person
        terms = {"owner": person, "name": "test", "expires_at": None, "now": timezone.now(), "actor": person}
        scopes = list(Scope.values) if scopes is None else scopes
        self.key, self.secret = api_keys.issue(**{**terms, "scopes": scopes, **key})
        self.client = Client(raise_request_exception=False)

    def __call__(self, method: str, address: str, data: Any = None, **headers: str) -> HttpResponse:
        """Call an address below the root with JSON; `if_match` stands for the header If-Match."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method.upper(),
            f"{ROOT}{address}",
            b"" if data is None else json.dumps(data),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.secret}", **named},
        )

    def get(self, address: str, **headers: str) -> Any:
        """Return what an address answers, which must be 200."""
        answer = self("GET", address, **headers)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture(autouse=True)
def _calls_uncounted() -> None:
    cache.clear()


@pytest.fixture(scope="module")
def signed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Company]:
    """Make the company once for a module: signing an agreement costs more than most calls."""
    with made_once(django_db_blocker, companies.company) as made:
        yield made


@pytest.fixture
def at(signed: Company, db: None) -> Company:
    return copy.deepcopy(signed)


@pytest.fixture
def caller() -> Callable[..., Caller]:
    return Caller


def problem(answer: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """Return the problem that an answer is, which must be this one."""
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert (answer.status_code, said["status"], said["type"]) == (
        status, status, f"urn:concord:problem:{code}",
    ), said  # fmt: skip
    assert said["detail"]
    return said
