"""Who gets in: keys, their scopes, their end, limits; and how a no looks."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from leads.models import AuditEntry
from portal import api_keys
from portal.models import ApiKey, Scope
from tests.company import Company
from tests.portal.api.conftest import ROOT, Caller, problem

pytestmark = pytest.mark.django_db


def test_key_acts_as_its_owner(at: Company) -> None:
    said = Caller(at.cast.rep).get("/me/")
    assert (said["id"], said["role"], said["scopes"]) == (at.cast.rep.pk, "rep", Scope.values)


def test_secret_is_not_kept(at: Company) -> None:
    call = Caller(at.cast.rep)
    kept = " ".join(str(value) for value in ApiKey.objects.values().get().values())
    assert call.secret.partition(".")[2] not in kept


@pytest.mark.parametrize("secret", ["", "nothing", "abcdefgh.ijkl", "ä" * 20, "a\tb"])
def test_unknown_key_opens_nothing(at: Company, secret: str) -> None:
    answer = Client().get(f"{ROOT}/me/", headers={"Authorization": f"Bearer {secret}"})
    problem(answer, 401, "authentication_failed")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_without_key_or_session_nobody_gets_in(at: Company) -> None:
    problem(Client().get(f"{ROOT}/leads/"), 401, "not_authenticated")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_endless_nesting_is_the_callers_fault(at: Company, opening: str) -> None:
    call = Caller(at.cast.operations)
    headers = {"Authorization": f"Bearer {call.secret}"}
    body = opening * 50_000
    answer = call.client.post(f"{ROOT}/leads/", body, content_type="application/json", headers=headers)
    problem(answer, 400, "parse_error")


def test_expired_and_revoked_keys_open_nothing(at: Company) -> None:
    call = Caller(at.cast.rep, expires_at=timezone.now() - timedelta(seconds=1))
    problem(call("GET", "/me/"), 401, "authentication_failed")
    call = Caller(at.cast.rep)
    assert call.get("/me/")
    assert api_keys.revoke(key=call.key, now=timezone.now(), actor=at.cast.rep)
    problem(call("GET", "/me/"), 401, "authentication_failed")
    assert not api_keys.revoke(key=call.key, now=timezone.now(), actor=at.cast.rep)


def test_key_ends_with_its_owner(at: Company) -> None:
    call = Caller(at.cast.rep)
    at.cast.rep.is_active = False
    at.cast.rep.save()
    problem(call("GET", "/me/"), 401, "authentication_failed")


def test_keys_leave_a_record_without_the_secret(at: Company) -> None:
    call = Caller(at.cast.rep, ["read"])
    api_keys.revoke(key=call.key, now=timezone.now(), actor=at.cast.operations)
    issued, revoked = AuditEntry.objects.filter(stream=f"user:{at.cast.rep.pk}").order_by("seq")
    assert (issued.verb, issued.data) == ("key_issued", {"key": call.key.prefix, "scopes": ["read"]})
    assert (revoked.verb, revoked.actor_id) == ("key_revoked", at.cast.operations.pk)


def test_last_use_is_noted_once_a_minute(at: Company) -> None:
    call = Caller(at.cast.rep)
    call.get("/me/")
    first = ApiKey.objects.get().last_used_at
    call.get("/me/")
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    call.get("/me/")
    assert ApiKey.objects.get().last_used_at > first


@pytest.mark.parametrize(
    ("method", "address", "needed"),
    [
        ("GET", "/leads/", "read"),
        ("POST", "/leads/", "facts"),
        ("POST", "/handoffs/", "moves"),
        ("POST", "/handoffs/1/accept/", "moves"),
        ("PUT", "/agreements/default/draft/", "agreements"),
        ("POST", "/exports/leads/", "imports"),
        ("GET", "/imports/", "imports"),
        ("GET", "/people/", "admin"),
    ],
)
def test_key_without_the_scope_is_refused(at: Company, method: str, address: str, needed: str) -> None:
    scopes = [code for code in Scope.values if code != needed]
    said = problem(Caller(at.cast.operations, scopes)(method, address, {}), 403, "permission_denied")
    assert needed in said["detail"]
    assert Caller(at.cast.operations, [needed])(method, address, {}).status_code != 401


def test_session_may_call_but_not_without_its_token(at: Company) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(at.cast.marketer)
    assert client.get(f"{ROOT}/me/").json()["scopes"] is None
    problem(client.post(f"{ROOT}/handoffs/", {}, content_type="application/json"), 403, "permission_denied")


def test_too_many_calls_wait(at: Company, settings: Settings) -> None:
    settings.API_CALLS_PER_MINUTE = 3
    call = Caller(at.cast.rep)
    answers = [call("GET", "/me/") for _ in range(8)]
    codes = [answer.status_code for answer in answers]
    assert codes[:3] == [200] * 3
    assert 429 in codes
    late = next(answer for answer in answers if answer.status_code == 429)
    problem(late, 429, "throttled")
    assert 1 <= int(late["Retry-After"]) <= 61
    assert Caller(at.cast.rep)("GET", "/me/").status_code == 200  # another key counts for itself


@pytest.mark.parametrize("address", ["/nothing/", "/leads/987654321/", f"/leads/{10**30}/"])
def test_what_is_not_there_is_a_problem(at: Company, address: str) -> None:
    problem(Caller(at.cast.marketer)("GET", address), 404, "not_found")


def test_bad_json_and_wrong_form_are_problems(at: Company) -> None:
    call = Caller(at.cast.marketer)
    headers = {"Authorization": f"Bearer {call.secret}"}
    answer = call.client.post(f"{ROOT}/leads/", "{", content_type="application/json", headers=headers)
    problem(answer, 400, "parse_error")
    answer = call.client.post(f"{ROOT}/leads/", "a=1", content_type="text/plain", headers=headers)
    problem(answer, 415, "unsupported_media_type")
    problem(call("DELETE", "/leads/"), 405, "method_not_allowed")
