"""Facts by machine: created, edited as seen, learned; one by one and a thousand at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from leads.choices import Role
from leads.models import Account, AuditEntry, Deal, Lead, Touch
from sla import handoffs
from sla.models import Clock, Standing
from tests import company, factories
from tests.company import Company
from tests.portal.api.conftest import Caller, problem

pytestmark = pytest.mark.django_db
#: What no caller may set by sending it: every column of a lead that is no fact.
NOT_FACTS = {
    field.attname: 1
    for field in Lead._meta.concrete_fields
    if field.name not in {"account", "attributes", "is_sales_generated"}
    and field.name not in ("name", "title", "seniority", "email", "phone", "language", "country", "source")
    and field.name not in ("campaign", "first_identified")
}


def test_lead_is_created_judged_and_on_record(at: Company) -> None:
    call = Caller(at.cast.marketer)
    account = call("POST", "/accounts/", {"name": "Looms Ltd", "employees": 400}).json()["id"]
    sent = {
        "account": account, "name": "Ada Byron", "email": "ada@looms.example.com",
        "attributes": {"plants": 3},
        "external_ids": [{"system": "crm", "external_id": "00Q5"}],
    }  # fmt: skip
    answer = call("POST", "/leads/", sent)
    lead = Lead.objects.get(email_key="ada@looms.example.com")
    assert (answer.status_code, answer.json()["lead"]["id"]) == (201, lead.pk)
    assert Standing.objects.filter(lead=lead).exists()
    assert AuditEntry.objects.get(stream=f"lead:{lead.pk}", verb="created").actor_id == at.cast.marketer.pk
    assert call.get(f"/leads/{lead.pk}/")["attributes"] == {"plants": 3}
    problem(call("POST", "/leads/", sent), 409, "taken")
    said = problem(call("POST", "/leads/", {**sent, "external_ids": []}), 409, "duplicate_email")
    assert said["lead"] == lead.pk


def test_facts_are_edited_as_they_were_seen(at: Company) -> None:
    lead = factories.make_lead("Ada Byron", title="Buyer")
    call = Caller(at.cast.marketer)
    seen = call("GET", f"/leads/{lead.pk}/")["ETag"]
    problem(call("PATCH", f"/leads/{lead.pk}/", {"title": "CFO"}), 428, "if_match_needed")
    answer = call("PATCH", f"/leads/{lead.pk}/", {"title": "CFO"}, if_match=seen)
    assert (answer.status_code, answer.json()["lead"]["title"]) == (200, "CFO")
    problem(call("PATCH", f"/leads/{lead.pk}/", {"title": "CEO"}, if_match=seen), 412, "changed_meanwhile")
    again = call("PATCH", f"/leads/{lead.pk}/", {"title": "CEO"}, if_match=answer["ETag"])
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("*", 200), (" * ", 200), ("{tag}", 200), ('"other", {tag}', 200), ('"a,b" , {tag}', 200),
        ("W/{tag}", 412), ('"other"', 412), ('*, "other"', 412), ("nonsense", 412), (",", 412),
    ],
)  # fmt: skip
def test_if_match_is_read_as_the_standard_has_it(at: Company, told: str, status: int) -> None:
    lead = factories.make_lead("Ada Byron", title="Buyer")
    call = Caller(at.cast.marketer)
    tag = call("GET", f"/leads/{lead.pk}/")["ETag"]
    answer = call("PATCH", f"/leads/{lead.pk}/", {"title": "CFO"}, if_match=told.replace("{tag}", tag))
    assert answer.status_code == status
    assert Lead.objects.get(pk=lead.pk).title == ("CFO" if status == 200 else "Buyer")


def test_if_match_of_what_is_not_there_is_not_found(at: Company) -> None:
    problem(
        Caller(at.cast.marketer)("PATCH", "/leads/999999/", {"title": "CFO"}, if_match="*"), 404, "not_found"
    )


def test_only_facts_can_be_sent(at: Company) -> None:
    lead = company.accepted(at, "Own Ltd").lead
    before = Lead.objects.filter(pk=lead.pk).values().get()
    call = Caller(at.cast.rep)
    answer = call("PATCH", f"/leads/{lead.pk}/", {**NOT_FACTS, "stage": "customer"}, if_match="*")
    assert answer.status_code == 200
    assert Lead.objects.filter(pk=lead.pk).values().get() == before
    assert len(NOT_FACTS) > 12


@pytest.mark.parametrize(
    "attributes",
    [[], "x", {"": 1}, {"a": []}, {"a": {"b": 1}}, {"a\0": 1}, {"a": "\0"}, {"a": "\ud800"}, {"a": 10**30}],
)
def test_strange_attributes_are_refused(at: Company, attributes: Any) -> None:
    lead = factories.make_lead()
    sent = {"attributes": attributes}
    said = problem(
        Caller(at.cast.marketer)("PATCH", f"/leads/{lead.pk}/", sent, if_match="*"), 422, "invalid"
    )
    assert said["errors"][0]["pointer"] == "/attributes"


def test_account_edited_by_its_owner_only(at: Company) -> None:
    lead = company.accepted(at, "Own Ltd").lead
    call = Caller(at.cast.rep)
    assert call("PATCH", f"/accounts/{lead.account_id}/", {"employees": 9}, if_match="*").status_code == 403
    Account.objects.filter(pk=lead.account_id).update(owner=at.cast.rep)
    assert call("PATCH", f"/accounts/{lead.account_id}/", {"employees": 9}, if_match="*").status_code == 200


def test_touch_meets_the_clock_that_waits_for_it(at: Company) -> None:
    handoff = company.accepted(at, "Own Ltd")
    touch = {"side": "sales", "kind": "call", "happened_at": timezone.now().isoformat(), "reached": True}
    answer = Caller(at.cast.rep)("POST", f"/leads/{handoff.lead_id}/touches/", touch)
    assert answer.status_code == 201
    clock = Clock.objects.filter(handoff=handoff, kind="first_touch").first()
    assert clock is not None
    assert clock.state == "met"
    ahead = {**touch, "happened_at": (timezone.now() + timedelta(hours=1)).isoformat()}
    said = problem(Caller(at.cast.rep)("POST", f"/leads/{handoff.lead_id}/touches/", ahead), 422, "invalid")
    assert said["errors"][0]["pointer"] == "/happened_at"


def batch(*touches: dict[str, Any]) -> dict[str, Any]:
    usual = {"side": "prospect", "kind": "visited", "happened_at": "2026-01-02T03:04:05Z", "source": "mat"}
    return {"touches": [{**usual, **touch} for touch in touches]}


def test_batch_gives_each_touch_its_own_result(at: Company) -> None:
    lead, own = factories.make_lead(), company.offered(at, "Own Ltd").lead
    lead.external_ids.create(system="crm", external_id="00Q5")
    named = {"system": "crm", "external_id": "00Q5"}
    sent = batch(
        {"lead": lead.pk, "external_id": "1"},
        {"lead": named, "external_id": "2"},
        {"lead": lead.pk, "external_id": "1", "evidence": "two_way"},
        {"lead": own.pk, "external_id": "1"},
        {"lead": 987654321},
        {"lead": lead.pk, "kind": "guessed"},
        {"lead": lead.pk, "happened_at": "yesterday"},
        {"lead": lead.pk, "unheard": 1},
    )
    results = Caller(at.cast.marketer)("POST", "/touches/batch/", sent).json()["results"]
    statuses = [one["status"] for one in results]
    assert statuses == [
        "created",
        "created",
        "known",
        "rejected",
        "rejected",
        "rejected",
        "rejected",
        "rejected",
    ]
    pointers = [one["errors"][0]["pointer"] for one in results if one["status"] == "rejected"]
    assert pointers == ["/external_id", "/lead", "/kind", "/happened_at", "/unheard"]
    assert results[0]["id"] == results[2]["id"]
    assert Touch.objects.get(source="mat", external_id="1").evidence == 4
    again = Caller(at.cast.marketer)("POST", "/touches/batch/", sent).json()["results"]
    assert [one["status"] for one in again][:3] == ["known"] * 3
    assert Touch.objects.filter(source="mat").count() == 2


def test_batch_knows_only_leads_its_caller_sees(at: Company) -> None:
    foreign = company.offered(at, "Foreign Ltd", at.cast.stranger).lead
    foreign.external_ids.create(system="crm", external_id="00Q6")
    call = Caller(at.cast.rep)
    sent = batch(
        {"lead": foreign.pk}, {"lead": {"system": "crm", "external_id": "00Q6"}}, {"lead": 987654321}
    )
    results = call("POST", "/touches/batch/", sent).json()["results"]
    assert results[0] == results[1] == results[2]
    assert not Touch.objects.filter(lead=foreign, source="mat").exists()


@pytest.mark.parametrize("sent", [{}, {"touches": []}, {"touches": [1] * 1001}, [], {"touches": {"a": 1}}])
def test_batch_of_the_wrong_size_is_refused(at: Company, sent: Any) -> None:
    problem(Caller(at.cast.marketer)("POST", "/touches/batch/", sent), 422, "invalid")


def test_batch_does_to_clocks_what_single_touches_do(at: Company) -> None:
    one, other = company.accepted(at, "One Ltd"), company.accepted(at, "Other Ltd")
    when = (timezone.now() - timedelta(minutes=5)).isoformat()
    touch = {"side": "sales", "kind": "call", "happened_at": when, "reached": True}
    call = Caller(at.cast.marketer)
    call("POST", f"/leads/{one.lead_id}/touches/", touch)
    call("POST", "/touches/batch/", {"touches": [{**touch, "lead": other.lead_id}]})

    def clocks(handoff: Any) -> list[Any]:
        return list(Clock.objects.filter(handoff=handoff).order_by("kind", "pk").values_list("kind", "state"))

    assert clocks(one) == clocks(other)
    assert ("first_touch", "met") in clocks(other)


def test_step_of_a_track_is_done_once(at: Company) -> None:
    handoff = company.declined(at, "Nurtured Ltd")
    handoffs.acknowledge(handoff=handoff, actor=at.cast.marketer, track="stay_in_touch", now=at.now)
    call, address = Caller(at.cast.marketer), f"/handoffs/{handoff.pk}/step/"
    assert call("POST", address, {"number": 1}).status_code == 200
    touches = call.get(f"/leads/{handoff.lead_id}/touches/")["results"]
    assert touches[0]["side"] == "marketing"
    problem(call("POST", address, {"number": 1}), 409, "already_done")


def test_deal_is_written_once_and_closed(at: Company) -> None:
    lead = factories.make_lead()
    call = Caller(at.cast.marketer)
    sent = {"lead": lead.pk, "name": "A line", "system": "crm", "external_id": "006A"}
    deal = call("POST", "/deals/", sent).json()["id"]
    assert call("POST", "/deals/", sent).json()["id"] == deal
    outcome = {"state": "won", "closed_at": "2026-01-02T03:04:05Z", "amount": "48000.00", "margin": "0.3"}
    assert call("POST", f"/deals/{deal}/close/", outcome).json()["state"] == "won"
    other = {**sent, "lead": factories.make_lead().pk}
    problem(call("POST", "/deals/", other), 409, "taken")
    assert Deal.objects.count() == 1
    log = AuditEntry.objects.filter(stream=f"lead:{lead.pk}", actor_id=at.cast.marketer.pk).order_by("seq")
    assert [verb for verb in log.values_list("verb", flat=True) if verb.startswith("deal")] == [
        "deal_opened",
        "deal_won",
    ]
    problem(call("POST", "/deals/", {"name": "Nobody's"}), 422, "invalid")


def test_leaders_write_nothing(at: Company) -> None:
    lead, call = factories.make_lead(), Caller(at.cast.leader)
    assert at.cast.leader.role == Role.LEADER
    for address, sent in (
        (f"/leads/{lead.pk}/bant/", {"kind": "need", "text": "x"}),
        (f"/leads/{lead.pk}/consents/", {"channel": "mail", "state": "given"}),
        ("/touches/batch/", batch({"lead": lead.pk})),
    ):
        problem(call("POST", address, sent), 403, "permission_denied")
