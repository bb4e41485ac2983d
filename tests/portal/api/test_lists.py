"""Lists: complete page by page, narrowed by the filters of the pages, and silent about what is not seen."""

import csv
import io
import random
from urllib.parse import urlencode

import pytest

from leads import paging
from leads.models import Lead
from portal.api.shapes.asking import LeadsAsked
from portal.forms.lists import LeadFilterForm
from sla.models import Handoff, Standing
from sla.queries import leads as queries
from sla.queries import lists
from tests import company, factories
from tests.company import Company
from tests.portal.api.conftest import Caller, problem

pytestmark = pytest.mark.django_db


def walked(call: Caller, address: str) -> list[dict[str, object]]:
    """Follow `next` to the end."""
    rows, following = [], address
    while following:
        page = call.get(following.removeprefix("/api/v1"))
        rows += page["results"]
        following = page["next"]
    return rows


def test_pages_hold_every_lead_once(at: Company) -> None:
    made = [factories.make_lead().pk for _ in range(23)]
    rows = walked(Caller(at.cast.marketer), "/leads/?limit=5")
    assert [row["lead"]["id"] for row in rows] == sorted(made, reverse=True)


def test_what_comes_in_meanwhile_moves_no_page(at: Company) -> None:
    first = [factories.make_lead().pk for _ in range(6)]
    call = Caller(at.cast.marketer)
    page = call.get("/leads/?limit=3")
    factories.make_lead()
    rest = walked(call, page["next"])
    assert [row["lead"]["id"] for row in [*page["results"], *rest]] == sorted(first, reverse=True)


def test_count_stops_at_its_cap(at: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        factories.make_lead()
    call = Caller(at.cast.marketer)
    assert (call.get("/leads/")["count"], call.get("/leads/")["count_is_capped"]) == (4, False)
    monkeypatch.setattr(paging, "COUNTED_UP_TO", 3)
    assert (call.get("/leads/")["count"], call.get("/leads/")["count_is_capped"]) == (3, True)


def test_pages_of_many_hold_every_lead_once_and_say_so(at: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [factories.make_lead().pk for _ in range(7)]
    monkeypatch.setattr(paging, "COUNTED_UP_TO", 3)
    call = Caller(at.cast.marketer)
    following = call.get("/leads/?limit=3")["next"]
    second = call.get(following.removeprefix("/api/v1"))
    assert (second["count"], second["count_is_capped"]) == (3, True)
    rows = walked(call, "/leads/?limit=3")
    assert [row["lead"]["id"] for row in rows] == sorted(made, reverse=True)


@pytest.mark.parametrize("cursor", ["", "1", "abc:def:ghi", "IjEi:1u0Qb9:x"])
def test_invented_cursor_is_refused(at: Company, cursor: str) -> None:
    said = problem(Caller(at.cast.marketer)("GET", f"/leads/?cursor={cursor}"), 422, "invalid")
    assert said["errors"][0]["pointer"] == "/cursor"


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "9" * 30, "²"])
def test_limit_out_of_range_is_refused(at: Company, limit: str) -> None:
    problem(Caller(at.cast.marketer)("GET", f"/leads/?limit={limit}"), 422, "invalid")


@pytest.mark.parametrize("view", queries.VIEWS)
def test_views_are_those_of_the_pages(at: Company, view: str) -> None:
    company.every_state(at)
    for person in (at.cast.rep, at.cast.sales_manager, at.cast.marketer):
        shown = {lead.pk for lead in lists.page(person, {"view": view}).leads}
        rows = walked(Caller(person), f"/leads/?view={view}&limit=7")
        assert {row["lead"]["id"] for row in rows} == shown


def test_filters_narrow_together(at: Company) -> None:
    lead = factories.make_lead("Ada Byron", company="Looms Ltd", email="ada@looms.example.com")
    lead.external_ids.create(system="crm", external_id="00Q5")
    factories.make_lead("Ada Other", account=lead.account)
    call = Caller(at.cast.marketer)
    for asked in (
        "email=ADA@looms.example.com", "q=byron", "system=crm&external_id=00Q5",
        f"account={lead.account_id}&q=byron",
        f"stage=inquiry&account={lead.account_id}&email=ada@looms.example.com",
    ):  # fmt: skip
        assert [row["lead"]["id"] for row in call.get(f"/leads/?{asked}")["results"]] == [lead.pk], asked
    assert call.get(f"/leads/?email=nonsense&account={lead.account_id}")["results"] == []
    problem(call("GET", "/leads/?system=crm"), 422, "invalid")
    problem(call("GET", "/leads/?stage=unheard"), 422, "invalid")
    problem(call("GET", "/leads/?q=ab"), 422, "invalid")


def asked_of(made: dict[str, Handoff]) -> dict[str, object]:
    """Return for every filter of the list a value that some leads meet and others do not."""
    lead = made["accepted"].lead
    Lead.objects.filter(pk=lead.pk).update(source="Fair & more")
    grade = Standing.objects.exclude(grid="").values_list("grid", flat=True)[0]
    return {
        "stage": "sal", "owner": lead.owner_id, "team": lead.team_id, "account": lead.account_id,
        "email": lead.email, "source": "Fair & more", "grade": grade, "ready": "1", "late": "1",
        "q": lead.account.name,
    }  # fmt: skip


def test_every_filter_narrows_page_and_api_alike(at: Company) -> None:
    """Only an account and an exact address are asked by machines alone: people have the dossier and `q`."""
    asked = asked_of(company.every_state(at))
    company.leads_apart(at)
    assert set(asked) == set(queries.FILTERS)
    assert set(LeadsAsked().fields) == {*asked, "view", "system", "external_id"}
    assert set(LeadFilterForm.base_fields) == set(asked) - {"account", "email"}
    told = 0
    for person in (at.cast.rep, at.cast.other_rep, at.cast.sales_manager, at.cast.marketer):
        call = Caller(person)
        whole = len(walked(call, "/leads/"))
        for name, value in asked.items():
            page = LeadFilterForm({name: value}, user=person)
            rows = [row["lead"]["id"] for row in walked(call, f"/leads/?{urlencode({name: value})}")]
            if name in page.fields:
                assert rows == [lead.pk for lead in lists.page(person, page.asked).leads], (person, name)
            told += 0 < len(rows) < whole
    assert told > 2 * len(asked)


@pytest.mark.parametrize("flag", ["ready", "late"])
def test_flag_parts_the_leads_in_two(at: Company, flag: str) -> None:
    company.every_state(at)
    call = Caller(at.cast.marketer)
    yes, no, both = (
        {row["lead"]["id"] for row in walked(call, f"/leads/?{asked}")}
        for asked in (f"{flag}=true", f"{flag}=0", f"{flag}=")
    )
    assert yes
    assert no
    assert (yes & no, yes | no) == (set(), both)


@pytest.mark.parametrize(
    ("name", "value"),
    [("grade", "Z9"), ("grade", "a1"), ("source", "s" * 121), ("ready", "maybe"), ("late", "2"),
     ("stage", "unheard"), ("view", "none"), ("owner", "0"), ("team", "x"), ("account", "-1")],
)  # fmt: skip
def test_bad_filter_is_named(at: Company, name: str, value: str) -> None:
    call = Caller(at.cast.marketer)
    for answer in (call("GET", f"/leads/?{name}={value}"), call("POST", "/exports/leads/", {name: value})):
        assert [error["pointer"] for error in problem(answer, 422, "invalid")["errors"]] == [f"/{name}"]


def test_canary_of_another_team_is_heard_nowhere(at: Company) -> None:
    """One lead that only a stranger works: no list, count, search, file or filter tells of it."""
    word = "Canary"
    handoff = company.offered(at, "Canary Ltd", at.cast.stranger)
    Lead.objects.filter(pk=handoff.lead_id).update(
        name="Carl Canary", search_text="carl canary canary ltd", source=word
    )
    company.offered(at, "Own Ltd")
    addresses = [
        "/leads/", "/leads/?q=canary", "/leads/?view=all", f"/leads/?account={handoff.lead.account_id}",
        f"/leads/?owner={at.cast.stranger.pk}", f"/leads/?email={handoff.lead.email}", "/accounts/",
        f"/leads/?grade={handoff.grid}", f"/leads/?source={word}", "/leads/?ready=1", "/leads/?ready=0",
        "/leads/?late=0",
        "/handoffs/", f"/handoffs/?rep={at.cast.stranger.pk}", f"/handoffs/?lead={handoff.lead_id}",
    ]  # fmt: skip
    for person in (at.cast.rep, at.cast.other_rep, at.cast.qualifier):
        call = Caller(person)
        own = len(walked(call, "/leads/"))
        for address in addresses:
            answer = call("GET", address)
            assert word not in answer.content.decode(), (person, address)
            assert answer.json()["count"] <= own
        file = call("POST", "/exports/leads/", {})
        assert word not in b"".join(file).decode()
    marketer = Caller(at.cast.marketer)
    assert all(word in marketer("GET", address).content.decode() for address in addresses[:4])


def test_changed_rights_count_from_the_next_call(at: Company) -> None:
    company.offered(at, "Own Ltd")
    call = Caller(at.cast.rep)
    assert call.get("/leads/")["count"] == 1
    at.cast.rep.role, at.cast.rep.team = "sales_manager", None
    at.cast.rep.save()
    assert call.get("/leads/")["count"] == 0


def test_file_holds_what_the_list_holds(at: Company) -> None:
    company.every_state(at)
    factories.make_lead("=cmd()", company="Formula Ltd")
    call = Caller(at.cast.sales_manager)
    file = b"".join(call("POST", "/exports/leads/", {"view": "all"})).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    listed = walked(call, "/leads/?view=all")
    assert [int(row["id"]) for row in rows] == [row["lead"]["id"] for row in listed]
    whole = b"".join(Caller(at.cast.marketer)("POST", "/exports/leads/", {})).decode()
    assert "'=cmd()" in whole


def test_handoffs_are_narrowed(at: Company) -> None:
    made = company.every_state(at)
    call = Caller(at.cast.marketer)
    state = random.Random(5).choice(["accepted", "declined", "won"])
    rows = walked(call, f"/handoffs/?state={state}&limit=2")
    assert {row["id"] for row in rows} == {one.pk for one in made.values() if one.state == state}
    assert all(not row["is_ended"] for row in walked(call, "/handoffs/?is_open=true"))
    late = {row["id"] for row in walked(call, "/handoffs/?late=1")}
    assert {made["late_offer"].pk, made["late_touch"].pk} <= late
    prompt = {row["id"] for row in walked(call, "/handoffs/?late=0")}
    assert (late & prompt, late | prompt) == (set(), {row["id"] for row in walked(call, "/handoffs/")})
    problem(call("GET", "/handoffs/?late=soon"), 422, "invalid")
