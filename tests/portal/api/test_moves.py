"""Moves by machine: one address each, told who was faster, worked on once however often they are sent."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import AuditEntry
from portal.api import moves, repeating
from portal.models import IdempotentCall
from sla import agreements, handoffs
from sla.choices import MOVES
from sla.compliance import plain, report
from sla.compliance.periods import Filters
from sla.models import Agreement, AgreementVersion, Clock, Handoff
from tests import company
from tests.company import Company
from tests.factories import PASSWORD
from tests.portal.api.conftest import ROOT, Caller, problem

pytestmark = pytest.mark.django_db
#: Moves that nobody makes by hand, and those that are no move of the table.
OF_THE_SYSTEM, BESIDE = {"offer", "expire", "wake"}, {"rate", "nudge", "undo", "step"}


def test_every_move_of_the_table_has_an_address() -> None:
    verbs = {verb.name.replace("-", "_") for verb in moves.VERBS}
    assert verbs == set(MOVES) - OF_THE_SYSTEM | BESIDE


def test_accept_says_how_it_stands_now(at: Company) -> None:
    handoff = company.offered(at, "Own Ltd")
    call = Caller(at.cast.rep)
    seen = call("GET", f"/handoffs/{handoff.pk}/")["ETag"]
    answer = call("POST", f"/handoffs/{handoff.pk}/accept/", if_match=seen)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    assert answer["ETag"] not in ("", seen)
    problem(call("POST", f"/handoffs/{handoff.pk}/undo/", if_match=seen), 412, "changed_meanwhile")
    assert call("POST", f"/handoffs/{handoff.pk}/undo/", if_match=answer["ETag"]).json()["state"] == "offered"


def test_second_who_accepts_is_told_by_whom_and_when(at: Company) -> None:
    handoff = company.pooled(at, "Pooled Ltd")
    Caller(at.cast.rep)("POST", f"/handoffs/{handoff.pk}/accept/")
    said = problem(
        Caller(at.cast.other_rep)("POST", f"/handoffs/{handoff.pk}/accept/"), 409, "already_decided"
    )
    accepted_at = Handoff.objects.get(pk=handoff.pk).accepted_at
    assert said["by"] == {"id": at.cast.rep.pk, "name": "Rita Rep"}
    assert (said["at"], said["state"]) == (accepted_at.isoformat(), "accepted")


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"reason": "unheard"}, "/reason"),
        ({}, "/reason"),
        ({"reason": "bad_data", "wake_on": "x"}, "/wake_on"),
    ],
)
def test_decline_says_what_is_missing(at: Company, sent: dict[str, Any], pointer: str) -> None:
    handoff = company.offered(at, "Own Ltd")
    answer = Caller(at.cast.rep)("POST", f"/handoffs/{handoff.pk}/decline/", sent)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert Handoff.objects.get(pk=handoff.pk).state == "offered"


def test_whole_path_by_machine(at: Company) -> None:
    lead = company.ready(at, "Walked Ltd")
    marketer, rep = Caller(at.cast.marketer), Caller(at.cast.rep)
    pk = marketer("POST", "/handoffs/", {"lead": lead.pk, "to": at.cast.rep.pk}).json()["id"]
    steps: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("accept", {}, "accepted"),
        ("rate", {"quality": "better"}, "accepted"),
        ("qualify", {"exception": "Known from before"}, "qualified"),
        ("convert", {}, "converted"),
        ("win", {"amount": "48000.00", "currency": "EUR", "margin": "0.3"}, "won"),
    )
    for verb, sent, state in steps:
        answer = rep("POST", f"/handoffs/{pk}/{verb}/", sent)
        assert (answer.status_code, answer.json()["state"]) == (200, state), answer.content
    said = marketer.get(f"/handoffs/{pk}/evidence/")
    assert said["verdict"]["leaves"]
    assert said["snapshot"]["industry"] == "Machinery"
    assert said["trace"]["method"]
    problem(rep("POST", f"/handoffs/{pk}/accept/"), 409, "already_decided")


def test_person_named_must_be_eligible(at: Company) -> None:
    handoff = company.accepted(at, "Own Ltd")
    call = Caller(at.cast.sales_manager)
    for pk in (at.cast.marketer.pk, at.cast.stranger.pk, 987654321, at.cast.rep.pk):
        said = problem(call("POST", f"/handoffs/{handoff.pk}/reassign/", {"to": pk}), 422, "not_eligible")
        assert said["errors"][0]["pointer"] == "/to"


def test_clock_replays_to_its_due_time(at: Company) -> None:
    handoff = company.accepted(at, "Own Ltd")
    clock = Clock.objects.filter(handoff=handoff, kind="first_touch").first()
    assert clock is not None
    said = Caller(at.cast.rep).get(f"/clocks/{clock.pk}/replay/")
    assert said["log"][0]["event"] == "started"
    assert said["spans"][-1]["to_at"] == said["clock"]["due_at"]


def test_figures_are_those_of_the_page(at: Company) -> None:
    company.every_state(at)
    said = Caller(at.cast.marketing_manager).get("/compliance/?period=all")
    figures = plain.of_report(report.build(None, Filters(), timezone.now()))
    assert {**said, "as_of": ""} == {**figures, "as_of": ""}
    problem(Caller(at.cast.leader)("GET", "/compliance/?period=never"), 422, "invalid")


def test_figures_are_narrowed_as_on_the_page(at: Company) -> None:
    company.every_state(at)
    for asked, filters in (
        ("tier=top", Filters(tier="top")),
        ("segment=default", Filters(agreement_id=Agreement.objects.get(key="default").pk)),
    ):
        said = Caller(at.cast.marketing_manager).get(f"/compliance/?period=all&{asked}")
        figures = plain.of_report(report.build(None, filters, timezone.now()))
        assert {**said, "as_of": ""} == {**figures, "as_of": ""}
    problem(Caller(at.cast.leader)("GET", "/compliance/?segment=nowhere"), 422, "invalid")


# --- repeated calls


def test_repeated_call_is_worked_on_once(at: Company) -> None:
    lead = company.ready(at, "Repeated Ltd")
    call, sent = Caller(at.cast.marketer), {"lead": lead.pk}
    first = call("POST", "/handoffs/", sent, idempotency_key="a1")
    second = call("POST", "/handoffs/", sent, idempotency_key="a1")
    assert (second.status_code, second.content, second["ETag"]) == (201, first.content, first["ETag"])
    assert second["Idempotency-Replayed"] == "true"
    assert Handoff.objects.filter(lead=lead).count() == 1
    assert AuditEntry.objects.filter(stream=f"lead:{lead.pk}", verb="offer").count() == 1
    problem(call("POST", "/handoffs/", sent), 409, "already_open")


def test_refusal_is_repeated_too(at: Company) -> None:
    call = Caller(at.cast.rep)
    handoff = company.offered(at, "Own Ltd")
    bad = {"idempotency_key": "b1"}
    first = call("POST", f"/handoffs/{handoff.pk}/decline/", {}, **bad)
    assert call("POST", f"/handoffs/{handoff.pk}/decline/", {}, **bad).content == first.content
    assert first.status_code == 422


def test_key_belongs_to_one_call(at: Company) -> None:
    call = Caller(at.cast.rep)
    one, two = company.offered(at, "One Ltd"), company.offered(at, "Two Ltd")
    call("POST", f"/handoffs/{one.pk}/accept/", idempotency_key="c1")
    again = call("POST", f"/handoffs/{two.pk}/accept/", idempotency_key="c1")
    problem(again, 422, "idempotency_key_reused")
    assert Handoff.objects.get(pk=two.pk).state == "offered"
    other = Caller(at.cast.other_rep)("POST", f"/handoffs/{two.pk}/accept/", idempotency_key="c1")
    assert other.status_code == 404  # keys of two people never meet


def test_call_under_way_is_not_begun_again(at: Company) -> None:
    call = Caller(at.cast.rep)
    handoff = company.offered(at, "Own Ltd")
    call("POST", f"/handoffs/{handoff.pk}/accept/", idempotency_key="d1")
    IdempotentCall.objects.update(status=None)
    problem(call("POST", f"/handoffs/{handoff.pk}/accept/", idempotency_key="d1"), 409, "in_progress")
    IdempotentCall.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    given_up = call("POST", f"/handoffs/{handoff.pk}/accept/", idempotency_key="d1")
    problem(given_up, 409, "already_decided")


def test_call_that_broke_can_be_tried_again(at: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    call, lead = Caller(at.cast.marketer), company.ready(at, "Broken Ltd")
    with monkeypatch.context() as patch:
        patch.setattr(handoffs, "offer", lambda **_known: 1 / 0)
        problem(call("POST", "/handoffs/", {"lead": lead.pk}, idempotency_key="e1"), 500, "failed")
    assert call("POST", "/handoffs/", {"lead": lead.pk}, idempotency_key="e1").status_code == 201


def test_kept_hash_tells_nothing_without_the_key_of_the_site(at: Company) -> None:
    body = {"password": "guessable"}
    Caller(at.cast.rep)("POST", "/deals/", body, idempotency_key="g1")
    plain = hashlib.sha256(b"POST /api/v1/deals/\n" + json.dumps(body).encode()).hexdigest()
    assert IdempotentCall.objects.get().fingerprint != plain


def test_answers_are_forgotten_after_a_day(at: Company) -> None:
    call = Caller(at.cast.rep)
    call("POST", "/deals/", {}, idempotency_key="f1")
    IdempotentCall.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert repeating.forget(timezone.now()) == 1


# --- agreements


def test_key_drafts_and_proposes_but_never_signs(at: Company) -> None:
    call = Caller(at.cast.marketing_manager)
    text = {**call.get(f"/versions/{at.version.pk}/export/"), "title": "The next one"}
    made = call("PUT", f"/agreements/{at.version.agreement.key}/draft/", {"document": text})
    pk = made.json()["id"]
    assert (made.status_code, made.json()["state"]) == (200, "draft")
    address = f"/agreements/{at.version.agreement.key}/draft/"
    problem(call("PUT", address, {"document": text}), 428, "if_match_needed")
    assert call("POST", f"/versions/{pk}/propose/").json()["state"] == "proposed"
    signed = {"side": "marketing", "name": "Mara", "password": PASSWORD}
    problem(call("POST", f"/versions/{pk}/sign/", signed, if_match="*"), 403, "keys_never_sign")
    assert not AgreementVersion.objects.get(pk=pk).signatures.exists()


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [({"password": "guess"}, "/password"), ({"password": ""}, "/password"), ({"name": "Somebody"}, "/name")],
)
def test_open_session_signs_only_with_name_and_password(at: Company, wrong: dict, pointer: str) -> None:
    person = at.cast.sales_manager
    data = {**at.version.document, "title": "The next one"}
    draft = agreements.load(key=at.version.agreement.key, data=data, now=at.now)
    client = Client()
    client.force_login(person)

    def sign(**changes: str) -> Any:
        said = {"side": "sales", "name": person.name, "password": PASSWORD, **changes}
        address = f"{ROOT}/versions/{draft.pk}/sign/"
        return client.post(address, said, content_type="application/json", headers={"If-Match": "*"})

    assert problem(sign(**wrong), 422, "invalid")["errors"][0]["pointer"] == pointer
    assert not draft.signatures.exists()
    answer = sign()
    assert answer.status_code == 200
    assert PASSWORD not in answer.content.decode()
    assert draft.signatures.get().user == person


def test_faults_of_a_draft_are_pointed_at(at: Company) -> None:
    call = Caller(at.cast.marketing_manager)
    text = {**agreements.export(at.version), "gates": {}}
    made = call("PUT", "/agreements/default/draft/", {"document": text}, if_match="*")
    said = problem(made, 422, "invalid")
    assert all(error["pointer"].startswith("/document/gates") for error in said["errors"])
