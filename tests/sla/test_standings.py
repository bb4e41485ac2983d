"""Standings: facts in a constant number of queries, judged in bulk, explained singly, frozen at the offer."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads import facts as writers
from leads.choices import KINDS_OF_SIDE
from leads.models import Lead
from sla import agreements, document, readiness, scoring, standings
from sla.models import AgreementVersion, Handoff, Snapshot, Standing, Verdict
from tests import factories
from tests.factories import NOW, START

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def full_lead() -> Lead:
    """A lead of which everything is known, each at a time of its own."""
    account = factories.make_account(
        "Vela", employees=120, industry="Machinery", city="Kiel", country="Germany", attributes={"size": "L"}
    )
    lead = factories.make_lead(
        account=account,
        title="CFO",
        source="webinar",
        attributes={"tag": "x"},
        created_at=NOW - 90 * DAY,
        first_identified="Booth",
    )
    bant: list[dict[str, Any]] = [
        {"kind": "budget", "amount": Decimal("40000"), "currency": "EUR", "known_at": NOW - 9 * DAY},
        {"kind": "budget", "amount": Decimal("60000"), "currency": "USD", "known_at": NOW - 2 * DAY},
        {"kind": "budget", "amount": Decimal("10"), "currency": "EUR", "known_at": NOW - 5 * DAY},
        {"kind": "authority", "text": "CFO", "known_at": NOW - 3 * DAY},
        {"kind": "need", "text": "Manufacturing", "known_at": NOW - 4 * DAY},
        {"kind": "timing", "on": date(2027, 3, 1), "known_at": NOW - 5 * DAY},
    ]
    for fact in bant:
        writers.learn_bant(lead=lead, now=NOW, **fact)
    writers.record_consent(lead=lead, channel="any", state="given", happened_at=NOW - 80 * DAY, now=NOW)
    factories.add_touch(lead, "attended", ago=20 * DAY)
    factories.add_touch(lead, "downloaded", ago=HOUR)
    return lead


def handoff_of(lead: Lead, version: AgreementVersion, **fields: Any) -> Handoff:
    """An offer as the moves would write it, without what else an offer does."""
    team = factories.team()
    return Handoff.objects.create(
        lead=lead, version=version, state="offered", team=team, **{"offered_at": NOW, **fields}
    )


# ── facts ────────────────────────────────────────────────────────────────────────────────────────


def test_facts_of_collects_what_is_known() -> None:
    lead = full_lead()
    facts = standings.facts_of([lead.pk], NOW)[lead.pk]
    assert (facts.employees, facts.industry, facts.city, facts.country) == (
        120,
        "Machinery",
        "Kiel",
        "Germany",
    )
    assert (facts.budget, facts.budget_currency, facts.met_role) == (Decimal("60000"), "USD", "CFO")
    assert (facts.need, facts.timing_on, facts.consent) == ("Manufacturing", date(2027, 3, 1), "given")
    assert facts.attributes == {"size": "L", "tag": "x"}
    assert [(touch.at, touch.kind) for touch in facts.touches or ()] == [
        (NOW - 20 * DAY, "attended"),
        (NOW - HOUR, "downloaded"),
    ]
    assert facts.region is None
    assert facts.known_at["budget"] == NOW - 2 * DAY
    assert facts.known_at["employees"] == NOW - 90 * DAY


def test_facts_of_the_past_know_nothing_later() -> None:
    lead = full_lead()
    facts = standings.facts_of([lead.pk], NOW - 6 * DAY)[lead.pk]
    assert (facts.budget, facts.met_role, facts.need) == (Decimal("40000"), None, None)
    assert len(facts.touches or ()) == 1


def test_facts_of_keeps_the_newest_touches_of_a_year() -> None:
    lead = factories.make_lead(created_at=NOW - 800 * DAY)
    for days in (366, 364):
        factories.add_touch(lead, ago=days * DAY)
    for minutes in range(501):
        factories.add_touch(lead, "visited", ago=timedelta(minutes=minutes))
    touches = standings.facts_of([lead.pk], NOW)[lead.pk].touches or ()
    assert len(touches) == 500
    assert touches[-1].at == NOW
    assert touches[0].at == NOW - timedelta(minutes=499)


def test_facts_of_takes_constant_queries(django_assert_num_queries) -> None:
    account = factories.make_account(employees=10)
    ids = [factories.make_lead(account=account).pk for _ in range(30)]
    for count in (1, 30):
        with django_assert_num_queries(4):
            assert len(standings.facts_of(ids[:count], NOW)) == count


CONSENTS = [
    ([], None),
    ([("any", "given")], "given"),
    ([("any", "given"), ("any", "withdrawn")], "withdrawn"),
    ([("any", "withdrawn"), ("mail", "given")], "given"),
    ([("mail", "given"), ("mail", "withdrawn")], "withdrawn"),
    ([("mail", "withdrawn"), ("phone", "given")], "given"),
    ([("mail", "given"), ("phone", "given"), ("any", "withdrawn")], "withdrawn"),
]


@pytest.mark.parametrize(("spoken", "consent"), CONSENTS)
def test_consent_over_channels(spoken: list[tuple[str, str]], consent: str | None) -> None:
    lead = factories.make_lead()
    for channel, state in spoken:
        writers.record_consent(lead=lead, channel=channel, state=state, happened_at=NOW, now=NOW)
    assert standings.facts_of([lead.pk], NOW)[lead.pk].consent == consent


# ── judging ──────────────────────────────────────────────────────────────────────────────────────


def test_judge_without_an_agreement_judges_nobody() -> None:
    assert standings.judge(lead_ids=[factories.make_lead().pk], now=NOW) == {}


def test_judge_writes_what_the_version_says() -> None:
    version = factories.signed_version()
    lead = full_lead()
    judged = standings.judge(lead_ids=[lead.pk], now=NOW)[lead.pk]
    standing = Standing.objects.get()
    assert (standing.version, standing.is_ready, standing.fit, standing.grid, standing.tier) == (
        version,
        True,
        80,
        "A2",
        "top",
    )
    # Ready since the older touch: the company's size was known long before, and no touch came earlier.
    assert standing.ready_since == judged.became_ready_at == NOW - 20 * DAY
    assert standing.level == pytest.approx(judged.standing.level)
    assert standings.scored(judged.facts, agreements.terms(version), NOW)[0] == judged.facts


def test_judge_is_not_ready_while_a_leaf_is_unknown() -> None:
    factories.signed_version()
    lead = factories.make_lead()
    factories.add_touch(lead)
    judged = standings.judge(lead_ids=[lead.pk], now=NOW)[lead.pk]
    assert (judged.standing.is_ready, judged.became_ready_at, judged.ceased) == (False, None, False)


def test_ready_since_never_lies_before_the_version_or_the_change() -> None:
    lead = factories.make_lead(employees=120, created_at=NOW - 60 * DAY)
    factories.add_touch(lead, ago=25 * DAY)
    factories.signed_version(now=NOW - 10 * DAY)
    standings.judge(lead_ids=[lead.pk], now=NOW)
    assert Standing.objects.get().ready_since == NOW - 10 * DAY

    other = factories.make_lead(created_at=NOW - 60 * DAY)
    factories.add_touch(other, ago=5 * DAY)
    standings.judge(lead_ids=[other.pk], now=NOW - DAY)
    # The size is entered today; that the person was known for long does not make the lead ready earlier.
    writers.update_account(account=other.account, changes={"employees": 120}, now=NOW - HOUR)
    since = {other.pk: NOW - HOUR}
    assert standings.judge(lead_ids=[other.pk], now=NOW, since=since)[other.pk].became_ready_at == NOW - HOUR


def test_a_late_touch_makes_ready_as_of_when_it_happened() -> None:
    factories.signed_version()
    lead = factories.make_lead(employees=120)
    standings.judge(lead_ids=[lead.pk], now=NOW - HOUR)
    factories.add_touch(lead, ago=3 * DAY)
    judged = standings.judge(lead_ids=[lead.pk], now=NOW, since={lead.pk: NOW - 3 * DAY})
    assert judged[lead.pk].became_ready_at == NOW - 3 * DAY


def test_judge_again_keeps_since_and_what_holds_it() -> None:
    factories.signed_version()
    lead = factories.ready_lead()
    since = Standing.objects.get().ready_since
    standings.hold(lead_ids=[lead.pk], because="capacity")
    again = standings.judge(lead_ids=[lead.pk], now=NOW + DAY)[lead.pk]
    standing = Standing.objects.get()
    assert (again.became_ready_at, standing.ready_since, standing.held_because) == (None, since, "capacity")


def test_time_alone_ends_readiness_and_recheck_knows_when() -> None:
    factories.signed_version()
    lead = factories.ready_lead()
    due_at = Standing.objects.get().recheck_at
    assert due_at == NOW - HOUR + 30 * DAY
    assert standings.due_rechecks(due_at - timedelta(microseconds=1)) == []
    assert standings.due_rechecks(due_at) == [lead.pk]
    judged = standings.judge(lead_ids=[lead.pk], now=due_at)[lead.pk]
    assert (judged.ceased, judged.standing.ready_since) == (True, None)
    assert standings.due_rechecks(due_at) == []


def test_recheck_follows_the_engagement_out_of_its_cell() -> None:
    factories.signed_version()
    lead = factories.make_lead()
    factories.add_touch(lead, "attended", ago=timedelta(0))
    judged = standings.judge(lead_ids=[lead.pk], now=NOW)[lead.pk]
    assert (judged.standing.grid, judged.standing.recheck_at) == (
        "C2",
        scoring.crossing(judged.facts.engagement, 25),
    )
    moved = standings.judge(lead_ids=[lead.pk], now=judged.standing.recheck_at)[lead.pk]
    assert moved.standing.grid == "C3"


def test_judge_takes_constant_queries(django_assert_num_queries) -> None:
    agreements.terms(factories.signed_version())
    account = factories.make_account(employees=120)
    leads = [factories.make_lead(account=account) for _ in range(30)]
    for lead in leads:
        factories.add_touch(lead)
    for count in (1, 30):
        # Versions in force, four for the facts, standings before, one to write.
        with django_assert_num_queries(7):
            standings.judge(lead_ids=[lead.pk for lead in leads[:count]], now=NOW)
    assert Standing.objects.filter(is_ready=True).count() == 30


def test_explain_agrees_with_judge_and_writes_nothing() -> None:
    factories.signed_version()
    lead = full_lead()
    judged = standings.judge(lead_ids=[lead.pk], now=NOW)[lead.pk].standing
    Standing.objects.all().delete()
    told = standings.explain(lead=lead, now=NOW)
    assert (told.verdict.is_ready, told.fit.value, told.grid, told.tier) == (
        judged.is_ready,
        judged.fit,
        judged.grid,
        judged.tier,
    )
    assert told.missing == []
    assert not Standing.objects.exists()


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("source", {"source": "webinar"}),
        ("first_identified", {"first_identified": "Booth"}),
        ("contact", {"email": "ann@example.org"}),
        ("contact", {"email": "invalid", "phone": "+49 30 555 0104"}),
    ],
)
def test_dossier_missing(code: str, known: dict[str, str]) -> None:
    version = factories.signed_version(dossier=list(document.kinds.DOSSIER))
    text = agreements.document(version)

    def missing(lead: Lead) -> list[str]:
        facts = standings.facts_of([lead.pk], NOW)[lead.pk]
        return standings.dossier_missing(lead, facts, text)

    bare = factories.make_lead(email="invalid")
    assert missing(bare) == ["source", "first_identified", "touches", "score", "consent", "contact"]
    assert code not in missing(factories.make_lead(**{"email": "invalid", **known}))


# ── freezing ─────────────────────────────────────────────────────────────────────────────────────


def test_freeze_keeps_facts_and_verdict() -> None:
    version = factories.signed_version()
    lead = full_lead()
    standings.freeze_at([(handoff_of(lead, version), NOW)])
    snapshot, verdict = Snapshot.objects.get(), Verdict.objects.get()
    assert (snapshot.is_complete, snapshot.missing, verdict.value) == (True, [], True)
    living = standings.explain(lead=lead, now=NOW, version=version)
    frozen = standings.facts_from_snapshot(snapshot)
    assert frozen == dataclasses.replace(living.facts, known_at={})
    stored = {"value": verdict.value, "valid_until": None, "leaves": verdict.leaves}
    assert readiness.Verdict.from_json(stored).leaves == living.verdict.leaves


def test_freeze_a_lead_of_which_nothing_is_known() -> None:
    version = factories.signed_version()
    lead = factories.make_lead(email="invalid")
    (snapshot,) = standings.freeze_at([(handoff_of(lead, version), NOW)])
    assert snapshot.missing == ["source", "consent", "contact"]
    living = standings.explain(lead=lead, now=NOW, version=version).facts
    assert standings.facts_from_snapshot(Snapshot.objects.get()) == dataclasses.replace(living, known_at={})


def test_frozen_history_knows_only_what_was_known_then() -> None:
    version = factories.baseline_version()
    lead = full_lead()
    offered_at = NOW - 6 * DAY
    handoff = handoff_of(lead, version, offered_at=offered_at, is_history=True)
    (snapshot,) = standings.freeze_at([(handoff, offered_at)])
    assert (snapshot.taken_at, snapshot.budget, snapshot.met_role) == (offered_at, Decimal("40000"), "")
    assert [touch[0] for touch in snapshot.touches] == [14 * 86_400]


def test_freeze_at_takes_constant_queries_per_moment(django_assert_num_queries) -> None:
    version = factories.signed_version()
    account = factories.make_account()
    handoffs = [handoff_of(factories.make_lead(account=account), version) for _ in range(10)]
    agreements.terms(version)
    with django_assert_num_queries(6):
        standings.freeze_at([(handoff, NOW) for handoff in handoffs])
    assert (Snapshot.objects.count(), Verdict.objects.count()) == (10, 10)


touch_kinds = [(side, kind) for side, kinds in KINDS_OF_SIDE.items() for kind in kinds]
touches = st.lists(
    st.tuples(
        st.integers(0, int(timedelta(days=40) / timedelta(microseconds=1))),
        st.sampled_from(touch_kinds),
        st.integers(1, 4),
    ),
    max_size=8,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    employees=st.none() | st.integers(0, 200),
    touched=touches,
    budget=st.none() | st.decimals(0, 100_000, places=2),
    timing=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
)
def test_judging_the_snapshot_is_judging_the_facts(
    employees: int | None, touched: list[Any], budget: Decimal | None, timing: date | None
) -> None:
    gate = {
        "at_least": 2,
        "of": [
            {"fact": "employees", "op": ">=", "value": 50},
            {"touches": {"sides": ["prospect"], "evidence": "logged"}, "at_least": 2, "within_days": 14},
            {"bant": "budget", "op": ">", "value": 50_000},
            {"bant": "timing", "within_days": 180},
            {"score": "engagement", "op": ">=", "value": 20},
            {"score": "fit", "op": ">=", "value": 50},
        ],
    }
    gates = {"readiness": gate, "qualification": gate}
    version = AgreementVersion.objects.first() or factories.signed_version(gates=gates, now=START)
    lead = factories.make_lead(employees=employees, created_at=NOW - 100 * DAY)
    for age, (side, kind), evidence in touched:
        factories.add_touch(lead, kind, side=side, evidence=evidence, ago=timedelta(microseconds=age))
    if budget is not None:
        writers.learn_bant(lead=lead, kind="budget", amount=budget, currency="EUR", known_at=NOW, now=NOW)
    if timing is not None:
        writers.learn_bant(lead=lead, kind="timing", on=timing, known_at=NOW, now=NOW)
    told = standings.explain(lead=lead, now=NOW, version=version)
    standings.freeze_at([(handoff_of(lead, version), NOW)])
    frozen = standings.facts_from_snapshot(Snapshot.objects.get(handoff__lead=lead))
    assert frozen == dataclasses.replace(told.facts, known_at={})
    assert readiness.judge(agreements.terms(version).gates["readiness"], frozen, NOW) == told.verdict


def test_moments_are_kept_to_the_microsecond() -> None:
    version = factories.signed_version()
    lead = factories.make_lead()
    odd = datetime(2026, 11, 1, 1, 2, 3, 456789, tzinfo=UTC)
    factories.add_touch(lead, ago=NOW - odd)
    standings.freeze_at([(handoff_of(lead, version), NOW)])
    frozen = standings.facts_from_snapshot(Snapshot.objects.get())
    assert [touch.at for touch in frozen.touches or ()] == [odd]


def test_consent_said_last_holds_whatever_was_written_down_last() -> None:
    lead = factories.make_lead()
    day = timedelta(days=1)
    for state, ago in (("withdrawn", day), ("given", 9 * day)):
        said = {"channel": "any", "state": state, "happened_at": NOW - ago}
        writers.record_consent(lead=lead, now=NOW, actor=None, **said)

    assert standings.facts_of([lead.pk], NOW)[lead.pk].consent == "withdrawn"
