"""Compliance and alignment: who sees what, and that every number leads to its leads."""

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from leads import deals
from leads.choices import Role
from portal import csvfile
from portal.lines import payoff
from sla import agreements, letters
from sla.compliance.paths import Paths, Step
from sla.models import Refusal
from tests.factories import NOW, add_touch, agreement_commitments, make_lead, signed_version, user, won_deal
from tests.sla.compliance import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
YESTERDAY = NOW - timedelta(days=1)
PAGES = ("compliance", "compliance-offers", "compliance-csv")


@pytest.fixture
def version(people):
    return signed_version(signers=(people.marketing_manager, people.sales_manager))


def page(client, user, name: str, *args, **query):
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("name", PAGES)
def test_everybody_sees_the_results_of_both_sides(client, people, version, role: str, name: str) -> None:
    assert page(client, getattr(people, role), name).status_code == 200


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("rep", 403),
        ("qualifier", 403),
        ("marketer", 403),
        ("sales_manager", 200),
        ("marketing_manager", 200),
        ("leader", 200),
        ("operations", 200),
    ],
)
def test_alignment_is_for_those_who_decide(client, people, version, role: str, status: int) -> None:
    assert page(client, getattr(people, role), "alignment").status_code == status


@pytest.mark.parametrize("name", [*PAGES, "alignment"])
def test_results_are_behind_the_login(client, db, name: str) -> None:
    response = client.get(reverse(name))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


def test_finding_names_the_weak_spot(client, people, version) -> None:
    for index in range(10):
        rows.clock(version, "decide", YESTERDAY, "met" if index < 8 else "late")

    response = page(client, people.marketing_manager, "compliance")

    assert "0 of 2 commitments are kept." in response.content.decode()
    assert "<b>Decide is the weak spot:</b> 80% against 90%." in response.content.decode()


def test_results_before_anything_happened_say_so(client, people, version) -> None:
    text = page(client, people.marketing_manager, "compliance").content.decode()

    assert "Nothing was offered in this period." in text
    assert "Nothing is late." in text


def test_results_without_an_agreement_say_so(client, people) -> None:
    assert page(client, people.leader, "alignment").status_code == 200
    text = page(client, people.marketing_manager, "compliance").content.decode()
    assert "Nothing has fallen due in this period yet" in text


def test_number_of_missed_leads_to_its_leads(client, people, version) -> None:
    late = rows.clock(version, "decide", YESTERDAY, "late", lead=make_lead(company="Late Ltd"))
    rows.clock(version, "decide", YESTERDAY, "met", lead=make_lead(company="Kept Ltd"))

    text = page(client, people.marketing_manager, "compliance-commitment", "decide", bucket="missed").content

    assert b"Late Ltd" in text
    assert b"Kept Ltd" not in text
    assert reverse("lead", args=[late.lead_id]).encode() in text


def test_rep_reads_the_names_of_own_leads_only(client, people, version) -> None:
    own = make_lead(company="Own Ltd", owner=people.rep)
    foreign = make_lead(company="Foreign Ltd", owner=people.other_rep)
    for lead, rep in ((own, people.rep), (foreign, people.other_rep)):
        handoff = rows.offer(version, people.sales, "accepted", YESTERDAY, lead=lead, rep=rep)
        rows.clock(version, "decide", YESTERDAY, "breached", lead=lead, handoff=handoff)

    for name, *args in (("compliance-commitment", "decide"), ("compliance-commitment-csv", "decide"),
                        ("compliance-offers",)):  # fmt: skip
        text = page(client, people.rep, name, *args).content
        assert b"Own Ltd" in text, name
        assert b"Foreign Ltd" not in text, name


@pytest.mark.parametrize("role", ["rep", "sales_manager"])
def test_sales_is_asked_about_the_own_team_whatever_the_address_says(
    client, people, version, role: str
) -> None:
    rows.offer(version, people.elsewhere, "accepted", YESTERDAY, lead=make_lead(company="Foreign Ltd"))

    text = page(client, getattr(people, role), "compliance-offers", team=people.elsewhere.pk).content

    assert b"Foreign Ltd" not in text
    assert b"No lead is counted here." in text


def test_leader_reads_no_names_of_reps(client, people, version) -> None:
    handoff = rows.offer(version, people.sales, "accepted", YESTERDAY, rep=people.rep)
    rows.clock(version, "decide", YESTERDAY, "breached", lead=handoff.lead, handoff=handoff, rep=people.rep)

    for name in ("alignment", "compliance", "compliance-offers"):
        assert people.rep.name.encode() not in page(client, people.leader, name).content, name
    assert people.rep.name.encode() in page(client, people.marketing_manager, "compliance").content


def test_unknown_commitment_is_not_found(client, people, version) -> None:
    assert page(client, people.leader, "compliance-commitment", "nonsense").status_code == 404


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"period": "own"}, "Give both days, from and to."),
        (
            {"period": "own", "first_on": "2026-11-02", "last_on": "2026-11-01"},
            "This day lies before the first one.",
        ),
        ({"tier": "golden"}, "Select a valid choice."),
    ],
)
def test_faulty_question_gets_a_sentence(client, people, version, query: dict, sentence: str) -> None:
    response = page(client, people.marketing_manager, "compliance", **query)

    assert response.status_code == 200
    assert sentence in response.content.decode()


def test_results_are_narrowed_to_a_tier(client, people, version) -> None:
    rows.offer(version, people.sales, "accepted", YESTERDAY, tier="top")
    rows.offer(version, people.sales, "declined", YESTERDAY, tier="standard")

    best = page(client, people.marketing_manager, "compliance-offers", tier="top", bucket="offered")
    other = page(client, people.marketing_manager, "compliance-offers", tier="standard", bucket="offered")

    assert [one.state for one in best.context["members"]] == ["accepted"]
    assert "has no tier and is not counted here" in best.content.decode()
    assert [one.state for one in other.context["members"]] == ["declined"]


def test_results_are_narrowed_to_a_segment(client, people, version) -> None:
    apart = {"segment": {"rule": {"fact": "country", "op": "=", "value": "Austria"}}}
    other = signed_version(
        key="austria", rank=1, signers=(people.marketing_manager, people.sales_manager), **apart
    )
    rows.offer(version, people.sales, "accepted", YESTERDAY)
    rows.offer(other, people.sales, "declined", YESTERDAY)

    answers = {
        key: page(client, people.marketing_manager, "compliance-offers", segment=key, bucket="offered")
        for key in ("default", "austria")
    }

    assert [one.state for one in answers["default"].context["members"]] == ["accepted"]
    assert [one.state for one in answers["austria"].context["members"]] == ["declined"]
    assert "All segments" in answers["austria"].content.decode()


def test_a_single_segment_is_no_question(client, people, version) -> None:
    assert "All segments" not in page(client, people.marketing_manager, "compliance").content.decode()


def test_where_leads_went_is_of_all_tiers(client, people, version) -> None:
    """A lead that was never judged has no tier."""
    said = "Of all segments and tiers"
    assert said in page(client, people.leader, "alignment", tier="top").content.decode()
    assert said not in page(client, people.leader, "alignment").content.decode()


def test_a_question_without_a_period_shows_the_one_it_is_answered_for(client, people, version) -> None:
    text = page(client, people.leader, "alignment", tier="top").content.decode()
    assert '<option value="quarter" selected>' in text


def test_own_period_is_counted(client, people, version) -> None:
    rows.offer(version, people.sales, "accepted", NOW - timedelta(days=40), lead=make_lead(company="Old Ltd"))

    text = page(
        client, people.leader, "compliance-offers", period="own", first_on="2026-10-01", last_on="2026-10-31"
    )

    assert b"Old Ltd" in text.content


def test_german_reader_is_asked_until_when(client, people, version) -> None:
    people.leader.language = "de"
    people.leader.save()
    asked = {"period": "own", "first_on": "2026-10-01", "last_on": "2026-10-31"}
    form = page(client, people.leader, "compliance", **asked).context["form"]
    with translation.override("de"):
        assert (str(form["first_on"].label), str(form["last_on"].label)) == ("Von", "Bis")


def test_all_times_draw_the_weeks_of_offers(client, people, version) -> None:
    rows.offer(version, people.sales, "accepted", NOW - timedelta(days=40))

    text = page(client, people.marketing_manager, "compliance", period="all").content.decode()

    assert "Nothing was offered in" not in text
    assert "6 columns from" not in text
    assert "7 columns from" in text


def test_weeks_after_today_are_not_drawn(client, people, version) -> None:
    rows.offer(version, people.sales, "accepted", YESTERDAY)

    drawn = page(client, people.marketing_manager, "compliance").context["weeks"]

    assert drawn.names[-1].text == f"W{NOW.isocalendar().week}"


def test_all_times_whose_last_offer_is_long_ago_say_so(client, people, version) -> None:
    rows.offer(version, people.sales, "accepted", NOW - timedelta(weeks=30))

    text = page(client, people.marketing_manager, "compliance", period="all").content.decode()

    assert "Nothing was offered in the last 14 weeks of this period." in text


def test_reasons_of_leads_are_said_in_words(client, people, version) -> None:
    rows.offer(version, people.sales, "declined", YESTERDAY, reason_code="no_budget")

    text = page(client, people.marketing_manager, "compliance-offers", bucket="declined").content.decode()

    assert "no_budget" not in text
    assert "No budget" in text


def test_csv_has_every_commitment_and_figures_of_the_page(client, people, version) -> None:
    for index in range(10):
        rows.clock(version, "decide", YESTERDAY, "met" if index < 8 else "late")

    answer = page(client, people.marketing_manager, "compliance-csv")

    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    decide = next(line for line in lines if line["commitment"] == "decide")
    assert (decide["kept"], decide["missed"], decide["value"]) == ("8", "2", "0.8")
    names = {line["commitment"]: line["name"] for line in lines}
    assert (names["nurture"], names["nurture_stale"]) == ("First nurture touch", "Nurture upkeep")
    assert answer["Content-Disposition"] == 'attachment; filename="compliance.csv"'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_csv_cell_never_runs_as_a_formula(text: str) -> None:
    assert csvfile.cell(text) == f"'{text}"


def test_alignment_shows_regret_and_unknown_follow_up(client, people, version) -> None:
    lead = rows.offer(version, people.sales, "declined", YESTERDAY, lead=make_lead(company="Missed Ltd")).lead
    won_deal(lead, closed_at=NOW, amount=60_000, currency="EUR")

    text = page(client, people.leader, "alignment").content.decode()

    assert "Missed Ltd" in text
    assert "60,000" in text


def test_alignment_never_adds_amounts_of_different_currencies(client, people, version) -> None:
    for currency, amount in (("EUR", 60_000), ("USD", 1_000), ("EUR", 500)):
        lead = rows.offer(version, people.sales, "declined", YESTERDAY, lead=make_lead()).lead
        won_deal(lead, closed_at=NOW, amount=amount, currency=currency)

    text = page(client, people.leader, "alignment").content.decode()

    assert "<b>3 leads</b> that Sales refused bought later, worth 60,500 EUR, 1,000 USD." in text


def _bought(version, people, *deals: tuple[str, int, str]) -> None:
    """Have somebody old enough, and followed up, buy for each currency, amount and margin."""
    long_ago = NOW - timedelta(days=300)
    for currency, amount, margin in deals:
        lead = rows.offer(version, people.sales, "accepted", long_ago, lead=make_lead(now=long_ago)).lead
        add_touch(lead, "call", side="sales", now=long_ago + timedelta(hours=3))
        won_deal(lead, closed_at=NOW, amount=amount, currency=currency, margin=margin)


IN_TWO = (("USD", 9_000, "0.1"), ("EUR", 1_000, "0.5"), ("EUR", 3_000, "0.3"))


def test_alignment_shows_the_margin_of_each_currency(client, people, version) -> None:
    _bought(version, people, *IN_TWO)

    text = shown(page(client, people.leader, "alignment"))

    assert "Margin of won 35% EUR, 2 accounts 10% USD, 1 account agreed at least 20%" in text
    assert "Each currency by itself: amounts of two are never added." in text


def test_alignment_shows_the_margin_of_one_currency_alone(client, people, version) -> None:
    _bought(version, people, *IN_TWO[1:])

    text = shown(page(client, people.leader, "alignment"))

    assert "Margin of won 35% agreed at least 20%" in text
    assert "Each currency by itself" not in text


def test_api_tells_the_margin_of_each_currency(client, people, version) -> None:
    _bought(version, people, *IN_TWO)

    [found] = page(client, people.leader, "api-alignment").json()["truth"]

    assert found["margin"] is None
    assert found["margins"] == [
        {"currency": "EUR", "margin": 0.35, "n": 2},
        {"currency": "USD", "margin": 0.1, "n": 1},
    ]


def test_money_at_risk_is_shown_for_each_currency(client, people, version) -> None:
    _bought(version, people, *IN_TWO)
    for currency in ("EUR", "USD"):
        late = rows.offer(version, people.sales, "accepted", YESTERDAY)
        rows.clock(version, "first_touch", YESTERDAY, "breached", handoff=late, lead=late.lead)
        deals.record_deal(account=late.lead.account, lead=late.lead, now=NOW, amount=4_000, currency=currency)

    text = shown(page(client, people.leader, "alignment"))

    assert "4,000 EUR Cause open 4,000 4,000 USD Cause open 4,000" in text


def shown(answer) -> str:
    """Return what a page says, without its markup."""
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(words)).replace(" ,", ",")


def test_leads_behind_a_commitment_say_how_each_counts(client, people, version) -> None:
    for state in ("met", "late", "breached"):
        rows.clock(version, "decide", YESTERDAY, state)
    found = page(client, people.marketing_manager, "compliance-commitment", "decide").context["members"]
    assert sorted(one.outcome for one in found) == ["Kept", "Missed", "Missed"]

    text = page(client, people.marketing_manager, "compliance-commitment", "decide", bucket="kept")
    assert "Outcome" not in text.content.decode()


def test_missed_commitment_opens_on_the_leads_that_missed_it(client, people, version) -> None:
    for state in ("met", *("breached",) * 6):
        rows.clock(version, "decide", YESTERDAY, state)
    found = page(client, people.marketing_manager, "compliance-commitment", "decide").context
    assert (found["bucket"], [one.outcome for one in found["members"]]) == ("missed", ["Missed"] * 6)
    answer = page(client, people.marketing_manager, "compliance-commitment-csv", "decide")
    assert len(answer.content.decode().splitlines()) == 7
    every = page(client, people.marketing_manager, "compliance-commitment", "decide", bucket="all")
    assert len(every.context["members"]) == 7


def test_alignment_leads_on_in_the_same_period(client, people, version) -> None:
    rows.clock(version, "decide", YESTERDAY, "met")
    text = page(client, people.leader, "alignment").content.decode()
    assert f'{reverse("compliance-commitment", args=["decide"])}?period=quarter"' in text


def test_letter_leads_to_the_leads_of_its_week_that_missed(client, people, version) -> None:
    for _number in range(6):
        rows.clock(version, "decide", NOW - timedelta(days=7), "breached")
    week_on = NOW.date() - timedelta(days=NOW.weekday() + 7)
    assert letters.write_due(now=NOW) is not None
    text = html.unescape(page(client, people.leader, "weekly").content.decode())
    behind = f"{reverse('compliance-commitment', args=['decide'])}?period=own&first_on={week_on}"
    address = re.search(rf'href="({re.escape(behind)}[^"]*)"', text)[1]
    assert [one.outcome for one in client.get(address).context["members"]] == ["Missed"] * 6


def test_alignment_leads_to_what_took_most_work_and_came_to_nothing(client, people, version) -> None:
    ago = 30 * timedelta(days=1)
    little = rows.offer(version, people.sales, "lost", NOW - ago, ended_at=NOW - ago / 2)
    much = rows.offer(version, people.sales, "returned", NOW - ago, ended_at=NOW - ago / 2)
    rows.offer(version, people.sales, "won", NOW - ago)
    for handoff, calls in ((little, 1), (much, 3)):
        for number in range(calls):
            add_touch(handoff.lead, "call", side="sales", ago=ago - timedelta(days=number + 1))
        add_touch(handoff.lead, "call", side="sales", ago=timedelta(days=1))  # after the end: other work
    text = page(client, people.leader, "alignment").content.decode()

    assert "2 of 3 leads accepted in these 12 months were lost or handed back." in text
    address = html.unescape(re.search(r'href="([^"]+in_vain[^"]+)"', text)[1])
    members = client.get(address).context["members"]
    assert [(one.lead_id, one.touches) for one in members] == [(much.lead_id, 3), (little.lead_id, 1)]


def test_results_need_as_many_queries_for_thirty_leads_as_for_one(client, people, version) -> None:
    def grow(number: int) -> None:
        for _ in range(number):
            handoff = rows.offer(version, people.sales, "declined", YESTERDAY)
            rows.clock(version, "decide", YESTERDAY, "breached", lead=handoff.lead, handoff=handoff)

    def queries(name: str, *args: str) -> int:
        client.force_login(people.marketing_manager)
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(name, args=args)).status_code == 200
        return len(found)

    targets = [("compliance",), ("compliance-commitment", "decide"), ("compliance-offers",), ("alignment",)]
    grow(1)
    before = [queries(*target) for target in targets]
    grow(29)

    assert [queries(*target) for target in targets] == before


def test_a_review_that_both_owe_stands_in_the_ledger_of_each(client, people):
    promise = {"code": "review", "kind": "definition_review", "side": "both", "leg": None, "is_on": True,
               "target": None, "amount": None, "per": None}  # fmt: skip
    version = signed_version(
        signers=(people.marketing_manager, people.sales_manager),
        commitments=[*agreement_commitments(), promise],
    )
    due = version.review_due_on
    review = agreements.record(
        version=version, kind="definition", held_on=due - timedelta(days=5), attendees="Both",
        minutes="Unchanged.", outcome="confirmed", now=NOW, actor=people.leader,
    )  # fmt: skip
    agreements.confirm(review=review, user=people.sales_manager, side="sales", name="S", now=NOW)
    asked = {"period": "own", "first_on": due.replace(day=1).isoformat(), "last_on": due.isoformat()}
    for side in ("", "marketing", "sales"):
        shown = page(client, people.leader, "compliance-ledger", side=side, **asked).content.decode()
        assert "not signed yet by Marketing" in shown
        assert reverse("review", args=[review.pk]) in shown
    assert (
        "not signed yet"
        not in page(client, people.leader, "compliance-ledger", side="referee", **asked).content.decode()
    )
    agreements.confirm(review=review, user=people.marketing_manager, side="marketing", name="M", now=NOW)
    shown = page(client, people.leader, "compliance-ledger", **asked).content.decode()
    assert "confirmed by both sides" in shown
    lines = page(client, people.leader, "compliance-ledger-csv", **asked).content.decode()
    assert f"review,both,{version.agreement.name} v{version.number}" in lines


def test_behind_a_review_stand_its_minutes_and_no_leads(client, people):
    promise = {"code": "review", "kind": "pipeline_review", "side": "both", "leg": None, "is_on": True,
               "target": None, "amount": 1, "per": "month"}  # fmt: skip
    signed_version(
        signers=(people.marketing_manager, people.sales_manager),
        commitments=[*agreement_commitments(), promise],
    )
    assert page(client, people.leader, "compliance-commitment", "review")["Location"] == reverse("reviews")


def contested(version, people, company: str, **fields):
    """Write a decline of yesterday that Marketing contested, with the referee's clock."""
    lead = make_lead(company=company, owner=people.rep)
    handoff = rows.offer(version, people.sales, "declined", YESTERDAY, lead=lead, rep=people.rep, **fields)
    Refusal.objects.create(handoff=handoff, contested_at=YESTERDAY, contest_note="They have 400 people.")
    rows.clock(version, "rule", NOW + timedelta(hours=3), "running", lead=lead, handoff=handoff)
    return handoff


@pytest.fixture
def referee(people):
    return user(Role.LEADER, None, "Ruth Referee", email="referee@example.com")


def test_contested_decline_is_found_by_the_referee_and_by_those_who_follow_it(
    client, people, referee, version
) -> None:
    handoff = contested(version, people, "Argued Ltd")
    rule = reverse("handoff-rule", args=[handoff.pk])

    followed = [
        page(client, user, name).content.decode()
        for user, name in (
            (people.sales_manager, "team"),
            (people.sales_manager, "compliance"),
            (people.marketing_manager, "compliance"),
        )
    ]
    own = page(client, referee, "compliance").content.decode()
    summary = page(client, referee, "alignment").content.decode()

    assert all("They have 400 people." in text and rule not in text for text in followed)
    assert "Argued Ltd" in own
    assert rule in own
    assert f"{reverse('compliance')}#h-contested" in summary


def test_ruled_decline_waits_for_nobody(client, people, referee, version) -> None:
    handoff = contested(version, people, "Settled Ltd")
    Refusal.objects.filter(pk=handoff.pk).update(ruled_at=NOW, ruling="upheld")

    assert "Contested declines" not in page(client, referee, "compliance").content.decode()


def test_what_marketing_owes_is_not_laid_at_the_reps_door(client, people, version) -> None:
    handoff = rows.offer(version, people.sales, "returned", YESTERDAY, rep=people.rep)
    rows.clock(version, "nurture", YESTERDAY, "breached", lead=handoff.lead, handoff=handoff)

    pages = (("compliance",), ("compliance-ledger",), ("compliance-commitment", "nurture"))
    pages += (("compliance-commitment-csv", "nurture"),)
    for name, *args in pages:
        text = page(client, people.marketing_manager, name, *args).content.decode()
        assert str(handoff.lead.account) in text, name
        assert people.rep.name not in text.replace(f">{people.rep.name}</option>", ""), name


def test_every_late_lead_is_shown_on_request(client, people, version) -> None:
    for index in range(9):
        rows.clock(version, "decide", YESTERDAY, "breached", lead=make_lead(company=f"Late {index} Ltd"))

    short = page(client, people.marketing_manager, "compliance").content.decode()
    whole = page(client, people.marketing_manager, "compliance", late="all").content.decode()

    assert "Show all 9" in short
    assert short.count("Ltd</b>") == 8
    assert whole.count("Ltd</b>") == 9


@pytest.mark.parametrize(
    ("stands", "said"),
    [
        ({"opportunity": 2, "lost": 5}, "So far 4 inquiries made one win; 2 leads are still with Sales."),
        ({"lost": 5}, "It takes 4 inquiries to make one win."),
    ],
)
def test_funnel_read_backwards_says_what_is_not_over(stands: dict[str, int], said: str) -> None:
    won = Step("customer", 3, None, None)

    assert payoff.per_win(Paths(12, (won,), {}, stands)) == said


@pytest.mark.parametrize(("leads", "said"), [(13, "4.3"), (9, "3"), (6, "2.0"), (33, "11")])
def test_inquiries_for_a_win_have_decimals_only_where_they_tell(leads: int, said: str) -> None:
    won = Step("customer", 3, None, None)

    assert payoff.per_win(Paths(leads, (won,), {}, {})) == f"It takes {said} inquiries to make one win."
